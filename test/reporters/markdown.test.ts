import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { User } from '../../src/model/directory.js';
import { type ConflictPath, conflictPaths } from '../../src/reporters/markdown/conflict-paths.js';
import { prose, tableId, tableValue } from '../../src/reporters/markdown/text.js';
import type { ConflictingUsers } from '../../src/rules/conflicting-users.js';
import { answer, answeredCells, fileOf, fittingAnswer, madePlanOf, markdownOf, planOf, runPlan, suggested } from '../plan/planning.js';
import { temporaryFolders } from '../support/machine.js';
import { inOrder, type Organization, organizationArbitrary } from '../support/organizations.js';
import { accepting, checkObservatory, nastyReport, renderAs, reportOf } from './documents.js';

/** Returns a row's cells as GitHub's parser splits them: a backslash escapes the next character. */
const strictCells = (row: string): string[] => [...row.matchAll(/\|((?:\\[\s\S]|[^|\\])*)(?=\|)/g)].map(([, cell]) => cell.trim());
/** As markdown-it splits them: only the character before a bar counts. */
const laxCells = (row: string): string[] =>
  row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());

const PLAIN = /^[\p{L}\p{M}\p{N} ,.:;()/'…-]*$/u;

/** Is a cell without a live mark: plain words, or one code span that the whole cell is. */
function isInert(cell: string): boolean {
  if (PLAIN.test(cell)) return !/www\.|:\/\//i.test(cell);
  const fence = /^`+/.exec(cell)?.[0] ?? '';
  if (fence === '' || !cell.endsWith(fence) || cell.length < 2 * fence.length) return false;
  const inside = cell.slice(fence.length, -fence.length);
  return !inside.startsWith('`') && !inside.endsWith('`') && !Array.from(inside.matchAll(/`+/g)).some(([run]) => run.length === fence.length);
}

/** Holds every line against what the report itself writes. */
function expectInert(text: string): void {
  let columns = 0;
  for (const line of text.split('\n')) {
    if (!line.startsWith('|')) {
      columns = 0;
      continue;
    }
    for (const cells of [strictCells(line), laxCells(line)]) {
      columns ||= cells.length;
      expect(cells, line).toHaveLength(columns);
      expect(
        cells.filter((cell) => !isInert(cell)),
        line,
      ).toEqual([]);
    }
  }
}

const shapeOf = (text: string): string[] =>
  text.split('\n').map((line) => (line.startsWith('|') ? '|' : line.startsWith('## ') ? line : line.startsWith('- ') ? '-' : line.startsWith('# ') ? '#' : ''));

describe('markdown', () => {
  it('is a report of the observatory for a ticket', async () => {
    const { stdout, code } = await checkObservatory('markdown', '--skip-rule', 'duplicate-username');
    expect(code).toBe(1);
    expectInert(stdout);
    expect(stdout).toMatch(/^# SCIM readiness\n\n\*\*NOT READY for SCIM: 100 errors, 17 warnings\*\*\n/);
    expect(stdout).toContain('| warning | 24 | `fatima.alsayed@observatory.example` | `Fatima.AlSayed@observatory.example` | case: f, not F | users.csv:15 |');
    expect(stdout).toContain('… and 25 more of 75 findings');
    expect(stdout).toContain('## Not checked\n\n| rule | why |\n| --- | --- |\n| duplicate-username | `skipped with --skip-rule` |'.replace(/`/g, ''));
    expect(stdout).toMatch(/## Nothing found\n\n[a-z, -]*nothing-to-check, row-limit, damaged-text, no-inactive-users[a-z, -]*\n/);
  });

  it('lists what was accepted, with reason and owner', async () => {
    const report = accepting(reportOf([{ userName: 'ana', email: 'ana@dome.example' }]), 0, {
      reason: 'leaves in May',
      owner: 'cleo@dome.example',
      expires: '2026-05-31',
    });
    const text = await renderAs('markdown', report);
    expectInert(text);
    expect(text).toContain('| leaves in May | `cleo@dome.example` | 2026-05-31 |');
  });

  it.each([
    ['a`b', '`` a`b ``'.replace(' a`b ', 'a`b')],
    ['`a', '`` `a ``'],
    ['a|b', '`a\\|b`'],
    ['a\\|b', '`a\\⟨U+007C⟩b`'],
    ['@octocat', '`@octocat`'],
    ['www.evil.example', '`www.evil.example`'],
    ['x\n| y |', '`x⟨U+000A⟩\\| y \\|`'],
  ])('shows %j as %s', async (userName, shown) => {
    const text = await renderAs('markdown', reportOf([{ userName, email: 'ana@dome.example' }]));
    expect(text).toContain(`| error | 1 | ${shown} | \`ana@dome.example\` |`);
  });

  it('keeps its lines, cells and marks whatever the export holds', async () => {
    await fc.assert(
      fc.asyncProperty(nastyReport, async (report) => {
        const text = await renderAs('markdown', report);
        expectInert(text);
        expect(shapeOf(text).filter((line) => line === '#')).toHaveLength(1);
        expect(shapeOf(text).filter((line) => line === '-')).toHaveLength(1);
        const note = text.split('\n').find((line) => line.startsWith('- ')) ?? '';
        expect(note.replace(/\\[!-/:-@[-`{-~]|(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '')).not.toMatch(/[<[\]*_|@#]/);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a value in a table', () => {
  it.each(['a|b\\|c', '|', '\\|', '\\\\|', 'a\\', '`|`', '``\\|'])('%j is one cell', (value) => {
    const row = `| x | ${tableValue(value)} | y |`;
    expect(strictCells(row)).toHaveLength(3);
    expect(laxCells(row)).toHaveLength(3);
  });

  it('is one cell whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'\\|`ab \n') }), (value) => {
        const row = `| x | ${tableValue(value)} | y |`;
        expect(strictCells(row)).toHaveLength(3);
        expect(laxCells(row)).toHaveLength(3);
      }),
    );
  });
});

describe('what a service would make a link of', () => {
  const linked = [
    'GH-12',
    'gh-7',
    ':smile:',
    ':+1:',
    '#12',
    '!12',
    '@ana',
    'www.dome.example',
    'https://dome.example',
    'da39a3ee5e6b4b0d3255bfef95601890afd80709',
    'da39a3e',
  ];

  it.each(linked)('%s is code in a sentence', (word) => {
    expect(prose(`the group ${word} is here`)).toBe(`the group \`${word}\` is here`);
  });

  it('stays as it is where it is none', () => {
    expect(prose('the group QA-12 of 10:30 has 1234567 members')).toBe('the group QA-12 of 10:30 has 1234567 members');
  });

  it('is code as an id', () => {
    expect(tableId('GH-12')).toBe('`GH-12`');
    expect(tableId('1234567')).toBe('1234567');
  });
});

// What an approver reads: plan.md, and what `plan` prints of it.

const newFolder = temporaryFolders();

const HEADINGS = 'id,username,email,active,authentication type';
/** Everybody's username is the email, so that a case may add only what it is about. */
const QUIET = ['90,off@x.org,off@x.org,false,idp'];

interface Files {
  readonly users: readonly string[];
  readonly groups?: readonly string[];
  readonly memberships?: readonly string[];
}

function folderOf({ users, groups = ['1,Nurses,'], memberships = [] }: Files): string {
  const text = (headings: string, rows: readonly string[]): string => `${[headings, ...rows].join('\n')}\n`;
  return newFolder({
    'export/users.csv': text(HEADINGS, [...users, ...QUIET]),
    'export/groups.csv': text('id,name,project', groups),
    'export/memberships.csv': text('groupId,userId', memberships),
  });
}

const planIn = (folder: string): string => readFileSync(join(folder, 'plan/plan.md'), 'utf8');

/** Plans, answers, and plans again. */
async function decided(files: Files, answers: Parameters<typeof answer>[1], ...more: readonly string[]) {
  const folder = folderOf(files);
  expect((await runPlan(folder, ...more)).code).toBe(0);
  answer(folder, answers);
  const { code, stdout, stderr } = await runPlan(folder, ...more);
  expect(code, stderr).toBe(0);
  return { folder, stdout, text: planIn(folder) };
}

/** A user in scope. */
const person = (id: string, userName: string, email: string, more: Partial<User> = {}): User => ({
  place: 0,
  input: 0,
  line: 2,
  id,
  userName,
  email,
  active: true,
  authenticationType: 'idp',
  ...more,
});

const organizationOf = (users: readonly User[]): Organization => ({ users: inOrder(users), groups: [], memberships: [], authMode: 'multi', syncGroups: null });
const readable = (organization: Organization, takes = false): string => {
  const asked = madePlanOf(organization);
  const file = takes ? fileOf(asked.rows.map(({ asked: row }) => answeredCells(row, suggested(row)))) : undefined;
  return markdownOf(madePlanOf(organization, file), 'scim-audit apply');
};
const picturesOf = (text: string): string => /## Who wants whose username[\s\S]*?(?=\n## )/.exec(text)?.[0] ?? '';

describe('what was not checked', () => {
  const files = { users: ['1,ana,ana@x.org,true,idp'] };

  it('is said in plan.md, in the summary and in its JSON, with the reason', async () => {
    const folder = folderOf(files);
    const { stdout } = await runPlan(folder, '--skip-rule', 'duplicate-group-name', '--skip-rule', 'no-inactive-users');
    expect(stdout).toContain('\nNot checked: duplicate-group-name (skipped with --skip-rule), no-inactive-users (skipped with --skip-rule)\n');
    expect(stdout).toContain('\nNote: No groups to be synced were named');
    const [counts] = planIn(folder).split('## ');
    expect(counts).toContain('- `duplicate-group-name`: skipped with --skip-rule\n');
    const json = JSON.parse((await runPlan(folder, '--skip-rule', 'duplicate-group-name', '--format', 'json')).stdout);
    expect(json.notChecked).toContainEqual({ rule: 'duplicate-group-name', why: 'skipped with --skip-rule' });
    expect(json.notes).toContainEqual(expect.stringContaining('No groups to be synced were named'));
  });

  it('is not said where everything was checked', async () => {
    const folder = folderOf(files);
    const { stdout } = await runPlan(folder, '--sync-group', 'Nurses');
    expect(stdout + planIn(folder)).not.toContain('Not checked');
  });
});

describe('what people will notice', () => {
  const users = [
    '1,ana,shared@x.org,true,idp',
    '2,ben,shared@x.org,true,idp',
    '3,old,other@x.org,false,idp',
    '4,other,other@x.org,true,idp',
    '5,gone,,true,idp',
  ];

  it('is said before what changes, also when nothing is open', async () => {
    const { text, stdout } = await decided({ users, memberships: ['1,1'] }, [
      ['conflicting-users', '2', { action: 'set-email', value: 'ben@x.org' }],
      ['duplicate-email', '3', { action: 'set-email', value: 'old@x.org' }],
      ['missing-email', '5', { action: 'deactivate' }],
    ]);
    expect(text).toContain('## What stays open: 0');
    const [before] = text.split('## What changes');
    expect(before).toContain(
      '- **2 users get another email**: single sign-on finds an account by its email, so a user who signs in with the old one no longer reaches the account. 1 of them is active.\n',
    );
    expect(before).toContain('- **1 user is deactivated** and can no longer sign in.\n');
    expect(stdout).toContain('  2 emails change, 1 of active users: users who sign in with the old one no longer reach the account\n');
    expect(stdout).toContain('  1 user is deactivated\n');
    expect(stdout).not.toContain('activated or deactivated');
  });

  it('counts memberships that end, also where the first sync then removes nothing', async () => {
    const files = { users: ['1,ext,ext@x.org,false,basic'], groups: ['1,Nurses,', '2,Night,'], memberships: ['1,1', '2,1'] };
    const { text, stdout } = await decided(files, [['inactive-basic-member', '1', { action: 'remove-member' }]]);
    expect(text).toContain('- **2 memberships end**, ');
    expect(text).toContain(
      '## What the first group sync would remove\n\nNothing more; 2 memberships end by this plan: memberships.csv lists them for restoring.\n',
    );
    expect(stdout).toContain('  2 memberships end\n');
  });

  it('has a user activated where one is', async () => {
    const files = { users: ['1,ext,ext@x.org,false,basic'], memberships: ['1,1'] };
    const { text, stdout } = await decided(files, [['inactive-basic-member', '1', { action: 'activate' }]]);
    expect(text).toContain('- **1 user is activated**');
    expect(text).toContain(
      '### Activated: 1\n\n| action | user (id) | becomes | why |\n| --- | --- | --- | --- |\n| a1 | `ext` (1) | active | decided; settles inactive-basic-member |\n',
    );
    expect(stdout).toContain('  1 user is activated\n');
  });
});

describe('an incomplete export', () => {
  const files = { users: ['1,ana,ana@x.org,true,idp'], memberships: ['1,1', '1,77', '8,1'] };
  const WARNING =
    'The export is incomplete (2 memberships name a user or group that it lacks): a missing user may hold one of these usernames. Export again first.';

  it('is a reason not to apply yet, in plan.md and in the summary', async () => {
    const folder = folderOf(files);
    const { stdout } = await runPlan(folder);
    expect(stdout).toContain(`\n${WARNING}\n`);
    expect(planIn(folder).replaceAll('**', '').split(WARNING)).toHaveLength(3);
    expect(planIn(folder)).not.toContain('does not stand in their way');
  });

  it('that was not looked at is not told as complete', async () => {
    const folder = folderOf(files);
    const { stdout } = await runPlan(folder, '--skip-rule', 'unknown-member');
    const warning = 'Whether the export is complete was not checked (skipped with --skip-rule): a missing user may hold one of these usernames.';
    expect(stdout).toContain(`\n${warning}\n`);
    expect(planIn(folder)).toContain(`unless they had it before. That holds for the users of the export. ${warning}\n`);
  });

  it('that somebody accepted is told as accepted only', async () => {
    const { stdout, text } = await decided(files, [['unknown-member', '', { action: 'accept', reason: 'test users', owner: 'Ines' }]]);
    expect(stdout + text).not.toContain('Export again first');
  });
});

describe('the tables of actions', () => {
  it('name user and group with their ids, and who decided', async () => {
    const files = {
      users: ['1,ext|`1`,ext@x.org,false,basic', '2,ana,shared@x.org,true,idp', '3,ben,shared@x.org,true,idp', '4,cleo,cleo@x.org,true,idp'],
      groups: ['1,Nurses | *all*,'],
      memberships: ['1,1'],
    };
    const { text } = await decided(files, [
      ['inactive-basic-member', '1', { action: 'remove-member', reason: 'left | 2024', owner: 'Ines' }],
      ['conflicting-users', '3', { action: 'set-email', value: 'ben@x.org', owner: 'Dag' }],
    ]);
    expect(text).toContain('| `` ext\\|`1` `` (1) | leaves `Nurses \\| *all*` (1) | decided: `left \\| 2024` (`Ines`); settles inactive-basic-member |\n');
    expect(text).toContain('| `ben` (3) | `shared@x.org` | `ben@x.org` | decided: by `Dag`; settles ');
    expect(text).toMatch(/\| 3 \| `ben` \| `ben@x.org` \| decided: by `Dag`; settles .*conflicting-users/);
    expect(text).toMatch(/\| 4 \| `cleo` \| `cleo@x.org` \| username-email-mismatch \|/);
    expect(text).toMatch(/\| 2 \| `ana` \| `shared@x.org` \| username-email-mismatch, conflicting-users \|/);
  });

  it('say who is behind a temporary username', () => {
    const text = readable(organizationOf([person('1', 'a@x.org', 'b@x.org'), person('2', 'b@x.org', 'a@x.org')]));
    expect(text).toContain('| 1 | `temporary-1@scim-audit.invalid` (was `a@x.org`) | `b@x.org` |');
  });

  it('are all in which a bar is escaped', () => {
    const text = readable(organizationOf([person('1', 'a|b', 'no | address'), person('2', 'c|d', 'c@x.org')]));
    expect(text).toContain('`c\\|d`');
    const prose = text.split('\n').filter((line) => !line.startsWith('|'));
    expect(prose.join('\n')).toContain('no | address');
    expect(prose.filter((line) => line.includes('\\|'))).toEqual([]);
  });
});

describe('the pictures of conflicts', () => {
  const taken = [person('1', 'ana', 'ana@x.org'), person('39', 'ana@x.org', 'old@x.org', { active: false, authenticationType: 'basic' })];

  it('show a conflict as open until somebody decides, and then as decided', () => {
    expect(picturesOf(readable(organizationOf(taken)))).toContain(
      '    ana@x.org: taken, needs a decision\n      1 (active IdP) is "ana", wants it\n      39 (inactive Basic) has it, stays\n',
    );
    const text = picturesOf(readable(organizationOf(taken), true));
    expect(text).toContain(
      '    ana@x.org: taken, settled by decisions\n      1 (active IdP) is "ana", gets it\n      39 (inactive Basic) has it, decided: becomes "former-39@x.org"\n',
    );
    expect(text).not.toContain('needs a decision');
  });

  it('show what is accepted as staying', () => {
    const { rows } = madePlanOf(organizationOf(taken));
    const answers = rows.map(({ asked }) => answeredCells(asked, { action: 'accept', reason: 'agreed', owner: 'Ines' }));
    const made = madePlanOf(organizationOf(taken), fileOf(answers));
    expect(picturesOf(markdownOf(made, ''))).toContain('    ana@x.org: taken, accepted, stays as it is\n');
  });

  it('say why a bystander is in one', () => {
    const users = [person('1', 'maiden@x.org', 'ana@x.org'), person('2', 'else', 'maiden@x.org', { authenticationType: 'basic' })];
    expect(picturesOf(readable(organizationOf(users)))).toContain(
      '    maiden@x.org: bystander, solved without a decision\n      1 (active IdP) has it, becomes "ana@x.org"\n      2 (active Basic) has it as its email, stays\n',
    );
  });

  it('show a swap once', () => {
    const text = picturesOf(readable(organizationOf([person('1', 'a@x.org', 'b@x.org'), person('2', 'b@x.org', 'a@x.org')])));
    expect(text).toContain(
      '    ring of 2, solved without a decision: 1 → 2 → 1\n      1 (active IdP) is "a@x.org", becomes "b@x.org"\n      2 (active IdP) is "b@x.org", becomes "a@x.org"\n',
    );
    expect(text.match(/solved without/g)).toHaveLength(1);
  });

  it.each(['ring', 'chain'])('show a long %s in one line', (kind) => {
    const size = 300;
    const users = Array.from({ length: size }, (_, at) => person(String(at + 1), `u${at}@x.org`, `u${kind === 'ring' ? (at + 1) % size : at + 1}@x.org`));
    const text = picturesOf(readable(organizationOf(users)));
    expect(text).toMatch(
      new RegExp(`^    ${kind} of 300, solved without a decision: \\d+(?: → \\d+){4} → … → \\d+ → \\d+${kind === 'ring' ? ' → \\d+' : ''}$`, 'm'),
    );
    expect(text.split('\n').filter((line) => line.startsWith('    '))).toHaveLength(1);
    expect(text).toContain(`: 1 → 2 → 3 → 4 → 5 → … → 299 → 300${kind === 'ring' ? ' → 1' : ''}\n`);
  });

  it('show a chain that forks at a username of two', () => {
    const users = [person('1', 'ana', 'b@x.org'), person('2', 'b@x.org', 'ben@x.org'), person('3', 'B@x.org', 'cleo@x.org')];
    const text = picturesOf(readable(organizationOf(users)));
    expect(text).toContain('    chain of 2, solved without a decision: 1 → 2\n      and 1 → 3\n      1 (active IdP)');
  });

  it('show first what needs somebody, and say where the rest stands', () => {
    const pairs = Array.from({ length: 60 }, (_, at) => [
      person(`s${at}`, `l${at}@x.org`, `r${at}@x.org`),
      person(`t${at}`, `r${at}@x.org`, `l${at}@x.org`),
    ]).flat();
    const text = picturesOf(readable(organizationOf([...pairs, ...taken])));
    expect(text.indexOf('needs a decision')).toBeLessThan(text.indexOf('ring of 2'));
    expect(text.match(/^ {4}ring of 2/gm)).toHaveLength(20);
    expect(text).toContain('Not pictured: 80 solved without a decision. `check --format json` lists all conflicts.\n');
    const crowds = Array.from({ length: 130 }, (_, at) => person(`c${at}`, `c${at}`, `same${at % 65}@x.org`));
    expect(picturesOf(readable(organizationOf(crowds)))).toContain(
      'Not pictured: 15 that need a decision. decisions.csv has all that is asked, and `check --format json` lists all conflicts.\n',
    );
  });

  it('show a few of a crowd on one address', () => {
    const crowd = Array.from({ length: 300 }, (_, at) => person(`c${at}`, `c${at}`, 'same@x.org'));
    const text = picturesOf(readable(organizationOf(crowd)));
    expect(text).toContain('    same@x.org: same-email, needs a decision\n');
    expect(text).toContain('      … and 292 users more\n');
  });
});

describe('notices.csv', () => {
  it('goes to the address of today', async () => {
    const { folder } = await decided({ users: ['1,ana,shared@x.org,true,idp', '2,ben,shared@x.org,true,idp'] }, [
      ['conflicting-users', '2', { action: 'set-email', value: 'former-2@x.org' }],
    ]);
    const rows: Record<string, string>[] = parse(readFileSync(join(folder, 'plan/notices.csv'), 'utf8'), { columns: true, bom: true });
    expect(rows.find(({ id }) => id === '2')).toEqual({ id: '2', name: '', email: 'shared@x.org', 'old username': 'ben', 'new username': 'former-2@x.org' });
  });
});

it('a plan without actions is not to be applied', () => {
  const text = readable(organizationOf([person('1', 'ana@x.org', 'ana@x.org')]));
  expect(text).toMatch(/## How to apply\n\nNothing to apply\.\n$/);
});

it('a plan of 20,000 renames is short, and the same each time', () => {
  const users = Array.from({ length: 20_000 }, (_, at) =>
    person(String(at), at % 2 === 0 ? `u${at}` : `p${at}@x.org`, at % 2 === 0 ? `u${at}@x.org` : `p${at ^ 2}@x.org`),
  );
  const text = readable(organizationOf(users));
  expect(text).toContain('### Usernames: 25,000');
  expect(Buffer.byteLength(text)).toBeLessThan(24_000);
  expect(readable(organizationOf(users))).toBe(text);
});

// Rings and chains of random organizations: each conflict in one picture, and shown as the plan leaves it.
describe('ways of conflicts', () => {
  const isConflict = (finding: { readonly rule: string }): finding is ConflictingUsers => finding.rule === 'conflicting-users';

  /** Returns whether each user on the way wants the username of the next. */
  function isAWay({ places, isRing, branches }: ConflictPath, { index }: ConflictingUsers): boolean {
    const isStep = (place: number, next: number | undefined): boolean => next === undefined || index.emailKey[place] === index.userNameKey[next];
    const isRun = (run: readonly number[]): boolean => run.every((place, at) => isStep(place, run[at + 1]));
    return isRun(places) && branches.every(isRun) && (!isRing || isStep(places[places.length - 1], places[0]));
  }

  it('every swap and chain is on one way, on which each gets the username of the next', () => {
    fc.assert(
      fc.property(organizationArbitrary, (organization) => {
        const linked = madePlanOf(organization).before.findings.flatMap(({ finding }) =>
          isConflict(finding) && (finding.pattern === 'swap' || finding.pattern === 'chain') ? [finding] : [],
        );
        const paths = [...conflictPaths(linked).values()];
        expect(paths.flatMap(({ conflicts }) => conflicts).sort((a, b) => a - b)).toEqual(linked.map((_, at) => at));
        for (const path of paths) {
          const onPath = path.conflicts.map((at) => linked[at]);
          expect(isAWay(path, onPath[0])).toBe(true);
          if (path.isRing) expect(onPath.some(({ pattern }) => pattern === 'swap')).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('a conflict needs somebody in its picture only where the plan leaves it open', () => {
    fc.assert(
      fc.property(
        organizationArbitrary.chain((organization) => {
          const { rows } = madePlanOf(organization);
          return fc.tuple(fc.constant(organization), fc.constant(rows), fc.tuple(...rows.map(fittingAnswer)));
        }),
        ([organization, rows, answers]) => {
          const made = planOf(organization, fileOf(rows.map(({ asked }, at) => answeredCells(asked, answers[at]))));
          if ('problems' in made) return;
          const text = markdownOf(made, 'scim-audit apply');
          const pictures = /## Who wants whose username[\s\S]*?(?=\n## )/.exec(text)?.[0] ?? '';
          const open = made.body.open.filter((fingerprint) => fingerprint.startsWith('conflicting-users:')).length;
          expect(/needs a decision|waits for another decision/.test(pictures)).toBe(open > 0);
          expect(markdownOf(made, 'scim-audit apply')).toBe(text);
        },
      ),
      { numRuns: 300 },
    );
  });
});
