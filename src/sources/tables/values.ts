/** Booleans and enumerations as exports spell them: trimmed, ignoring case; everything else is refused. */

import type { Activity, AuthenticationType } from '../../model/directory.js';

const TRUE = new Set(['true', 't', '1', 'yes', 'y', 'active', 'activated', 'enabled']);
const FALSE = new Set(['false', 'f', '0', 'no', 'n', 'inactive', 'deactivated', 'disabled']);
/** Words for a disabled user: the flag is set, or the status is spelled out. */
const DISABLED = new Set(['true', 't', '1', 'yes', 'y', 'disabled', 'inactive', 'deactivated']);
/** Jama Connect treats a NULL flag as not disabled; dumps write NULL in three ways. */
const NOT_DISABLED = new Set(['false', 'f', '0', 'no', 'n', '', 'null', '\\n', 'enabled', 'active', 'activated']);

const pick = (text: string, yes: ReadonlySet<string>, no: ReadonlySet<string>): boolean | undefined => {
  const value = text.trim().toLowerCase();
  return yes.has(value) ? true : no.has(value) ? false : undefined;
};

/** Returns the boolean of a yes/no cell; undefined if it is not a boolean. */
export const parseBoolean = (text: string): boolean | undefined => pick(text, TRUE, FALSE);

/** Does a cell of `active` or `disabled` say that the user is active; `further` are words that the user mapped, by lower-case value. */
export function parseActivity(text: string, column: 'active' | 'disabled', further: Readonly<Record<string, Activity>>): boolean | undefined {
  const value = text.trim().toLowerCase();
  if (Object.hasOwn(further, value)) return further[value] === 'active';
  if (column === 'active') return parseBoolean(value);
  const isDisabled = pick(value, DISABLED, NOT_DISABLED);
  return isDisabled === undefined ? undefined : !isDisabled;
}

/** License types that mean that the user is inactive, as code or as word. */
export const isInactiveLicense = (text: string): boolean => /^(?:i|inactive|i - inactive)$/i.test(text.trim());

const ACCEPTED: Readonly<Record<string, AuthenticationType>> = {
  basic: 'basic',
  idp: 'idp',
  'idp-login': 'idp',
  saml: 'idp',
  auth0: 'idp',
  sso: 'idp',
  oidc: 'idp',
};

/** Returns the authentication type; `further` are spellings that the user mapped, by lower-case value. */
export function parseAuthenticationType(text: string, further: Readonly<Record<string, AuthenticationType>>): AuthenticationType | undefined {
  const value = text.trim().toLowerCase();
  if (Object.hasOwn(further, value)) return further[value];
  return Object.hasOwn(ACCEPTED, value) ? ACCEPTED[value] : undefined;
}

const ORGANIZATION = new Set(['organization', 'organisation', 'org']);

/** Returns the scope that a cell states; undefined if it states none. */
export function parseScope(text: string): 'organization' | 'project' | undefined {
  const value = text.trim().toLowerCase();
  if (ORGANIZATION.has(value)) return 'organization';
  return value === 'project' ? 'project' : undefined;
}
