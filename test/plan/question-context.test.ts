/** Accounts that a plan leaves alone unless a person decides: those that other systems sign in with, and the SCIM Admin. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { NODE_DIGESTS } from '../../src/app/node-digests.js';
import type { User } from '../../src/model/directory.js';
import { DECISION_ACTIONS, type Question } from '../../src/model/finding.js';
import { onlyUserName } from '../../src/plan/answer-validation.js';
import { type Answer, NO_ANSWER } from '../../src/plan/decision-rows.js';
import type { MadePlan } from '../../src/plan/make-plan.js';
import { parsePlan } from '../../src/plan/plan-file.js';
import { doneAlready, questionBinder } from '../../src/plan/question-context.js';
import { noticesCsv } from '../../src/reporters/plan-tables.js';
import { key } from '../rules/oracle.js';
import { temporaryFolders } from '../support/machine.js';
import { type Organization, organizationArbitrary } from '../support/organizations.js';
import { type CliResult, ROOT, runCli } from '../support/run.js';
import { breachesOf } from './checker.js';
import {
  acceptedIn,
  afterActions,
  answer,
  answeredCells,
  COLUMN,
  fileOf,
  fittingAnswer,
  madePlanOf,
  planOf,
  planText,
  readTable,
  reordered,
  rowOf,
  suggested,
  textOf,
  wildAnswer,
} from './planning.js';

const newFolder = temporaryFolders();

const HEAD = 'id,userName,email,active,authenticationType,licenseType';
/** Who is called what, and must be called what. */
const RING = ['1,ana@x.org,ben@x.org,true,idp,', '2,ben@x.org,cleo@x.org,true,idp,', '3,cleo@x.org,ana@x.org,true,idp,'];
const OTHERS = ['9,old@x.org,old@x.org,false,basic,'];

const folderWith = (users: readonly string[], files: Readonly<Record<string, string>> = {}): string =>
  newFolder({
    'export/users.csv': `${[HEAD, ...users, ...OTHERS].join('\n')}\n`,
    'export/groups.csv': 'id,name,project\n30,Optics,\n',
    'export/memberships.csv': `groupId,userId\n30,${users[0].split(',', 1)[0]}\n`,
    ...files,
  });

const INTEGRATIONS = { 'integrations.csv': 'userName,system\nben@x.org,Dome weather\n' };

const plan = (folder: string, ...more: readonly string[]): Promise<CliResult> =>
  runCli(['plan', 'export', '--auth-mode', 'multi', '--out', 'plan', ...more], { cwd: folder });

const planned = (folder: string) => parsePlan(readFileSync(join(folder, 'plan/plan.json'), 'utf8'), 'plan.json', NODE_DIGESTS);
const renames = (folder: string): string[] =>
  planned(folder).actions.map(({ change }) => (change.kind === 'replace-user' ? `${change.user} ${change.attribute} ${change.to}` : change.kind));

describe('a user whom another system signs in as', () => {
  const words = ['--integrations', 'integrations.csv'];

  it('holds a whole ring back, and one decision lets it go', async () => {
    const folder = folderWith(RING, INTEGRATIONS);
    expect((await plan(folder, ...words)).code).toBe(0);
    expect(renames(folder)).toEqual([]);
    const table = readTable(folder);
    expect(table[rowOf(table, 'integration-username', '2')][COLUMN.suggestion]).toBe('set-username cleo@x.org');
    answer(folder, [['integration-username', '2', { action: 'set-username', value: 'cleo@x.org' }]]);
    expect((await plan(folder, ...words)).code).toBe(0);
    expect(planned(folder)).toMatchObject({ open: [], after: { error: 0, warning: 0 } });
    expect(renames(folder)).toEqual([
      expect.stringMatching(/^1 userName temporary-1@/),
      '3 userName ana@x.org',
      '2 userName cleo@x.org',
      '1 userName ben@x.org',
    ]);
    expect((await runCli(['apply', 'plan/plan.json', 'export', '--out', 'corrected', '--yes'], { cwd: folder })).code).toBe(0);
    // The list names what the system signs in with from now on.
    const now = newFolder({ 'integrations.csv': 'userName,system\ncleo@x.org,Dome weather\n' });
    const checked = await runCli(['check', 'corrected', '--auth-mode', 'multi', '--integrations', join(now, 'integrations.csv')], { cwd: folder });
    expect(checked.code, checked.stdout).toBe(0);
  });

  it('is settled by a decision in the row of another finding as well', async () => {
    const folder = folderWith(RING, INTEGRATIONS);
    await plan(folder, ...words);
    answer(folder, [['username-email-mismatch', '2', { action: 'set-username', value: 'cleo@x.org' }]]);
    expect((await plan(folder, ...words)).code).toBe(0);
    expect(planned(folder).open).toEqual([]);
  });

  it('another email is a decision on the username that follows it; the username itself as email renames nobody', async () => {
    const folder = folderWith(['2,ben@x.org,cleo@x.org,true,idp,'], INTEGRATIONS);
    await plan(folder, ...words);
    answer(folder, [['integration-username', '2', { action: 'set-email', value: 'ben@x.org' }]]);
    expect((await plan(folder, ...words)).code).toBe(0);
    expect(renames(folder)).toEqual(['2 email ben@x.org']);
    expect(planned(folder).open).toEqual([]);
    answer(folder, [['integration-username', '2', { value: 'new@x.org' }]]);
    expect((await plan(folder, ...words)).code).toBe(0);
    expect(renames(folder)).toEqual(['2 email new@x.org', '2 userName new@x.org']);
    expect(planned(folder).open).toEqual([]);
  });

  it('stays as it is where that is accepted, and nothing stays open that was accepted', async () => {
    const folder = folderWith(['2,ben,cleo@x.org,true,idp,'], { 'integrations.csv': 'userName,system\nben,Dome weather\n' });
    await plan(folder, ...words);
    const accept = { action: 'accept', reason: 'moves in autumn', owner: 'Ines' };
    answer(folder, [['integration-username', '2', accept]]);
    expect((await plan(folder, ...words)).code).toBe(0);
    expect(planned(folder).open).toEqual([expect.stringMatching(/^username-email-mismatch:/)]);
    answer(folder, [['username-email-mismatch', '2', accept]]);
    expect((await plan(folder, ...words)).code).toBe(0);
    expect(planned(folder)).toMatchObject({ open: [], actions: [] });
    const { code, stderr } = await runCli(['check', 'export', '--auth-mode', 'multi', ...words, '--decisions', 'plan/decisions.csv'], { cwd: folder });
    expect(code, stderr).toBe(0);
  });

  it('two on one way are let go together, and neither is suggested by itself', async () => {
    const both = { 'integrations.csv': 'userName,system\nben@x.org,Dome weather\ncleo@x.org,Archive\n' };
    const folder = folderWith(RING, both);
    await plan(folder, ...words);
    const table = readTable(folder);
    for (const id of ['2', '3']) expect(table[rowOf(table, 'integration-username', id)][COLUMN.suggestion]).toBe('');
    answer(folder, [['integration-username', '2', { action: 'set-username', value: 'cleo@x.org' }]]);
    const { code, stderr } = await plan(folder, ...words);
    expect(code).toBe(2);
    expect(stderr).toContain('the username "cleo@x.org" is that of user 3');
    answer(folder, [['integration-username', '3', { action: 'set-username', value: 'ana@x.org' }]]);
    expect((await plan(folder, ...words)).code).toBe(0);
    expect(planned(folder).open).toEqual([]);
  });

  it('what is wrong with the list is told together with what is wrong with the source', async () => {
    const folder = folderWith(['2,ben,cleo@x.org,perhaps,idp,'], { 'integrations.csv': 'userName,system\nben,\n' });
    const { code, stderr } = await plan(folder, ...words);
    expect(code).toBe(2);
    expect(stderr).toContain('export/users.csv, line 2, column 4 (active)');
    expect(stderr).toContain('integrations.csv, line 2, column 2 (system): the system is blank');
  });

  it('the list is never written over', async () => {
    const folder = folderWith(RING, INTEGRATIONS);
    const { code, stderr } = await runCli(['check', 'export', '--auth-mode', 'multi', ...words, '--output', 'integrations.csv'], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toContain('is an input');
    expect(readFileSync(join(folder, 'integrations.csv'), 'utf8')).toBe(INTEGRATIONS['integrations.csv']);
  });
});

describe('the SCIM Admin', () => {
  const CONFIG = {
    'scim-audit.config.json': '{ "environment": { "scimAdmin": { "userName": "Scim.Admin", "organizationAdmin": true, "license": "Creator" } } }',
  };
  /** A Basic account in a Basic organization, which would be renamed. */
  const ADMIN = '5,scim.admin,admin@x.org,true,basic,N';
  const inBasic = (folder: string): Promise<CliResult> => runCli(['plan', 'export', '--auth-mode', 'basic', '--out', 'plan'], { cwd: folder });

  it('is renamed without the configuration, and never with it', async () => {
    const without = folderWith([ADMIN]);
    await inBasic(without);
    expect(renames(without)).toEqual(['5 userName admin@x.org']);
    const folder = folderWith([ADMIN, '6,dora@x.org,dora@x.org,true,basic,'], CONFIG);
    await inBasic(folder);
    expect(renames(folder)).toEqual([]);
    expect(planned(folder)).toMatchObject({ open: [], settings: { leaveOutUsers: ['5'] } });
    expect(readFileSync(join(folder, 'plan/plan.md'), 'utf8')).toContain('User 5 is configured as the SCIM Admin');
  });

  it('is not to be decided about either', async () => {
    const folder = folderWith([ADMIN, '6,dora,dora@x.org,true,basic,', '7,SCIM.ADMIN,eve@x.org,false,basic,'], {
      'scim-audit.config.json': '{ "environment": { "scimAdmin": { "id": "5" } } }',
    });
    await inBasic(folder);
    const table = readTable(folder);
    const row = table[rowOf(table, 'duplicate-username', '5')];
    expect(row[COLUMN.problem]).toContain('This account is left out, so it stays as it is.');
    expect(row[COLUMN.suggestion]).toBe('');
    answer(folder, [['duplicate-username', '5', { action: 'set-username', value: 'other' }]]);
    const { code, stderr } = await inBasic(folder);
    expect(code).toBe(2);
    expect(stderr).toContain('"set-username" is not possible here; possible: accept');
  });

  it('that answers to several accounts leaves all of them alone, and is a finding', async () => {
    const folder = folderWith([ADMIN, '7,SCIM.ADMIN,eve@x.org,true,basic,'], CONFIG);
    await inBasic(folder);
    expect(renames(folder)).toEqual([]);
    expect(planned(folder).open).toContainEqual(expect.stringMatching(/^environment-setting:/));
  });

  it('is an alias in every format of a redacted report', async () => {
    // The rule's own text has the usual name.
    const config = { 'scim-audit.config.json': CONFIG['scim-audit.config.json'].replace('Scim.Admin', 'Night.Porter') };
    const folder = folderWith(['8,night.porter,porter@x.org,false,idp,C'], config);
    for (const format of ['pretty', 'json', 'sarif', 'junit', 'github', 'gitlab', 'markdown', 'html', 'csv']) {
      const { stdout } = await runCli(['check', 'export', '--auth-mode', 'multi', '--redact', '--format', format], { cwd: folder });
      expect(stdout, format).toContain('SCIM Admin');
      expect(stdout.toLowerCase(), format).not.toContain('night.porter');
      expect(stdout, format).not.toContain('x.org');
    }
    const missing = folderWith(RING, config);
    const { stdout } = await runCli(['check', 'export', '--auth-mode', 'multi', '--redact', '--format', 'json'], { cwd: missing });
    expect(stdout).toContain('"problem":"missing"');
    expect(stdout.toLowerCase()).not.toContain('night.porter');
  });
});

it('who states the settings for one provider and holds them against another is told', async () => {
  const folder = folderWith(RING, {
    'scim-audit.config.json': '{ "environment": { "idp": "okta" }, "idp": "entra", "idpUsers": ["people.csv"] }',
    'people.csv': 'userPrincipalName,displayName,mail,id,accountEnabled\nana@x.org,Ana,ana@x.org,a1,True\n',
  });
  const { code, stderr } = await runCli(['check', 'export', '--auth-mode', 'multi'], { cwd: folder });
  expect(code).toBe(2);
  expect(stderr).toContain('are for okta, but --idp says entra');
});

describe('a user of whom the export has no status', () => {
  const lists = {
    // Each list is of one status; the third has a column that says which.
    'active.csv': 'id,userName,email,authenticationType\n1,ana,shared@x.org,idp\n2,ben,shared@x.org,idp\n',
    'inactive.csv': 'id,userName,email,authenticationType\n3,old,old@x.org,basic\n',
    'more.csv': 'id,userName,email,authenticationType,active\n4,cleo,shared@x.org,idp,true\n',
    'groups.csv': 'id,name,project\n30,Optics,\n',
    'memberships.csv': 'groupId,userId\n30,3\n',
  };
  const files = '--users active.csv --users more.csv --inactive-users inactive.csv --assume-active --groups groups.csv --memberships memberships.csv'.split(
    ' ',
  );
  const planLists = (folder: string) => runCli(['plan', ...files, '--auth-mode', 'multi', '--out', 'plan'], { cwd: folder });

  it('is asked about nothing that no list of this kind could say', async () => {
    const folder = newFolder(lists);
    const first = await planLists(folder);
    expect(first.code, first.stderr).toBe(0);
    const table = readTable(folder);
    const problemOf = (rule: string, id: string): string => table[rowOf(table, rule, id)][COLUMN.problem];
    expect(problemOf('conflicting-users', '1')).toContain('The export has no status column');
    expect(problemOf('inactive-basic-member', '3')).toContain('The export has no status column');
    expect(problemOf('conflicting-users', '4')).not.toContain('status');
    answer(folder, [
      ['inactive-basic-member', '3', { action: 'activate' }],
      ['conflicting-users', '1', { action: 'deactivate' }],
      ['conflicting-users', '4', { action: 'deactivate' }],
    ]);
    const { code, stderr } = await planLists(folder);
    expect(code).toBe(2);
    expect(stderr.match(/"(?:de)?activate" is not possible here; possible: .*/g)).toEqual([
      '"deactivate" is not possible here; possible: set-email, set-username, accept, or blank to leave it open.',
      '"activate" is not possible here; possible: remove-member, accept, or blank to leave it open.',
    ]);
  });
});

// What may be decided follows from what is known of a user, never from how a name reads.
describe('facts of a question', () => {
  /** Names that read like what this program writes. */
  const NAMES = [
    'ana',
    '',
    'x <a@b.org>: y',
    'Inactive Basic user z: nothing',
    'Active IdP user z <z@x.org>: q',
    'This account is left out, so it stays as it is.',
    'The export has no status column, so the status of this user is not changed here.',
    '"Dome weather" signs in with the username of this user.',
  ] as const;

  const texts = fc.oneof(fc.constantFrom(...NAMES), fc.string());
  const users = fc.record({
    active: fc.boolean(),
    authenticationType: fc.constantFrom('basic' as const, 'idp' as const),
    isLeftOut: fc.boolean(),
    isStatusFixed: fc.boolean(),
    signsInFor: fc.option(fc.array(texts, { minLength: 1, maxLength: 3 }), { nil: undefined }),
  });
  const questions = fc.record({ actions: fc.subarray([...DECISION_ACTIONS]), proposed: fc.constantFrom(...DECISION_ACTIONS) });

  function asked(
    state: typeof users extends fc.Arbitrary<infer T> ? T : never,
    asking: { readonly actions: Question['actions']; readonly proposed: Question['actions'][number] },
    userName: string,
    email: string,
  ): Question {
    const { isLeftOut, isStatusFixed, signsInFor, ...rest } = state;
    const user: User = {
      place: 0,
      id: '7',
      input: 0,
      line: 2,
      userName,
      email,
      ...rest,
      ...(isLeftOut ? { isLeftOut: true } : {}),
      ...(signsInFor === undefined ? {} : { signsInFor }),
    };
    const bind = questionBinder(
      {
        directory: { users: [user], groups: [], given: { groups: false, groupList: false, memberships: false } },
        policy: { authMode: 'multi', syncGroups: null, skipRules: [], severities: {}, leaveOutUsers: ['7'], allowEmpty: false } as never,
      },
      isStatusFixed ? [{ isStatusFixed: true }] : [{}],
    );
    const { actions, proposed } = asking;
    return bind({ subject: 'user', id: '7', current: userName, problem: `It is ${email}.`, actions, proposal: { action: proposed, value: '' } }, user);
  }

  test('the same state allows the same actions, whatever the user is called', () => {
    fc.assert(
      fc.property(users, questions, texts, texts, (state, asking, userName, email) => {
        const plain = asked(state, asking, 'ana', 'ana@dome.example');
        const hostile = asked(state, asking, userName, email);
        expect(hostile.actions).toEqual(plain.actions);
        expect(hostile.proposal).toEqual(plain.proposal);
        for (const action of DECISION_ACTIONS) expect(doneAlready(hostile, action)).toEqual(doneAlready(plain, action));
      }),
    );
  });

  test('of an account that is left out nothing is decided, and nobody is made what they are', () => {
    fc.assert(
      fc.property(users, questions, texts, (state, asking, userName) => {
        const { actions } = asked(state, asking, userName, 'ana@dome.example');
        if (state.isLeftOut) expect(actions).toEqual(['accept']);
        else {
          expect(actions).not.toContain(asking.actions.includes('activate') && state.active ? 'activate' : 'none');
          if (state.isStatusFixed) expect(actions.filter((action) => /activate/.test(action))).toEqual([]);
        }
      }),
    );
  });

  test('the username that is offered is the email of the account, whatever the username reads like', () => {
    fc.assert(
      fc.property(texts, (userName) => {
        const { user } = asked(
          { active: true, authenticationType: 'idp', isLeftOut: false, isStatusFixed: false, signsInFor: undefined },
          { actions: ['set-username'], proposed: 'accept' },
          userName,
          'ana@dome.example',
        );
        expect(onlyUserName(user, [])).toBe('ana@dome.example');
      }),
    );
  });

  test('no code of decisions searches a text that is for people', () => {
    for (const file of ['plan/question-context.ts', 'cli/decision-texts.ts', 'plan/read-decisions.ts']) {
      // The characters of an answer are looked at, which no program wrote.
      const code = readFileSync(join(ROOT, 'src', file), 'utf8').replace('UNSEEN.test(text)', '');
      expect(code, file).not.toMatch(/RegExp|\.(?:exec|test|match|matchAll|startsWith|endsWith|search)\(/);
    }
  });

  test('nothing is known of a user without facts', () => {
    expect(onlyUserName(undefined, [])).toBeUndefined();
  });
});

const SYSTEMS = ['Dome weather', 'Image pipeline', 'Night log'] as const;

/** Organizations some of whose usernames other systems sign in with; twins of a username share its systems. */
const integrated: fc.Arbitrary<Organization> = organizationArbitrary.chain((organization) => {
  const names = [...new Set(organization.users.map(({ userName }) => key(userName)))].filter((name) => name !== '');
  const systems = fc.subarray([...SYSTEMS], { minLength: 1 });
  return fc.array(fc.option(systems, { freq: 2 }), { minLength: names.length, maxLength: names.length }).map((found): Organization => {
    const systemsByKey = new Map(names.map((name, at) => [name, found[at] ?? undefined]));
    const marked = (user: User): User => {
      const signsInFor = systemsByKey.get(key(user.userName));
      return signsInFor === undefined ? user : { ...user, signsInFor };
    };
    return { ...organization, users: organization.users.map(marked), areIntegrationsGiven: true };
  });
});

/** Returns the ids of users whose username another system signs in with, and the plan changes, if only for a moment. */
function touchedIn({ users }: Organization, { body }: MadePlan): Set<string> {
  const integratedIds = new Set(users.flatMap(({ id, signsInFor }) => (signsInFor === undefined ? [] : [id])));
  return new Set(
    body.actions.flatMap(({ change }) =>
      change.kind === 'replace-user' && change.attribute === 'userName' && integratedIds.has(change.user) ? [change.user] : [],
    ),
  );
}

/** Returns the ids of users about whose username or email a row decides. */
const decidedIn = (rows: MadePlan['rows']): Set<string> =>
  new Set(rows.flatMap(({ asked, answer }) => (answer?.action === 'set-username' || answer?.action === 'set-email' ? [asked.question.id] : [])));

const withAnswers = (organization: Organization, plan: MadePlan, answers: readonly Answer[]): ReturnType<typeof planOf> =>
  planOf(organization, fileOf(plan.rows.map(({ asked }, at) => answeredCells(asked, answers[at]))));

test('without a decision nothing that a system signs in with changes, and the plan holds what every plan promises', () => {
  let held = 0;
  fc.assert(
    fc.property(integrated, (organization) => {
      const made = madePlanOf(organization);
      expect([...touchedIn(organization, made)]).toEqual([]);
      expect(breachesOf(organization, made.body)).toEqual([]);
      held += made.assembly.open.filter(({ finding }) => finding.rule === 'integration-username').length;
    }),
    { numRuns: 400 },
  );
  expect(held).toBeGreaterThan(100);
});

test('where no user has such a username, the plan is that of an organization without integrations, byte for byte', () => {
  fc.assert(
    fc.property(organizationArbitrary, (organization) => {
      const given = madePlanOf({ ...organization, areIntegrationsGiven: true });
      expect(planText(given.body)).toBe(planText(madePlanOf(organization).body));
    }),
    { numRuns: 100 },
  );
});

test('every suggestion is possible by itself, and all of them together are', () => {
  let gone = 0;
  fc.assert(
    fc.property(integrated, (organization) => {
      const plan = madePlanOf(organization);
      const all = plan.rows.map(({ asked }) => suggested(asked) ?? NO_ANSWER);
      const choices = [all, ...all.flatMap((answer, at) => (answer === NO_ANSWER ? [] : [all.map((_, other) => (other === at ? answer : NO_ANSWER))]))];
      for (const answers of choices) {
        const made = withAnswers(organization, plan, answers);
        expect('problems' in made ? made.problems : []).toEqual([]);
        if (!('problems' in made)) expect(breachesOf(organization, made.body)).toEqual([]);
      }
      plan.rows.forEach(({ asked }, at) => {
        if (asked.finding.finding.rule !== 'integration-username' || all[at] === NO_ANSWER) return;
        const user = organization.users.find(({ id }) => id === asked.question.id);
        expect(all[at]).toMatchObject({ action: 'set-username', value: user?.email });
        gone++;
      });
    }),
    { numRuns: 300 },
  );
  expect(gone).toBeGreaterThan(50);
});

test('a suggestion that is taken settles every finding about the rename of that user', () => {
  fc.assert(
    fc.property(integrated, (organization) => {
      const plan = madePlanOf(organization);
      plan.rows.forEach(({ asked }, at) => {
        const answer = asked.finding.finding.rule === 'integration-username' ? suggested(asked) : undefined;
        if (answer === undefined) return;
        const made = withAnswers(
          organization,
          plan,
          plan.rows.map((_, other) => (other === at ? answer : NO_ANSWER)),
        );
        if ('problems' in made) throw new Error('a suggestion is refused');
        const { id } = asked.question;
        const open = made.assembly.open.filter(({ finding }) => 'user' in finding && (finding.user as User).id === id).map(({ finding }) => finding.rule);
        expect(open.filter((rule) => rule === 'integration-username' || rule === 'username-email-mismatch')).toEqual([]);
        const result = afterActions(organization, made.body.actions).users.find((user) => user.id === id);
        expect(result?.userName).toBe(result?.email);
        const notices = textOf(noticesCsv(made));
        expect(notices).toContain('systems to change');
        expect(notices).toContain(organization.users.find((user) => user.id === id)?.signsInFor?.join('; '));
      });
    }),
    { numRuns: 200 },
  );
});

test.each([
  ['that fit their rows', fittingAnswer, 5],
  ['of any kind', () => fc.oneof({ weight: 4, arbitrary: fc.constant(NO_ANSWER) }, { weight: 1, arbitrary: wildAnswer }), 0],
] as const)('decisions %s give a safe plan or are refused; only who is decided about is touched', (_, answerTo, least) => {
  const cases = integrated.chain((organization) => {
    const plan = madePlanOf(organization);
    return fc.tuple(...plan.rows.map((row) => answerTo(row))).map((answers) => ({ organization, plan, answers }));
  });
  let touched = 0;
  fc.assert(
    fc.property(cases, ({ organization, plan, answers }) => {
      const made = withAnswers(organization, plan, answers);
      if ('problems' in made) {
        expect(made.problems.length).toBeGreaterThan(0);
        return;
      }
      expect(breachesOf(organization, made.body, acceptedIn(made.rows))).toEqual([]);
      const decided = decidedIn(made.rows);
      for (const id of touchedIn(organization, made)) {
        expect(decided).toContain(id);
        touched++;
      }
    }),
    { numRuns: 400 },
  );
  expect(touched).toBeGreaterThanOrEqual(least);
});

test('the order of rows does not change who is held back', () => {
  const shuffled = integrated.chain((organization) =>
    fc.record({ organization: fc.constant(organization), users: fc.shuffledSubarray([...organization.users], { minLength: organization.users.length }) }),
  );
  fc.assert(
    fc.property(shuffled, ({ organization, users }) => {
      const openOf = (each: Organization): string[] => [...madePlanOf(each).body.open].sort();
      expect(openOf(reordered(organization, users, organization.groups))).toEqual(openOf(organization));
    }),
    { numRuns: 100 },
  );
});
