import fc from 'fast-check';
import { expect, it, test } from 'vitest';
import { NODE_DIGESTS } from '../../src/app/node-digests.js';
import type { User } from '../../src/model/directory.js';
import type { StatedName } from '../../src/model/environment.js';
import { IDP_PROVIDERS, type IdpDirectory, type IdpUser } from '../../src/model/idp.js';
import { noteText } from '../../src/model/note.js';
import { type Answer, type DecisionProblem, NO_ANSWER } from '../../src/plan/decision-rows.js';
import { type DecisionFile, type MadePlan, makePlan } from '../../src/plan/make-plan.js';
import { readable } from '../../src/plan/page/marks.js';
import type { PageCounts, PageData } from '../../src/plan/page/page-data.js';
import { type Judged, PageEngine } from '../../src/plan/page/page-engine.js';
import { takePageData } from '../../src/plan/page/take-page-data.js';
import { readDecisions } from '../../src/plan/read-decisions.js';
import { RULES } from '../../src/rules/registry.js';
import { connectUser, directoryOfIdp, idpArbitrary, organizationOf } from '../rules/idp-oracle.js';
import { damagedArbitrary, inOrder, key, type Organization, organizationArbitrary } from '../support/organizations.js';
import { answeredCells, fileOf, fittingAnswer, groundOf, madePlanOf, SETTINGS, TODAY, wildAnswer } from './planning.js';

/** People whom no finding concerns, or who need no decision: what others may not be told, and whose names must count all the same. */
const bystanders: fc.Arbitrary<Pick<User, 'userName' | 'email' | 'active' | 'authenticationType'>[]> = fc
  .array(fc.record({ kind: fc.nat(10), active: fc.boolean() }), { maxLength: 6 })
  .map((kinds) =>
    kinds.flatMap(({ kind, active }, at) => {
      const [name, next] = [`p${at}@wing.example`, `q${at}@wing.example`];
      const user = (userName: string, email: string, isActive = true, isIdp = true) =>
        ({ userName, email, active: isActive, authenticationType: isIdp ? 'idp' : 'basic' }) as const;
      if (kind === 0) return [user(name, next)];
      // A chain, a ring, and one who only changes the spelling.
      if (kind === 1) return [user(name, next), user(next, `r${at}@wing.example`)];
      if (kind === 2) return [user(name, next), user(next, name)];
      if (kind === 3) return [user(name.toUpperCase(), name)];
      if (kind === 4) return [user(`login${at}`, name, false)];
      if (kind === 5) return [user(`login${at}`, name, active, false)];
      if (kind === 6) return [user(name, '', false, false)];
      if (kind === 7) return [user('', name, false, false)];
      if (kind === 10) return [user('', '', active, false)];
      return [user(name, name, active || kind > 8, kind !== 8)];
    }),
  );

const crowded = (some: fc.Arbitrary<Organization>): fc.Arbitrary<Organization> =>
  fc.tuple(some, bystanders, fc.boolean()).map(([organization, others, isFirst]) => {
    const added = others.map((user, at): User => ({ place: 0, id: `x${at}`, input: 0, line: 0, ...user }));
    return { ...organization, users: inOrder(isFirst ? [...added, ...organization.users] : [...organization.users, ...added]) };
  });

interface Case {
  readonly organization: Organization;
  readonly idp?: IdpDirectory;
  readonly plan: MadePlan;
  readonly answers: readonly Answer[];
}

const wishesFor = ({ authMode, collation }: Organization) => ({
  settings: { ...SETTINGS, authMode, collation: collation ?? SETTINGS.collation },
  today: TODAY,
});

function planWith({ organization, idp }: Pick<Case, 'organization' | 'idp'>): MadePlan {
  const made = makePlan(groundOf(organization, idp), wishesFor(organization));
  if ('problems' in made) throw new Error('a plan without decisions is not refused');
  return made;
}

/** Spellings that people type: as it is, in capitals, the part before the @, with an accent, with a space that looks like none, and in full-width letters, which make no address. */
const TYPED: readonly ((text: string) => string)[] = [
  ...new Array<(text: string) => string>(6).fill((text) => text),
  (text) => text.toUpperCase(),
  (text) => text.toUpperCase(),
  (text) => text.split('@')[0],
  (text) => text.split('@')[0],
  (text) => text.replace(/[aeo]/, (letter) => `${letter}\u0301`.normalize('NFC')),
  (text) => `${text}\u00a0`,
  (text) => text.replace(/[b-z]/, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0)),
];

/** Somebody types the name of anybody. */
function typing({ users }: Organization, idp: IdpDirectory | undefined): fc.Arbitrary<Answer> {
  const names = users.flatMap(({ userName, email }) => [userName, email]);
  const known = [...(idp?.users ?? []), ...(idp?.unassigned ?? [])].flatMap(({ subject, email }) => [subject, email]);
  return fc
    .record({
      action: fc.constantFrom('set-email', 'set-username'),
      text: fc.constantFrom('new@dome.example', ...names, ...known),
      spell: fc.constantFrom(...TYPED),
    })
    .map(({ action, text, spell }) => ({ ...NO_ANSWER, action, value: spell(text) }));
}

const cases = (sides: fc.Arbitrary<Pick<Case, 'organization' | 'idp'>>): fc.Arbitrary<Case> =>
  sides.chain((each) => {
    const plan = planWith(each);
    const rarely = fc.integer({ min: 1, max: 4 });
    return rarely.chain((weight) =>
      fc
        .tuple(
          ...plan.rows.map((row) =>
            fc.oneof(
              { weight: 4 * weight, arbitrary: fc.constant(NO_ANSWER) },
              { weight: 4, arbitrary: fittingAnswer(row) },
              { weight: 2, arbitrary: row.asked.question.actions.includes('set-email') ? typing(each.organization, each.idp) : fittingAnswer(row) },
              { weight: 1, arbitrary: wildAnswer },
            ),
          ),
        )
        .map((answers) => ({ ...each, plan, answers })),
    );
  });

const pageOf = ({ organization, idp, plan }: Case): PageData =>
  JSON.parse(JSON.stringify(takePageData(groundOf(organization, idp), plan, 'salt', NODE_DIGESTS)));

/** Of an account that the page does not show, it has no id, username or email. */
function expectNobodyElse({ users, groups, administrators = [] }: Organization, idp: IdpDirectory | undefined, data: PageData): void {
  const shown = new Set(data.users.map(([id]) => id));
  const text = JSON.stringify(data);
  // A group may be called as somebody, and the configuration may name somebody.
  const stated = administrators.map((name) => (typeof name === 'string' ? name : 'id' in name ? name.id : name.userName));
  const elsewhere = new Set([...groups.map(({ name }) => name), ...(idp?.groups ?? []).map(({ name }) => name), ...stated]);
  const shownIdp = [...(data.idp?.users ?? []), ...(data.idp?.unassigned ?? [])];
  for (const [, subject, email] of shownIdp) elsewhere.add(subject).add(email);
  const expectUnseen = (...names: readonly string[]): void => {
    for (const name of names.filter((each) => key(each) !== '' && !elsewhere.has(each))) expect(text).not.toContain(JSON.stringify(name));
  };
  for (const { id, userName, email } of users) {
    if (shown.has(id)) continue;
    expectUnseen(userName, email);
    if (id.startsWith('x')) expectUnseen(id);
  }
  // Who shares a name with an account in the page is in it as well, unless nobody in Jama Connect has that name.
  const keys = new Set([...data.users, ...shownIdp].flatMap(([, name, email]) => [key(name), key(email)]));
  for (const { subject, email } of [...(idp?.users ?? []), ...(idp?.unassigned ?? [])])
    expectUnseen(...[subject, email].filter((name) => !keys.has(key(name))));
}

/** How often answers were judged by the parts that they change. */
let inParts = 0;

/** What stands for names that the page does not know; nobody is shown it. */
const STANDING_IN = /not-shown|x[0-9a-f]{12}/i;

/** Accounts that are not in the page are numbered as they are found. */
function saidOf({ line, column, message }: DecisionProblem): string {
  const text = readable(noteText(message));
  return `${line}:${column} ${text.includes('not shown') ? 'not shown' : text}`;
}

/** One answer after the other, the page says what it says of all at once, and takes nothing that plan refuses. */
function expectSameStepByStep(data: PageData, answers: ReadonlyMap<number, Answer>, planned: (answers: ReadonlyMap<number, Answer>) => Judged): void {
  const engine = new PageEngine(data, NODE_DIGESTS);
  const given = new Map<number, Answer>();
  const steps = [...answers].filter(([, { action, value }]) => action !== '' || value !== '');
  // At last, the first ones are taken back.
  for (const [at, [row, answer]] of [...steps, ...steps.slice(0, 3)].entries()) {
    if (at < steps.length) given.set(row, answer);
    else given.delete(row);
    const [judged, whole] = [engine.judge(new Map(given), TODAY), engine.judgeWhole(given, TODAY)];
    if ('problems' in judged || 'problems' in whole) {
      const said = (each: typeof judged): string[] => ('problems' in each ? each.problems.map(saidOf).sort() : ['taken']);
      expect(said(judged)).toEqual(said(whole));
      continue;
    }
    expect(judged.counts).toEqual(whole.counts);
    expect(planned(given)).toEqual({ counts: judged.counts });
  }
  inParts += engine.judgedInParts;
}

const countsOfPlan = ({ body: { actions, open, after } }: MadePlan): PageCounts => ({ actions: actions.length, open: open.length, ...after });

/** What both say of the same answers, and how often that was a plan. */
function expectSame(each: Case): boolean {
  const { organization, idp, plan, answers } = each;
  const fileWith = (answerOf: (row: number) => Answer) => fileOf(plan.rows.map(({ asked }, at) => answeredCells(asked, answerOf(at))));
  const ground = groundOf(organization, idp);
  const planWithFile = (decisions: DecisionFile) => makePlan(ground, { ...wishesFor(organization), decisions });
  const file = fileWith((row) => answers[row]);
  const made = planWithFile(file);
  const data = pageOf(each);
  expectNobodyElse(organization, idp, data);
  const engine = new PageEngine(data, NODE_DIGESTS);
  expect(engine.rows.map(({ written }) => written)).toEqual(plan.rows.map(({ asked }) => asked.written));
  const { answered } = readDecisions(
    file.headings,
    file.rows,
    plan.rows.map(({ asked }) => asked),
    undefined,
  );
  const given = new Map(answered.map(({ answer, line }) => [line - 2, answer]));
  expectSameStepByStep(data, given, (some) => {
    const step = planWithFile(fileWith((row) => some.get(row) ?? NO_ANSWER));
    return 'problems' in step ? step : { counts: countsOfPlan(step) };
  });
  const judged = engine.judgeWhole(given, TODAY);
  if ('problems' in made) {
    expect('problems' in judged).toBe(true);
    if (!('problems' in judged)) return false;
    const places = (problems: typeof made.problems): string[] => problems.map(({ line, column }) => `${line}:${column ?? ''}`).sort();
    expect(places(judged.problems)).toEqual(places(made.problems));
    const messages = judged.problems.map(({ message }) => readable(noteText(message)));
    for (const message of messages) expect(message).not.toMatch(STANDING_IN);
    if (!messages.some((message) => message.includes('not shown'))) expect(messages).toEqual(made.problems.map(({ message }) => noteText(message)));
    return false;
  }
  if ('problems' in judged) throw new Error(judged.problems.map(({ message }) => noteText(message)).join('\n'));
  expect(judged.counts).toEqual(countsOfPlan(made));
  expect(judged.open.map(({ fingerprint }) => fingerprint)).toEqual(made.body.open);
  return true;
}

const without = (organization: fc.Arbitrary<Organization>) => cases(crowded(organization).map((each) => ({ organization: each })));

type Written = Omit<IdpUser, 'place' | 'path' | 'line'>;

/** Spellings that the rules about both sides tell apart: by case, accents, white space, and what Entra may not look up. */
const SPELT: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text,
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => text.replace(/[aeo]/, (letter) => `${letter}\u0301`),
  (text) => `${text} `,
  (text) => text.replace('@', '+new@'),
];

/** A provider that also has people of other domains with the same part before the @, people who are not assigned, suspended or never activated, and some twice. */
function widerIdp({ users }: Organization): fc.Arbitrary<IdpDirectory> {
  const names = users.flatMap(({ userName, email }) => [userName, email]).filter((name) => key(name) !== '');
  const parts = [...new Set(names.map((name) => name.slice(0, Math.max(0, name.indexOf('@'))) || name))];
  const texts = fc
    .tuple(
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom('ana@dome.example', ...names) },
        {
          weight: 1,
          arbitrary: fc.constantFrom('login0@dome.example', ...parts.map((part) => `${part}@wing.example`), ...parts.map((part) => `${part}@dome.example`)),
        },
      ),
      fc.constantFrom(...SPELT),
      fc.constantFrom(...SPELT),
      fc.constantFrom('ana@dome.example', 'shared@dome.example', ''),
      fc.nat(9),
    )
    .map(([name, first, second, other, way]) => ({ subject: way === 9 ? '' : first(name), email: way < 6 ? second(name) : way === 6 ? other : name }));
  const user = fc.tuple(texts, fc.nat(12), fc.nat(8)).map(
    ([names, number, state]): Written => ({
      ...names,
      id: `u${number}`,
      active: state > 2,
      ...(state === 0 ? { isSuspended: true } : {}),
      ...(state === 3 ? { isPending: true } : {}),
      ...(state === 4 ? { isGuest: true } : {}),
    }),
  );
  const repeated = fc.array(user, { maxLength: 8 }).chain((some) => fc.subarray(some).map((again) => [...some, ...again.slice(0, 1)]));
  return fc
    .record({ provider: fc.constantFrom(...IDP_PROVIDERS), listed: repeated, unassigned: repeated, emails: fc.nat(7) })
    .map(({ provider, listed, unassigned, emails }) => ({
      ...directoryOfIdp(provider, emails > 0 ? listed : listed.map((each) => ({ ...each, email: '' })), ['Observers'], { emails: emails > 0 }),
      unassigned: directoryOfIdp(provider, unassigned, []).users,
    }));
}

/** Names of which the provider has only the part before the @. */
const withLogins = (some: fc.Arbitrary<Organization>): fc.Arbitrary<Organization> =>
  fc
    .tuple(
      some,
      fc.array(fc.record({ part: fc.constantFrom('login0', 'login1', 'ana', 'p0', 'Ben'), email: fc.nat(4), active: fc.boolean(), isIdp: fc.boolean() }), {
        maxLength: 4,
      }),
    )
    .map(([organization, logins]) => {
      const added = logins.map(
        ({ part, email, active, isIdp }, at): User => ({
          place: 0,
          id: `y${at}`,
          input: 0,
          line: 0,
          userName: part,
          email: ['', `${part}@wing.example`, 'other@dome.example', `${at}@south.example`, `n${at}@dome.example`][email],
          active,
          authenticationType: isIdp ? 'idp' : 'basic',
        }),
      );
      return { ...organization, users: inOrder([...organization.users, ...added]) };
    });

/** Administrators that the configuration names, most of them signing in with a password. */
const withAdministrators = (some: fc.Arbitrary<Organization>): fc.Arbitrary<Organization> =>
  some.chain((organization) => {
    const { users } = organization;
    const name = fc.oneof(
      fc.constantFrom<StatedName>('nobody', ...users.flatMap(({ userName }) => (userName === '' ? [] : [userName]))),
      ...users.map(({ id }) => fc.constant<StatedName>({ id })),
    );
    return fc.array(name, { minLength: 1, maxLength: 4 }).map((administrators) => ({ ...organization, administrators }));
  });

const beside = (organizations: fc.Arbitrary<Organization>) =>
  cases(organizations.chain((organization) => widerIdp(organization).map((idp) => ({ organization, idp }))));

/** What settings may say of accounts and rules. */
const stated: fc.Arbitrary<Organization> = organizationArbitrary.chain((organization) =>
  fc
    .record({
      leftOut: fc.subarray(organization.users.map(({ id }) => id)),
      integrated: fc.subarray(organization.users.map(({ id }) => id)),
      severities: fc.dictionary(fc.constantFrom(...RULES.map(({ name }) => name)), fc.constantFrom('off', 'info', 'warning', 'error'), { maxKeys: 6 }),
    })
    .map(({ leftOut, integrated, severities }): Organization => {
      const users = organization.users.map((user): User => {
        if (leftOut.includes(user.id)) return { ...user, isLeftOut: true };
        return integrated.includes(user.id) ? { ...user, signsInFor: ['Night log'] } : user;
      });
      return { ...organization, users, severities, areIntegrationsGiven: true };
    }),
);

test.each([
  ['of any kind', without(organizationArbitrary), 300],
  ['with settings of their own', without(stated), 300],
  ['with damaged names', without(damagedArbitrary), 250],
  [
    'under another collation',
    without(
      organizationArbitrary.chain((each) =>
        fc.constantFrom('utf8mb4_general_ci', 'sqlserver_ci_as').map((collation): Organization => ({ ...each, collation })),
      ),
    ),
    200,
  ],
  ['with administrators', without(withAdministrators(stated)), 200],
  [
    'with an identity provider',
    cases(crowded(organizationArbitrary).chain((organization) => idpArbitrary(organization).map((idp) => ({ organization, idp })))),
    250,
  ],
  ['with people whom the provider knows otherwise', beside(crowded(withLogins(organizationArbitrary))), 500],
  ['with a provider and settings of their own', beside(crowded(withLogins(withAdministrators(stated)))), 400],
  ['with a provider and damaged names', beside(crowded(damagedArbitrary)), 300],
] as const)('the page and plan agree on every refusal and every count: organizations %s', (_, arbitrary, numRuns) => {
  let made = 0;
  inParts = 0;
  fc.assert(
    fc.property(arbitrary, (each) => {
      if (expectSame(each)) made++;
    }),
    { numRuns },
  );
  expect(made).toBeGreaterThan(numRuns / 20);
  // Damaged names are mostly judged with the whole page.
  expect(inParts).toBeGreaterThan(numRuns / 50);
});

/** Returns the case of an organization with answers, by what is asked: rule, id, action and value. */
function caseOf(organization: Organization, given: readonly (readonly [rule: string, id: string, action: string, value: string])[], idp?: IdpDirectory): Case {
  const sides = idp === undefined ? { organization } : { organization, idp };
  const plan = planWith(sides);
  const left = [...given];
  const answers = plan.rows.map(({ asked: { written } }): Answer => {
    const at = left.findIndex(([rule, id]) => rule === written[1] && id === written[3]);
    if (at < 0) return NO_ANSWER;
    const [[, , action, value]] = left.splice(at, 1);
    return { ...NO_ANSWER, action, value };
  });
  expect(left).toEqual([]);
  return { ...sides, plan, answers };
}

test('an account that the page does not show is judged the same, whatever was typed before', () => {
  const organization = organizationOf(
    [
      connectUser(0, 'cleo@dome.example', ' ana@dome.example'),
      connectUser(1, 'ben@dome.example\u00a0', 'ben@dome.example'),
      connectUser(2, 'ana@dome.example', 'cleo@dome.example', { authenticationType: 'basic' }),
    ],
    { authMode: 'saml' },
  );
  // The one that is no address is judged with the whole page. Taken back, it leaves the other.
  const each = caseOf(organization, [
    ['conflicting-users', '3', 'set-email', 'BEN@DOME.EXAMPLE\u00a0'],
    ['conflicting-users', '1', 'set-email', 'new@dome.example'],
    ['conflicting-users', '3', 'set-email', 'ben@dome.example'],
  ]);
  expect(pageOf(each).users.map(([id]) => id)).toEqual(['1', '3']);
  expect(expectSame(each)).toBe(false);
});

test('a username that is no address says nothing of the email of an account that the page does not show', () => {
  const organization = organizationOf(
    [
      connectUser(0, 'cleo@dome.example', 'ana@dome.example'),
      connectUser(1, 'ana@dome.example', 'ben@dome.example', { authenticationType: 'basic' }),
      connectUser(2, 'finn@dome.example', 'gro@dome.example'),
    ],
    { authMode: 'saml' },
  );
  // In full-width letters it compares as Gro's, which is the email of user 3.
  const each = caseOf(organization, [['conflicting-users', '2', 'set-username', '\uff47ro@dome.example']]);
  expect(pageOf(each).users.map(([id]) => id)).toEqual(['1', '2']);
  expect(expectSame(each)).toBe(false);
});

test('the email of an account that the page does not show stays an address if somebody types it with an accent', () => {
  const organization = organizationOf([connectUser(0, 'ana@dome.example', 'not an address'), connectUser(1, 'finn@dome.example', 'q@dome.example')]);
  const idp = directoryOfIdp('okta', [{ id: 'u1', subject: 'q@dome.example', email: 'q@dome.example', active: true }], []);
  const each = caseOf(organization, [['invalid-email', '1', 'set-email', 'q@d\u00f3me.example']], idp);
  expect(pageOf(each).users.map(([id]) => id)).toEqual(['1']);
  expect(expectSame(each)).toBe(false);
});

test('what ends about a person of the provider ends although the provider has another with the same id', () => {
  const organization = organizationOf(
    [
      connectUser(0, 'ana', 'ana@dome.example', { authenticationType: 'basic' }),
      connectUser(1, 'hal@dome.example', 'finn@dome.example'),
      connectUser(2, 'finn@dome.example', 'gro@dome.example'),
    ],
    { authMode: 'saml' },
  );
  const listed = [
    { id: 'u1', subject: '', email: 'ana', active: false },
    // Once the renames are done, this one is user 3, so that another finding is about the same id.
    { id: 'u1', subject: 'gro@dome.example', email: 'shared@dome.example', active: false },
    { id: 'u2', subject: 'finn@dome.example', email: 'finn@dome.example', active: true },
  ];
  const each = caseOf(organization, [['second-account', '1', 'set-username', 'new@dome.example']], directoryOfIdp('entra', listed, []));
  expect(pageOf(each).idp?.users.map(([, , email]) => email)).toEqual(['ana']);
  expect(expectSame(each)).toBe(true);
});

test('one part of the organization may be decided although another user has the username of the only administrator afterwards', () => {
  const organization = organizationOf(
    [
      connectUser(0, 'cleo@dome.example', 'ana@dome.example'),
      connectUser(1, 'ana@dome.example', 'cleo@dome.example'),
      connectUser(2, 'ema@dome.example', 'ben@dome.example'),
      connectUser(3, 'ben@dome.example', 'ben@'),
    ],
    { administrators: ['cleo@dome.example'] },
  );
  expect(expectSame(caseOf(organization, [['conflicting-users', '3', 'set-email', 'new@dome.example']]))).toBe(true);
});

const SHARED = 'dome@observatory.example';

/** Returns what plan and the page count once a user gets an email that two blocked users of the provider have, whose ids are these. */
function countsOf(ofNobody: string, ofZoe: string): { readonly plan: PageCounts; readonly page: PageCounts } {
  const organization = organizationOf(
    [
      connectUser(0, 'ines', ''),
      connectUser(1, 'zoe@observatory.example', 'zoe@observatory.example', { active: false }),
      connectUser(2, 'ana@observatory.example', 'ana@observatory.example'),
    ],
    { severities: { 'ambiguous-match': 'off' } },
  );
  const idp = directoryOfIdp(
    'okta',
    [
      { id: ofNobody, subject: 'night@observatory.example', email: SHARED, active: false },
      // This one is Zoe as well, so that it does not show that the account of Ines is blocked.
      { id: ofZoe, subject: 'zoe@observatory.example', email: SHARED, active: false },
      { id: 'c', subject: 'ana@observatory.example', email: 'ana@observatory.example', active: true },
    ],
    [],
  );
  const made = madePlanOf(organization, undefined, idp);
  const answer = { action: 'set-email', value: SHARED };
  const isAnswered = (at: number): boolean => made.rows[at].asked.written[1] === 'missing-email';
  const decided = madePlanOf(organization, fileOf(made.rows.map(({ asked }, at) => answeredCells(asked, isAnswered(at) ? answer : {}))), idp);
  const { actions, open, after } = decided.body;
  const data: PageData = JSON.parse(JSON.stringify(takePageData(groundOf(organization, idp), made, 'salt', NODE_DIGESTS)));
  expect(data.idp?.users.map(([, subject]) => subject)).not.toContain('night@observatory.example');
  const answers = new Map(made.rows.flatMap((_, at) => (isAnswered(at) ? [[at, { ...NO_ANSWER, ...answer }] as const] : [])));
  expect(answers.size).toBe(1);
  const judged = new PageEngine(data, NODE_DIGESTS).judgeWhole(answers, TODAY);
  if ('problems' in judged) throw new Error('plan takes this answer');
  return { plan: { actions: actions.length, open: open.length, ...after }, page: judged.counts };
}

it('the page knows which of several users of the provider with an email comes first, although it does not show them', () => {
  const [one, other] = [countsOf('a', 'b'), countsOf('b', 'a')];
  expect(one.page).toEqual(one.plan);
  expect(other.page).toEqual(other.plan);
  expect(one.plan).not.toEqual(other.plan);
});
