import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AuditedFinding } from '../../src/audit/report.js';
import { noteText } from '../../src/model/note.js';
import { type Answer, NO_ANSWER } from '../../src/plan/decision-rows.js';
import { topicOf } from '../../src/plan/end-state.js';
import type { MadePlan } from '../../src/plan/make-plan.js';
import { readDecisions } from '../../src/plan/read-decisions.js';
import { ruleOf } from '../../src/rules/registry.js';
import { auditOf, key, type Organization, organizationArbitrary } from '../support/organizations.js';
import { breachesOf } from './checker.js';
import {
  acceptedIn,
  afterActions,
  answeredCells,
  endFindings,
  fileOf,
  fittingAnswer,
  madePlanOf,
  planOf,
  planText,
  reordered,
  suggested,
  wildAnswer,
} from './planning.js';

interface Case {
  readonly organization: Organization;
  readonly plan: MadePlan;
  readonly answers: readonly Answer[];
}

const cases = (answerTo: (row: MadePlan['rows'][number]) => fc.Arbitrary<Answer>): fc.Arbitrary<Case> =>
  organizationArbitrary.chain((organization) => {
    const plan = madePlanOf(organization);
    return fc.tuple(...plan.rows.map(answerTo)).map((answers) => ({ organization, plan, answers }));
  });

const cellsOf = ({ plan, answers }: Case): string[][] => plan.rows.map(({ asked }, at) => answeredCells(asked, answers[at]));

/** Whatever was decided: a plan that is safe and makes nothing worse, or lines that say what is wrong. */
function expectSafeOrRefused(each: Case): boolean {
  const { organization } = each;
  const made = planOf(organization, fileOf(cellsOf(each)));
  if ('problems' in made) {
    expect(made.problems.length).toBeGreaterThan(0);
    for (const { line, message } of made.problems) {
      expect(line).toBeGreaterThan(1);
      expect(line).toBeLessThan(each.plan.rows.length + 2);
      expect(noteText(message)).toMatch(/^.{10,}[.!?]$/s);
    }
    return false;
  }
  expect(breachesOf(organization, made.body, acceptedIn(made.rows))).toEqual([]);
  expectNothingNew(organization, made);
  const { told, alone } = endFindings(organization, made);
  expect(told).toEqual(alone);
  expect(made.rows.map(({ answer }) => answer?.action ?? '')).toEqual(each.answers.map(({ action }) => action));
  expect(planText(madePlanOf(organization, fileOf(cellsOf(each))).body)).toBe(planText(made.body));
  return true;
}

/** Who contested a username may still share the email: that is not new, only told by another rule. */
const isOldSharing = ({ users }: Organization, audited: AuditedFinding): boolean =>
  audited.finding.rule === 'duplicate-email' &&
  new Set(
    ruleOf(audited.finding)
      .users(audited.finding)
      .map(({ place }) => key(users[place].email)),
  ).size === 1;

function expectNothingNew(organization: Organization, { body }: MadePlan): void {
  const result = afterActions(organization, body.actions);
  const known = new Set(auditOf(organization).findings.map(topicOf));
  const isNew = (audited: AuditedFinding): boolean =>
    audited.finding.severity !== 'info' &&
    ruleOf(audited.finding).effects.mayFollowDecision !== true &&
    !known.has(topicOf(audited)) &&
    !isOldSharing(organization, audited);
  expect(
    auditOf(result)
      .findings.filter(isNew)
      .map(({ finding }) => ruleOf(finding).message(finding)),
  ).toEqual([]);
  const twins = new Set(namesakes(organization));
  expect(namesakes(result).filter((pair) => !twins.has(pair))).toEqual([]);
}

const namesakes = ({ users }: Organization): string[] =>
  users.flatMap((a) => users.filter((b) => a.id < b.id && key(a.userName) !== '' && key(a.userName) === key(b.userName)).map((b) => `${a.id} ${b.id}`));

test('decisions that fit their rows give a safe plan or are refused', () => {
  let made = 0;
  fc.assert(
    fc.property(cases(fittingAnswer), (each) => {
      if (expectSafeOrRefused(each)) made++;
    }),
    { numRuns: 600 },
  );
  expect(made).toBeGreaterThan(150);
});

test('decisions of any kind give a safe plan or are refused', () => {
  fc.assert(
    fc.property(
      cases(() => fc.oneof({ weight: 4, arbitrary: fc.constant(NO_ANSWER) }, { weight: 1, arbitrary: wildAnswer })),
      expectSafeOrRefusedQuietly,
    ),
    {
      numRuns: 300,
    },
  );
});

function expectSafeOrRefusedQuietly(each: Case): void {
  expectSafeOrRefused(each);
}

test('every suggestion is possible by itself, and all of them together are', () => {
  fc.assert(
    fc.property(organizationArbitrary, (organization) => {
      const plan = madePlanOf(organization);
      const all = plan.rows.map(({ asked }) => suggested(asked) ?? NO_ANSWER);
      const choices = [all, ...all.flatMap((answer, at) => (answer === NO_ANSWER ? [] : [all.map((_, other) => (other === at ? answer : NO_ANSWER))]))];
      for (const answers of choices) {
        const made = planOf(organization, fileOf(cellsOf({ organization, plan, answers })));
        expect('problems' in made ? made.problems : []).toEqual([]);
      }
    }),
    { numRuns: 400 },
  );
});

/** Somebody new whom nobody knows, at the end. */
const withNewcomer = ({ users, ...rest }: Organization): Organization => ({
  ...rest,
  users: [...users, { place: 0, id: '99', input: 0, line: 0, userName: 'zoe', email: 'zoe@dome.example', active: true, authenticationType: 'idp' }],
});

const answeredPlans = organizationArbitrary.chain((organization) => {
  const plan = madePlanOf(organization);
  return fc.record({
    organization: fc.constant(organization),
    plan: fc.constant(plan),
    answers: fc.tuple(...plan.rows.map(fittingAnswer)),
    order: fc.shuffledSubarray([...withNewcomer(organization).users], { minLength: organization.users.length + 1 }),
    changed: fc.nat(8),
  });
});

describe('a fresh export', () => {
  test('with other row order and new users keeps every decision', () => {
    fc.assert(
      fc.property(answeredPlans, ({ organization, plan, answers, order }) => {
        const cells = plan.rows.map(({ asked }, at) => answeredCells(asked, answers[at]));
        const again = planOf(reordered(withNewcomer(organization), order, organization.groups), fileOf(cells, { previous: plan.body.decisions }));
        const same = planOf(organization, fileOf(cells));
        // Two rows that decide otherwise about one user come in another order.
        if ('problems' in again || 'problems' in same) {
          expect('problems' in again).toBe('problems' in same);
          return;
        }
        expect(again.outdated).toEqual([]);
        const kept = new Map(again.rows.map(({ asked, answer }) => [JSON.stringify([asked.finding.fingerprint, asked.question.id]), answer]));
        for (const [at, { asked }] of plan.rows.entries()) {
          expect(kept.get(JSON.stringify([asked.finding.fingerprint, asked.question.id]))).toEqual(answers[at]);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('with a changed user outdates decisions about that user alone, says why, and loses none', () => {
    fc.assert(
      fc.property(answeredPlans, ({ organization, plan, answers, changed }) => {
        const users = organization.users.map((user) => (user.place === changed ? { ...user, email: 'moved@dome.example' } : user));
        const asked = madePlanOf({ ...organization, users }).rows.map((row) => row.asked);
        const rows = fileOf(plan.rows.map((row, at) => answeredCells(row.asked, answers[at])));
        const { answered, outdated, problems } = readDecisions(rows.headings, rows.rows, asked, plan.body.decisions);
        expect(problems).toEqual([]);
        const given = answers.filter((answer) => answer !== NO_ANSWER).length;
        expect(answered.filter(({ answer }) => answer.action !== '').length + outdated.length).toBe(given);
        const fingerprints = new Set(asked.map(({ finding }) => finding.fingerprint));
        for (const { cells, why } of outdated) {
          expect(fingerprints.has(cells[0])).toBe(false);
          expect(why).toMatch(/^the finding (is gone|has changed: .*)$/s);
        }
      }),
      { numRuns: 300 },
    );
  });
});
