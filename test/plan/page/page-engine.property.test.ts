import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NODE_DIGESTS } from '../../../src/app/node-digests.js';
import type { User } from '../../../src/model/directory.js';
import type { IdpDirectory } from '../../../src/model/idp.js';
import { noteText } from '../../../src/model/note.js';
import { type Answer, NO_ANSWER } from '../../../src/plan/decision-rows.js';
import { type MadePlan, makePlan } from '../../../src/plan/make-plan.js';
import type { PageData } from '../../../src/plan/page/page-data.js';
import { PageEngine } from '../../../src/plan/page/page-engine.js';
import { takePageData } from '../../../src/plan/page/take-page-data.js';
import { readDecisions } from '../../../src/plan/read-decisions.js';
import { RULES } from '../../../src/rules/registry.js';
import { key } from '../../support/alike-texts.js';
import { damagedArbitrary, inOrder, type Organization, organizationArbitrary } from '../../support/organizations.js';
import { answeredCells, fileOf, fittingAnswer, groundOf, SETTINGS, TODAY, wildAnswer } from '../planning.js';

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

/** Somebody types the name of anybody. */
function typing({ users }: Organization): fc.Arbitrary<Answer> {
  const names = users.flatMap(({ userName, email }) => [userName, email, userName.toUpperCase()]);
  return fc
    .record({ action: fc.constantFrom('set-email', 'set-username'), value: fc.constantFrom('new@dome.example', ...names) })
    .map((answer) => ({ ...NO_ANSWER, ...answer }));
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
              { weight: 2, arbitrary: row.asked.question.actions.includes('set-email') ? typing(each.organization) : fittingAnswer(row) },
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
function expectNobodyElse({ users, groups }: Organization, data: PageData): void {
  const shown = new Set(data.users.map(([id]) => id));
  const text = JSON.stringify(data);
  // A group may be called as somebody.
  const groupNames = new Set(groups.map(({ name }) => name));
  for (const { id, userName, email } of users) {
    if (shown.has(id)) continue;
    for (const name of [userName, email].filter((each) => key(each) !== '' && !groupNames.has(each))) expect(text).not.toContain(JSON.stringify(name));
    if (id.startsWith('x')) expect(text).not.toContain(JSON.stringify(id));
  }
}

/** What both say of the same answers, and how often that was a plan. */
function expectSame(each: Case): boolean {
  const { organization, idp, plan, answers } = each;
  const file = fileOf(plan.rows.map(({ asked }, at) => answeredCells(asked, answers[at])));
  const made = makePlan(groundOf(organization, idp), { ...wishesFor(organization), decisions: file });
  const data = pageOf(each);
  expectNobodyElse(organization, data);
  const engine = new PageEngine(data, NODE_DIGESTS);
  expect(engine.rows.map(({ written }) => written)).toEqual(plan.rows.map(({ asked }) => asked.written));
  const { answered } = readDecisions(
    file.headings,
    file.rows,
    plan.rows.map(({ asked }) => asked),
    undefined,
  );
  const judged = engine.judge(new Map(answered.map(({ answer, line }) => [line - 2, answer])), TODAY);
  if ('problems' in made) {
    expect('problems' in judged).toBe(true);
    if (!('problems' in judged)) return false;
    const places = (problems: typeof made.problems): string[] => problems.map(({ line, column }) => `${line}:${column ?? ''}`).sort();
    expect(places(judged.problems)).toEqual(places(made.problems));
    const messages = judged.problems.map(({ message }) => noteText(message));
    if (!messages.some((message) => message.includes('not shown'))) expect(messages).toEqual(made.problems.map(({ message }) => noteText(message)));
    return false;
  }
  if ('problems' in judged) throw new Error(judged.problems.map(({ message }) => noteText(message)).join('\n'));
  const { actions, open, after } = made.body;
  expect(judged.counts).toEqual({ actions: actions.length, open: open.length, ...after });
  expect(judged.open.map(({ fingerprint }) => fingerprint)).toEqual(open);
  return true;
}

const without = (organization: fc.Arbitrary<Organization>) => cases(crowded(organization).map((each) => ({ organization: each })));

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
] as const)('the page and plan agree on every refusal and every count: organizations %s', (_, arbitrary, numRuns) => {
  let made = 0;
  fc.assert(
    fc.property(arbitrary, (each) => {
      if (expectSame(each)) made++;
    }),
    { numRuns },
  );
  expect(made).toBeGreaterThan(numRuns / 20);
});
