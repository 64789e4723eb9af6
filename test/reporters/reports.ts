/** Reports for the tests of formats: of the observatory, of hostile values, with acceptances. */

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { completeReport } from '../../src/audit/audit.js';
import type { Acceptance, Report } from '../../src/audit/report.js';
import type { Group, User } from '../../src/model/directory.js';
import { loadReporter } from '../../src/reporters/registry.js';
import type { ReportOptions } from '../../src/reporters/reporter.js';
import { auditOf, inOrder, type Organization } from '../support/organizations.js';
import { type CliResult, runCli } from '../support/run.js';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const OBSERVATORY = 'fixtures/organizations/observatory';

/** Returns what the command line prints about the observatory in a format. */
export function checkObservatory(format: string, ...more: readonly string[]): Promise<CliResult> {
  const settings = ['--auth-mode', 'multi', '--sync-groups', `${OBSERVATORY}/sync-groups.txt`];
  return runCli(['check', OBSERVATORY, ...settings, '--format', format, ...more], { cwd: ROOT });
}

export const OPTIONS: ReportOptions = { tool: { name: 'scim-audit', version: '1.0.0' }, hasColors: false, sourceWords: 'export' };

/** Returns a report in a format, whole. */
export async function renderAs(format: string, report: Report, options: ReportOptions = OPTIONS): Promise<string> {
  return [...(await piecesOf(format, report, options))].join('');
}

export async function piecesOf(format: string, report: Report, options: ReportOptions = OPTIONS): Promise<Iterable<string>> {
  const reporter = await loadReporter(format, 'report');
  if (reporter === undefined) throw new Error(`no format is called ${format}`);
  return reporter.render(report, options);
}

/** Controls but the line feed, bidi controls, other line ends, lone surrogates. */
const UNSEEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udfff]/gu;

/** Returns the characters of a text that are not seen, or act on a terminal; a format has its own, as csv its line ends. */
export const unseenIn = (text: string): string[] => text.match(UNSEEN) ?? [];

export type Person = Partial<User> & Pick<User, 'userName' | 'email'>;

/** Returns active IdP users, ids and places as they come, but for what is given. */
export function usersOf(people: readonly Person[]): User[] {
  return inOrder(
    people.map((person, at) => ({
      place: 0,
      id: String(at + 1),
      input: 0,
      line: 0,
      active: true,
      authenticationType: 'idp' as const,
      ...person,
    })),
  );
}

export function groupsOf(names: readonly string[]): Group[] {
  return inOrder(names.map((name, at) => ({ place: 0, id: `g${at + 1}`, input: 1, line: 0, name, isOrganizationLevel: true })));
}

/** Returns the report of these people, the first of whom is in the only group unless other groups are given. */
export function reportOf(people: readonly Person[], more: Partial<Organization> = {}): Report {
  const [first] = usersOf(people);
  const memberships = first === undefined || more.groups !== undefined ? [] : [{ user: first.id, group: 'g1', line: 2 }];
  return auditOf({ users: usersOf(people), groups: groupsOf(['Crew']), memberships, authMode: 'multi', syncGroups: null, ...more });
}

/** Returns the report with the finding at that place accepted. */
export function accepting(report: Report, at: number, acceptance: Acceptance): Report {
  return completeReport({
    ...report,
    findings: report.findings.map((audited, place) => (place === at ? { finding: audited.finding, fingerprint: audited.fingerprint, acceptance } : audited)),
  });
}

/** What would end a line, a cell, a tag, a command or an escape somewhere, or act on a terminal. */
export const NASTY = [
  '\n',
  '\r\n',
  '\r',
  '\u0085',
  '\u2028',
  '\t',
  '\u0000',
  '\u001b[31m',
  '\u009b2J',
  '\u202e',
  '\u2066',
  '\u200b',
  '\ufeff',
  '\ud800',
  '\ufffe',
  '\uffff',
  '::error file=x::forged',
  '\n::error::forged',
  '##[error]forged',
  '::stop-commands::x',
  '%0A::error::forged',
  '<script>document.title="hacked"</script>',
  '<img src=x onerror="document.title=1">',
  '</td></tr></table>',
  '</style>',
  '</script>',
  ']]>',
  '<!--',
  '&lt;',
  '&#10;',
  '"',
  "'",
  '`',
  '``',
  '|',
  '\\|',
  '\\\\|',
  '\\',
  '[a](javascript:alert(1))',
  '](',
  '{0}',
  '}}',
  '@octocat',
  '#1',
  'www.evil.example',
  'http://evil.example/',
  '**',
  '_x_',
  '<b>',
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  "'=1",
  ',',
  ';',
  ' ',
  'ana@dome.example',
  'x',
  '結',
  'שלום',
] as const;

export const nastyText: fc.Arbitrary<string> = fc.array(fc.constantFrom(...NASTY), { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));

/** Reports in which every value that an export can choose is hostile, in rules of every shape. */
export const nastyReport: fc.Arbitrary<Report> = fc
  .record({
    people: fc.array(fc.record({ userName: nastyText, email: nastyText, active: fc.boolean() }), { minLength: 2, maxLength: 5 }),
    shared: nastyText,
    group: nastyText,
    wanted: nastyText,
    acceptance: fc.record({ reason: nastyText, owner: nastyText }),
  })
  .map(({ people, shared, group, wanted, acceptance }) => {
    const report = reportOf(
      [
        ...people,
        { userName: 'a', email: shared },
        { userName: shared, email: 'b', active: false, authenticationType: 'basic' },
        { userName: 'c', email: shared },
      ],
      {
        groups: groupsOf([group, group, 'x']),
        memberships: [
          { user: String(people.length + 2), group: 'g1', line: 2 },
          { user: shared, group: wanted, line: 3 },
        ],
        syncGroups: [group, wanted],
      },
    );
    return accepting({ ...report, notes: [`A note about ${shared}.`] }, 0, acceptance);
  });
