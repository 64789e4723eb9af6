import type { Input, TypeListInput } from '../model/directory.js';
import type { IdpInput } from '../model/idp.js';
import { snapshotRule } from './define.js';
import { number, own, text } from './fields.js';
import { askAboutExport, count } from './rule.js';

/** Pages, previews and sheets of many tools end after so many records. */
const LIMITS: ReadonlySet<number> = new Set([200, 500, 1_000, 5_000, 10_000, 50_000, 65_535, 100_000, 1_048_575]);
/** Pages of Microsoft Graph. */
const GRAPH_LIMITS: ReadonlySet<number> = new Set([100, 999]);
/** Pages of Jama Connect's REST. */
const REST_LIMITS: ReadonlySet<number> = new Set([20, 50]);
/** Fewer memberships than this are not a sign of a limit. */
const LEAST_MEMBERSHIPS = 1_000;

type Listed = Input | TypeListInput | IdpInput;

const isIdp = (input: Listed): input is IdpInput => input.role.startsWith('idp-');
const isTypeList = (input: Listed): input is TypeListInput => input.role === 'auth-types' || input.role === 'basic-users';

function isAtLimit(input: Listed): boolean {
  const { rows, path } = input;
  if (isIdp(input)) return LIMITS.has(rows) || GRAPH_LIMITS.has(rows);
  // A list of all users' types that is cut off is refused. One of the Basic users is not: the users it lacks would count as IdP.
  if (isTypeList(input)) return input.role === 'basic-users' && LIMITS.has(rows);
  if (input.isComplete === true || input.table !== undefined) return false;
  if (input.role === 'memberships' && rows < LEAST_MEMBERSHIPS) return false;
  return LIMITS.has(rows) || (REST_LIMITS.has(rows) && /\.(?:json|jsonl|ndjson)$/i.test(path));
}

const ADVICE =
  ' may be cut off: it holds exactly as many records as a common limit allows. Compare the number with what the administration shows, and export again without a limit. Accept the finding only if the number is right.';

export const rowLimit = snapshotRule({
  name: 'row-limit',
  severity: 'warning',
  title: 'Files that may be cut off',
  finds: 'A file that holds exactly as many records as a page, preview or sheet of a common tool.',
  why: 'Many tools stop at a limit without saying so. Users who are missing from the export hold usernames and emails too, and problems with them are not found.',
  fix: 'Compare the number with what Jama Connect or the identity provider shows, and export again without a limit: all pages of a REST API, no row limit in the database client. If the number is right, accept the finding.',
  example: 'users.csv holds exactly 1,000 users, because the database client exports only the first 1,000 rows.',
  clause: 'conflicting-pairs',
  /** `alike`: how many of the files before it have the same role and as many rows. */
  fields: { file: text('As in snapshot.inputs or idp.inputs.'), rows: number(1), role: own<Listed['role']>(), alike: own<number>() },
  start: ({ idp }) => ({
    *findings({ inputs, typeList }) {
      const seen = new Map<string, number>();
      for (const input of [...inputs, ...(typeList === undefined ? [] : [typeList]), ...(idp?.directory.inputs ?? [])]) {
        if (!isAtLimit(input)) continue;
        const { role, rows, path } = input;
        const alike = seen.get(`${role} ${rows}`) ?? 0;
        seen.set(`${role} ${rows}`, alike + 1);
        yield { rule: 'row-limit', severity: 'warning', file: path, role, rows, alike };
      }
    },
  }),
  message: ({ file, rows }) => `${file} holds exactly ${count(rows, 'record')}, which is a common limit of export tools: it may be cut off.`,
  identity: ({ role, rows, alike }) => [role, String(rows), String(alike)],
  topic: ({ role, rows, alike }) => `${role} ${rows} ${alike}`,
  columns: [
    ['file', ({ file }) => file],
    ['records', ({ rows }) => String(rows)],
  ],
  effects: { mayFollowDecision: true, outlastsRenames: true },
  remedy: ({ file, rows }) => askAboutExport(count(rows, 'record'), `${file}${ADVICE}`),
});
