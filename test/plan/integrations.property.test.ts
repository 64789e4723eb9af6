import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { User } from '../../src/model/directory.js';
import { type Answer, NO_ANSWER } from '../../src/plan/decision-rows.js';
import type { MadePlan } from '../../src/plan/make-plan.js';
import { noticesCsv } from '../../src/reporters/plan-tables.js';
import { key } from '../rules/oracle.js';
import { type Organization, organizationArbitrary } from '../support/organizations.js';
import { breachesOf } from './checker.js';
import {
  acceptedIn,
  afterActions,
  answeredCells,
  fileOf,
  fittingAnswer,
  madePlanOf,
  planOf,
  planText,
  reordered,
  suggested,
  textOf,
  wildAnswer,
} from './planning.js';

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
