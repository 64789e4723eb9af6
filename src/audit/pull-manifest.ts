/** pull.json: what `pull` read, from where and when, and what is proved about it. */

import { z } from 'zod';
import type { Digests } from '../model/digests.js';
import { UserError } from '../model/user-error.js';
import { escapeUnseen } from '../model/written-text.js';
import { type BodyOf, checkSeal, type DocumentForm, type DocumentOf, jsonOf, memberOf, refuseOtherVersion, sealText, understood } from './sealed-document.js';

const KIND = 'scim-audit/pull';
const text = z.string();
const whole = z.int().min(0);

/** Why members lists are known to hold inactive users. */
const proofSchema = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('member'), group: text, user: text }).describe('This inactive user is in the members list of this group.'),
  z.strictObject({ by: z.literal('no-inactive-users') }).describe('The organization has no inactive user.'),
  z.strictObject({ by: z.literal('earlier-pull'), digest: text }).describe('An earlier pull from the same address, by the digest of its pull.json, proved it.'),
  z.strictObject({ by: z.literal('run'), run: text, group: text, user: text }).describe('A live run removed this user, who is inactive, from this group.'),
]);

/** What pull.json holds. */
export const pullSchema = z.strictObject({
  schemaVersion: z.literal(1),
  kind: z.literal(KIND),
  digest: text.regex(/^sha256:[0-9a-f]{64}$/).describe('Over the bytes of the file with this value left empty.'),
  tool: z.strictObject({ name: text, version: text }),
  url: text.describe('The address of Jama Connect, without credentials.'),
  time: z.iso.datetime().describe('When the last call ended.'),
  membersOf: z.enum(['organization', 'all']).describe('Whose members are in memberships.csv: organization-level groups, or all groups.'),
  users: z.strictObject({ total: whole, inactive: whole }),
  groups: z.strictObject({ total: whole, organization: whole }),
  memberships: whole,
  inactiveMembers: proofSchema
    .nullable()
    .describe('What proves that members lists hold inactive users; null: nothing, so inactive-basic-member is not checked.'),
  files: z.array(z.strictObject({ path: z.enum(['users.csv', 'groups.csv', 'memberships.csv']), sha256: text.regex(/^[0-9a-f]{64}$/), rows: whole })),
});

const AGAIN = 'Run "scim-audit pull" again, into a new folder.';
const FORM = { kind: KIND, version: 1, schema: pullSchema, name: 'pull.json', again: AGAIN } as const satisfies DocumentForm;

export type PullManifest = DocumentOf<typeof pullSchema>;

/** Returns the text of pull.json. */
export const serializePull = (body: BodyOf<PullManifest>, digests: Digests): string =>
  sealText(FORM, `${escapeUnseen(JSON.stringify(body, undefined, 2)).slice(1)}\n`, digests);

/** Returns the contents of a pull.json. Throws a UserError if it is not one, or is not as it was written. */
export function parsePull(content: string, file: string, digests: Digests): PullManifest {
  const value = jsonOf(content);
  if (memberOf(value, 'kind') !== KIND) throw new UserError(`${file} is not the pull.json of a pull.`, AGAIN);
  refuseOtherVersion(value, FORM, file);
  if (checkSeal(content, digests) !== 'whole')
    throw new UserError(`${file} was altered since "scim-audit pull" wrote it: its digest does not fit (line ends that were converted count).`, AGAIN);
  return understood(value, FORM, file);
}
