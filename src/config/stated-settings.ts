/** The setting `environment`: what a person states of settings of Jama Connect that no export shows. */

import { IDP_PROVIDERS } from '../model/idp.js';
import type { Zod } from './kinds.js';

/** What each part of `environment` says, one sentence or two. */
export const ENVIRONMENT_ABOUT = {
  idp: 'The identity provider that these settings are for, if --idp does not name it.',
  multiMode: 'Multi-mode authentication is on. Okta needs it on.',
  allowUsernameChange: 'Basic authentication: "Allow users to change their username" is checked. Okta needs it unchecked.',
  disableSamlAutoGeneration: 'SAML: "Disable the auto-generation of new SAML users" is checked. Okta needs it checked.',
  scimAdmin: 'The account that SCIM requests sign in with, by its userName or its id. It is in no plan.',
  organizationAdmin: 'The account is an organization administrator. It must be one.',
  license: 'Its license: SCIM needs a named Creator license; a floating one is not enough.',
  administrators: 'The organization administrators, by username or id. Two of them should have Basic accounts that the identity provider does not have.',
  tokenIssued: 'The day on which the bearer token was issued, as 2026-03-31. Entra needs it; it expires six months later.',
} as const;

/** Everything as it should be. */
export const ENVIRONMENT_EXAMPLE = {
  idp: 'okta',
  multiMode: true,
  allowUsernameChange: false,
  disableSamlAutoGeneration: true,
  scimAdmin: { userName: 'scim.admin', organizationAdmin: true, license: 'Creator' },
  administrators: ['scim.admin', 'root'],
  tokenIssued: '2026-03-31',
};

export function environmentSchema(zod: Zod) {
  const stated = zod.string().regex(/\S/, 'it must not be empty');
  const scimAdmin = zod
    .strictObject({
      id: stated.exactOptional().describe('Its id in the export.'),
      userName: stated.exactOptional().describe('Its username, if the id is not given.'),
      organizationAdmin: zod.boolean().exactOptional().describe(ENVIRONMENT_ABOUT.organizationAdmin),
      license: stated.exactOptional().describe(ENVIRONMENT_ABOUT.license),
    })
    .refine(({ id, userName }) => (id === undefined) !== (userName === undefined), 'name the account by its userName or by its id, one of them');
  const administrator = zod.union([stated, zod.strictObject({ id: stated }), zod.strictObject({ userName: stated })]);
  return zod.strictObject({
    idp: zod.enum(IDP_PROVIDERS).exactOptional().describe(ENVIRONMENT_ABOUT.idp),
    multiMode: zod.boolean().exactOptional().describe(ENVIRONMENT_ABOUT.multiMode),
    allowUsernameChange: zod.boolean().exactOptional().describe(ENVIRONMENT_ABOUT.allowUsernameChange),
    disableSamlAutoGeneration: zod.boolean().exactOptional().describe(ENVIRONMENT_ABOUT.disableSamlAutoGeneration),
    scimAdmin: scimAdmin.exactOptional().describe(ENVIRONMENT_ABOUT.scimAdmin),
    administrators: zod.array(administrator).readonly().exactOptional().describe(ENVIRONMENT_ABOUT.administrators),
    tokenIssued: zod.iso.date('it is a day of the calendar, written as 2026-03-31').exactOptional().describe(ENVIRONMENT_ABOUT.tokenIssued),
  });
}
