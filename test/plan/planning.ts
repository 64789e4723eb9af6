/** Plans of made-up organizations, without a file in between. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { NODE_DIGESTS } from '../../src/app/node-digests.js';
import { beginAudit } from '../../src/audit/audit.js';
import type { Report } from '../../src/audit/report.js';
import type { Group, User } from '../../src/model/directory.js';
import type { IdpDirectory } from '../../src/model/idp.js';
import { noteText } from '../../src/model/note.js';
import type { Ground } from '../../src/plan/assemble.js';
import { type Answer, type AskedRow, DECISION_COLUMNS, type FileRow, NO_ANSWER } from '../../src/plan/decision-rows.js';
import { type DecisionFile, type MadePlan, makePlan, type RefusedDecisions } from '../../src/plan/make-plan.js';
import { MemberTable } from '../../src/plan/member-tally.js';
import type { Action, PlanBody, PlanSettings } from '../../src/plan/plan.js';
import { sealPlan } from '../../src/plan/plan-file.js';
import type { AnsweredRow } from '../../src/plan/read-decisions.js';
import { csvText } from '../../src/reporters/csv-text.js';
import { markdown } from '../../src/reporters/markdown/plan.js';
import { auditOf, directoryOf, inOrder, type Organization, policyOf, snapshotOf } from '../support/organizations.js';
import { type CliResult, runCli } from '../support/run.js';

/** Returns the text of plan.json. */
export function planText(body: PlanBody): string {
  const sealing = sealPlan(body, NODE_DIGESTS);
  const bytes = Buffer.from(textOf(sealing.pieces()));
  const { at, bytes: amended } = sealing.amendment;
  bytes.set(amended, at);
  return bytes.toString('utf8');
}

/** Returns the text of plan.md. */
export const markdownOf = (made: MadePlan, applyCommand: string): string =>
  textOf(markdown.render(made, { tool: { name: 'scim-audit', version: '1.0.0' }, hasColors: false, applyCommand }));

export const TODAY = '2026-03-02';

export const SETTINGS: PlanSettings = {
  authMode: 'multi',
  syncGroups: null,
  skipRules: [],
  severities: {},
  authTypeMap: {},
  leaveOutUsers: [],
  columns: {},
  tables: {},
  delimiter: null,
  encoding: null,
  quote: null,
  escape: null,
  nulls: [],
  activeMap: {},
  collation: 'utf8mb4_0900_ai_ci',
  assumeActive: false,
};

/** Returns what a plan starts from, the memberships streamed in the order of their rows. */
export function groundOf(organization: Organization, idp?: IdpDirectory): Ground {
  const directory = directoryOf(organization);
  const audit = beginAudit(directory, policyOf(organization), NODE_DIGESTS, idp);
  const members = new MemberTable();
  const sinks = [audit.sink, members.sinkFor(directory)];
  const users = new Map(organization.users.map(({ id, place }) => [id, place]));
  const groups = new Map(organization.groups.map(({ id, place }) => [id, place]));
  for (const { user, group, line } of organization.memberships) {
    const userPlace = users.get(user);
    const groupPlace = groups.get(group);
    for (const sink of sinks) {
      if (userPlace !== undefined && groupPlace !== undefined) sink.member(userPlace, groupPlace);
      else
        sink.unknown({
          user,
          group,
          lacks: userPlace !== undefined ? 'group' : groupPlace !== undefined ? 'user' : 'both',
          location: { path: 'memberships.csv', line },
        });
    }
  }
  return { before: audit.finish(snapshotOf(organization)), context: audit.context, members };
}

export const planOf = (organization: Organization, decisions?: DecisionFile, idp?: IdpDirectory): MadePlan | RefusedDecisions =>
  makePlan(groundOf(organization, idp), {
    settings: { ...SETTINGS, authMode: organization.authMode, collation: organization.collation ?? SETTINGS.collation },
    today: TODAY,
    ...(decisions === undefined ? {} : { decisions }),
  });

/** Returns the plan of an organization; throws where its decisions are refused. */
export function madePlanOf(organization: Organization, decisions?: DecisionFile, idp?: IdpDirectory): MadePlan {
  const made = planOf(organization, decisions, idp);
  if ('problems' in made) throw new Error(made.problems.map(({ line, message }) => `${line}: ${noteText(message)}`).join('\n'));
  return made;
}

/** Returns a row of decisions.csv as a person answers it. */
export const answeredCells = ({ written }: Pick<AskedRow, 'written'>, answer: Partial<Answer> = {}): string[] => {
  const { action, value, reason, owner, expires } = { ...NO_ANSWER, ...answer };
  return [...written, action, value, reason, owner, expires];
};

/** Returns rows as if read from the file beside a plan of the same export, from line 2. */
export function fileOf(rows: readonly (readonly string[])[], from?: Pick<DecisionFile, 'previous'>): DecisionFile {
  const numbered: FileRow[] = rows.map((cells, at) => ({ line: at + 2, cells }));
  return { headings: DECISION_COLUMNS, rows: numbered, previous: undefined, ...from };
}

/** Returns the organization after the actions, played without asking whether they fit. */
export function afterActions(organization: Organization, actions: readonly Action[]): Organization {
  let { users, groups, memberships } = organization;
  for (const { change } of actions) {
    if (change.kind === 'replace-user') {
      const value = change.attribute === 'active' ? change.to === 'true' : change.to;
      users = users.map((user): User => (user.id === change.user ? { ...user, [change.attribute]: value } : user));
    } else if (change.kind === 'replace-group') {
      groups = groups.map((group): Group => (group.id === change.group ? { ...group, name: change.to } : group));
    } else if (change.kind === 'remove-member') {
      memberships = memberships.filter(({ user, group }) => user !== change.user || group !== change.group);
    } else {
      memberships = [...memberships, { user: change.user, group: change.group, line: memberships.length + 2 }];
    }
  }
  return { ...organization, users, groups, memberships };
}

/** Returns the findings of the end state, as planning tells them and as an audit of it alone does. */
export function endFindings(organization: Organization, { assembly }: MadePlan): { readonly told: readonly string[]; readonly alone: readonly string[] } {
  const words = ({ findings }: Report): string[] => findings.map(({ finding, fingerprint }) => `${finding.severity} ${fingerprint}`);
  return { told: words(assembly.end.report), alone: words(auditOf(afterActions(organization, assembly.actions))) };
}

/** Returns the same organization with its rows in another order. */
export const reordered = (organization: Organization, users: readonly User[], groups: readonly Group[]): Organization => ({
  ...organization,
  users: inOrder(users),
  groups: inOrder(groups),
});

const VALUES = [
  'ana@dome.example',
  'Ben@dome.example',
  'new.one@dome.example',
  'new.two@dome.example',
  'Observers',
  'Mirror crew 2',
  'no address',
  '',
  '1',
  '2',
];

/** What a person may write into one row, without having read the rest. */
export const wildAnswer: fc.Arbitrary<Answer> = fc.record({
  action: fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom('set-username', 'set-email', 'set-name', 'activate', 'deactivate', 'remove-member', 'accept', '') },
    { weight: 1, arbitrary: fc.constantFrom('rename', 'delete', '=1+1') },
  ),
  value: fc.constantFrom(...VALUES),
  reason: fc.constantFrom('', 'the auditor agreed'),
  owner: fc.constantFrom('', 'Ines'),
  expires: fc.constantFrom('', '2026-03-02', '2026-03-01', '2027-02-29', 'tomorrow'),
});

/** Returns what a person writes who takes the row's suggestion. */
export function suggested({ written }: Pick<AskedRow, 'written'>): Answer | undefined {
  const suggestion = written[6];
  if (suggestion === '') return undefined;
  const space = suggestion.indexOf(' ');
  return { ...NO_ANSWER, action: space < 0 ? suggestion : suggestion.slice(0, space), value: space < 0 ? '' : suggestion.slice(space + 1) };
}

/** What a person may write who knows what each row allows. */
export function fittingAnswer({ asked }: MadePlan['rows'][number]): fc.Arbitrary<Answer> {
  const { actions } = asked.question;
  const answers = actions.map((action): fc.Arbitrary<Answer> => {
    if (action === 'accept') return fc.constant({ ...NO_ANSWER, action, reason: 'agreed', owner: 'Ines', expires: '2026-12-31' });
    if (action.startsWith('set-')) return fc.constantFrom(...VALUES.slice(0, 6)).map((value) => ({ ...NO_ANSWER, action, value }));
    return fc.constant({ ...NO_ANSWER, action });
  });
  const taken = suggested(asked);
  return fc.oneof(
    { weight: 5, arbitrary: fc.constant(NO_ANSWER) },
    { weight: 3, arbitrary: fc.oneof(...answers) },
    { weight: 3, arbitrary: fc.constant(taken ?? NO_ANSWER) },
  );
}

/** Returns the fingerprints that the rows accept. */
export const acceptedIn = (rows: readonly Partial<Pick<AnsweredRow, 'asked' | 'answer'>>[]): Set<string> =>
  new Set(rows.flatMap(({ asked, answer }) => (asked !== undefined && answer?.action === 'accept' ? [asked.finding.fingerprint] : [])));

/** Returns the text of pieces, each taken before the next is asked for. */
export function textOf(pieces: Iterable<string | Uint8Array>): string {
  const bytes: Buffer[] = [];
  for (const piece of pieces) bytes.push(Buffer.from(piece));
  return Buffer.concat(bytes).toString('utf8');
}

// A small source whose plan asks about everything that can be asked, with values that spreadsheets love to change.

export const USERS = [
  'id,username,email,active,authentication type',
  '1,ana,ana@x.org,true,idp',
  '2,ana@x.org,old.ana@x.org,false,idp',
  '3,ben,ben@x.org,true,idp',
  '4,benjamin,ben@x.org,true,idp',
  '0005,=cmd,formula@x.org,true,idp',
  '6,+1,formula@x.org,true,idp',
  '7,-x,formula@x.org,true,idp',
  '8,@x,formula@x.org,true,idp',
  '9,"\tx",formula@x.org,true,idp',
  '10,"two\nlines",formula@x.org,true,idp',
  '11,"semi;colon, ""quoted""",formula@x.org,true,idp',
  "12,'=apostrophe,formula@x.org,true,idp",
  '13,1.50,formula@x.org,true,idp',
  '14,2024-01-02,formula@x.org,true,idp',
  '1e5,true,formula@x.org,true,idp',
  '12345678901234567890,long,formula@x.org,true,idp',
  '20,extern,extern@x.org,false,basic',
  '21,labrobot,,true,idp',
  '22,cleo,cleo@x.org,true,idp',
  '23,free@x.org,free@x.org,true,idp',
];
const GROUPS = ['id,name,project', '30,Optics,', '31,Optics,', '32,Night shift,'];
const MEMBERSHIPS = ['groupId,userId', '30,20', '32,20'];

const lines = (rows: readonly string[]): string => `${rows.join('\n')}\n`;

export const SOURCE = { 'export/users.csv': lines(USERS), 'export/groups.csv': lines(GROUPS), 'export/memberships.csv': lines(MEMBERSHIPS) };

/** Runs the planner in a folder that has the source under `export`; the plan is written to `plan`. */
export const runPlan = (folder: string, ...more: readonly string[]): Promise<CliResult> =>
  runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan', ...more], { cwd: folder });

export interface Summary {
  readonly actions: number;
  readonly open: number;
  readonly accepted: number;
  readonly outdated: number;
}

/** Returns what a plan came to; throws with its last words where there is none. */
export async function summaryOf(folder: string): Promise<Summary> {
  const { code, stdout, stderr } = await runPlan(folder, '--format', 'json');
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

const decisionsFile = (folder: string): string => join(folder, 'plan/decisions.csv');
export const readText = (folder: string): string => readFileSync(decisionsFile(folder), 'utf8');
export const writeText = (folder: string, text: string | Uint8Array): void => writeFileSync(decisionsFile(folder), text);

/** Returns headings and rows as another program reads them. */
export const readTable = (folder: string): string[][] => parse(readText(folder), { relax_column_count: true, bom: true });

/** Writes cells as they stand, guarded already. */
export const writeTable = (folder: string, [headings = [], ...rows]: readonly (readonly string[])[]): void =>
  writeText(
    folder,
    textOf(
      csvText(
        headings,
        rows.map((cells) => cells.map((cell) => cell.replace(/^'(?='*[=+\-@\t\r])/, ''))),
      ),
    ),
  );

export const COLUMN = {
  fingerprint: 0,
  rule: 1,
  subject: 2,
  id: 3,
  current: 4,
  problem: 5,
  suggestion: 6,
  action: 7,
  value: 8,
  reason: 9,
  owner: 10,
  expires: 11,
} as const;
export type Column = keyof typeof COLUMN;

/** Returns the index of the row about a subject in a finding of a rule. */
export function rowOf(table: readonly (readonly string[])[], rule: string, id: string): number {
  const at = table.findIndex((cells) => cells[COLUMN.rule] === rule && cells[COLUMN.id] === id);
  if (at < 0) throw new Error(`no row of ${rule} about ${id}`);
  return at;
}

/** Writes answers into rows of decisions.csv. */
export function answer(folder: string, answers: readonly (readonly [rule: string, id: string, cells: Partial<Record<Column, string>>])[]): string[][] {
  const table = readTable(folder);
  for (const [rule, id, cells] of answers) {
    const row = table[rowOf(table, rule, id)];
    for (const [column, at] of Object.entries(COLUMN)) {
      const value = Object.entries(cells).find(([name]) => name === column)?.[1];
      if (value !== undefined) row[at] = value;
    }
  }
  writeTable(folder, table);
  return table;
}

/** Returns the line of the file on which a row starts. */
export function lineOf(folder: string, rule: string, id: string): number {
  const table = readTable(folder);
  const before = table.slice(0, rowOf(table, rule, id));
  return before.reduce((line, cells) => line + cells.join('').split('\n').length, 1);
}

/** Returns how a problem's place is told. */
export const placeOf = (line: number, column?: number): string => `plan/decisions.csv, line ${line}${column === undefined ? '' : `, column ${column}`}: `;
