import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decide } from '../../src/app/decide.js';
import type { AuditedFinding } from '../../src/audit/report.js';
import { collationOf } from '../../src/model/compare.js';
import { isEmailAddress } from '../../src/model/email.js';
import type { DecisionAction } from '../../src/model/finding.js';
import { noteText } from '../../src/model/note.js';
import { valueProblem } from '../../src/plan/answer-validation.js';
import { type Answer, DECISION_COLUMNS, NO_ANSWER } from '../../src/plan/decision-rows.js';
import { topicOf } from '../../src/plan/end-state.js';
import { fill, givingUp, keepersOf, type Reply } from '../../src/plan/fill-question.js';
import type { MadePlan } from '../../src/plan/make-plan.js';
import { type PlainQuestion, type QuestionRow, questionRow, type Way } from '../../src/plan/question-shape.js';
import { questionsOf } from '../../src/plan/questions.js';
import { readDecisions } from '../../src/plan/read-decisions.js';
import { csvText } from '../../src/reporters/csv-text.js';
import { decisionsCsv } from '../../src/reporters/plan-tables.js';
import { ruleOf } from '../../src/rules/registry.js';
import { sidesArbitrary, type TwoSides } from '../rules/idp-oracle.js';
import { temporaryFolders } from '../support/machine.js';
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
  SETTINGS,
  suggested,
  TODAY,
  textOf,
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

const askingOf = ({ authMode, collation = SETTINGS.collation }: Organization) => ({ authMode, key: collationOf(collation).key });

interface Asked extends TwoSidesOrOne {
  readonly plan: MadePlan;
  readonly rows: readonly QuestionRow[];
  readonly questions: readonly PlainQuestion[];
}

type TwoSidesOrOne = Pick<TwoSides, 'organization'> & Partial<Pick<TwoSides, 'idp'>>;

/** Half of them with the exports of an identity provider. */
const sides: fc.Arbitrary<TwoSidesOrOne> = fc.oneof(
  organizationArbitrary.map((organization) => ({ organization })),
  sidesArbitrary,
);

function asked({ organization, idp }: TwoSidesOrOne): Asked {
  const plan = madePlanOf(organization, undefined, idp);
  const rows = plan.rows.map((row) => questionRow(row.asked));
  return { organization, ...(idp === undefined ? {} : { idp }), plan, rows, questions: questionsOf(rows, askingOf(organization)) };
}

const TERMS = { reason: 'agreed', owner: 'Ines', expires: '' };
const VALUES = ['new.one@dome.example', 'new.two@dome.example', 'ana@dome.example', 'Observers'];

/** Any answer that a question offers. */
function replies(question: PlainQuestion): fc.Arbitrary<Reply> {
  const keepers = keepersOf(question).map(({ id }) => id);
  const givings = question.parties.map(({ id, claim: { ways } }) => {
    const names = Object.keys(ways) as Way[];
    const one = fc.record({ way: fc.constantFrom(...names, ...(names.length === 0 ? (['address'] as const) : [])), value: fc.constantFrom(...VALUES) });
    const some = question.kind === 'name' ? fc.record({ way: fc.constant('address' as const), value: fc.constantFrom(...VALUES) }) : one;
    return names.length === 0 && question.kind !== 'name'
      ? fc.constant([])
      : fc.oneof(
          fc.constant([]),
          some.map((giving) => [[id, giving] as const]),
        );
  });
  const others = fc.tuple(...givings).map((all) => new Map(all.flat()));
  return fc.oneof(
    ...question.intentions.map(({ name, takes }): fc.Arbitrary<Reply> => {
      if (takes === 'keeper') return fc.record({ intention: fc.constant(name), keeper: fc.constantFrom(...keepers), others });
      if (name === 'neither') return fc.record({ intention: fc.constant(name), others });
      if (takes === 'value') return fc.record({ intention: fc.constant(name), value: fc.constantFrom(...VALUES) });
      return fc.constant({ intention: name, ...(takes === 'terms' ? { terms: TERMS } : {}) });
    }),
  );
}

const answersOf = ({ rows }: Asked, cells: ReadonlyMap<QuestionRow, Answer>): Answer[] => rows.map((row) => cells.get(row) ?? NO_ANSWER);
const fileWith = (each: Asked, cells: ReadonlyMap<QuestionRow, Answer>) =>
  fileOf(answersOf(each, cells).map((answer, at) => answeredCells(each.plan.rows[at].asked, answer)));

test('every row is of exactly one question', () => {
  fc.assert(
    fc.property(sides.map(asked), ({ rows, questions }) => {
      const place = new Map(rows.map((row, at) => [row, at]));
      const places = questions.flatMap((question) => question.rows.map((row) => place.get(row) ?? -1));
      expect(places.sort((a, b) => a - b)).toEqual(rows.map((_, at) => at));
      expect(new Set(questions.map(({ id }) => id)).size).toBe(questions.length);
      for (const { text, intentions } of questions) {
        expect(text).toMatch(/[.?]$/);
        expect(new Set(intentions.map(({ letter }) => letter)).size).toBe(intentions.length);
      }
    }),
    { numRuns: 150 },
  );
});

const answered = sides
  .map(asked)
  .chain((each) =>
    fc
      .tuple(...each.questions.map((question) => fc.oneof(fc.constant({ intention: 'open' } as const), replies(question))))
      .map((chosen) => ({ each, cells: new Map(each.questions.flatMap((question, at) => [...fill(question, chosen[at])])) })),
  );

test('what answers fill is a safe plan, or is refused with its lines', () => {
  let made = 0;
  fc.assert(
    fc.property(answered, ({ each, cells }) => {
      const plan = planOf(each.organization, fileWith(each, cells), each.idp);
      if ('problems' in plan) {
        for (const { line, message } of plan.problems) {
          expect(cells.get(each.rows[line - 2])?.action).not.toBe('');
          // A question fills no row with what its own row refuses.
          expect(noteText(message)).not.toMatch(/is not possible here|needs a value|takes no value|there is a value but no action/);
        }
        return;
      }
      made++;
      // What else a plan must be is checked without a provider, whose findings the checker does not know.
      if (each.idp === undefined) expect(breachesOf(each.organization, plan.body, acceptedIn(plan.rows))).toEqual([]);
    }),
    { numRuns: 250 },
  );
  expect(made).toBeGreaterThan(40);
});

describe('one answer alone', () => {
  const single = sides
    .map(asked)
    .filter(({ questions }) => questions.length > 0)
    .chain((each) => fc.constantFrom(...each.questions).chain((question) => replies(question).map((reply) => ({ each, question, reply }))));

  test('fills rows of its question alone, and no finding both ways', () => {
    fc.assert(
      fc.property(single, ({ question, reply }) => {
        const cells = fill(question, reply);
        expect([...cells.keys()]).toEqual([...question.rows]);
        const accepted = [...cells].filter(([, { action }]) => action === 'accept').length;
        expect([0, question.rows.length]).toContain(accepted);
        for (const [row, { action }] of cells) if (action !== '') expect(row.actions).toContain(action);
      }),
      { numRuns: 250 },
    );
  });

  test('ends the findings that it asks about, where it says who keeps a value and the addresses are free', () => {
    let ended = 0;
    fc.assert(
      fc.property(
        organizationArbitrary.map((organization) => asked({ organization })),
        (each) => {
          // Who is in the way only until another question is settled keeps the finding open until then.
          const own = each.questions.filter(({ kind, parties }) => kind === 'whose' && parties.every(({ claim }) => claim.isContested));
          for (const question of own) {
            for (const { id, user } of keepersOf(question)) {
              if (user !== undefined && !isEmailAddress(user.email)) continue;
              const reply: Reply = { intention: 'keep', keeper: id };
              const cells = fill(question, reply);
              if (givingUp(question, reply).some((party) => question.addresses(party) === '')) continue;
              const plan = planOf(each.organization, fileWith(each, cells), each.idp);
              if ('problems' in plan) continue;
              ended++;
              const [{ fingerprint }] = question.rows;
              expect({ fingerprint, isOpen: plan.body.open.includes(fingerprint) }).toEqual({ fingerprint, isOpen: false });
            }
          }
        },
      ),
      { numRuns: 150 },
    );
    expect(ended).toBeGreaterThan(50);
  });

  test('as suggested, each row gets what it suggests', () => {
    fc.assert(
      fc.property(sides.map(asked), (each) => {
        const cells = new Map(
          each.questions.flatMap((question) => [
            ...fill(question, { intention: question.intentions.some(({ name }) => name === 'suggested') ? 'suggested' : 'open' }),
          ]),
        );
        expect(answersOf(each, cells)).toEqual(each.plan.rows.map((row) => suggested(row.asked) ?? NO_ANSWER));
      }),
      { numRuns: 100 },
    );
  });
});

const newFolder = temporaryFolders();

test('the terminal asks the same of the files of a plan, and writes the same bytes', async () => {
  const context = { now: () => new Date(`${TODAY}T08:00:00Z`), process: { pid: process.pid, host: 'test', isAlive: () => false, shell: 'posix' } } as const;
  await fc.assert(
    fc.asyncProperty(answered, async ({ each, cells }) => {
      const folder = newFolder({ 'decisions.csv': textOf(decisionsCsv(each.plan)), 'plan.json': planText(each.plan.body) });
      const { rows, asking, answerAll, rowsWith } = await decide(folder, context);
      const questions = questionsOf(rows, asking);
      const told = (all: readonly PlainQuestion[]) => all.map(({ id, kind, text, intentions }) => ({ id, kind, text, intentions }));
      expect(told(questions)).toEqual(told(each.questions));
      const answers = new Map(rows.map((row, at) => [row, cells.get(each.rows[at]) ?? NO_ANSWER]));
      const isUnfit = [...answers.values()].some(
        ({ action, value }) => action.startsWith('set-') && valueProblem(action as DecisionAction, value) !== undefined,
      );
      if (isUnfit) {
        expect(() => answerAll(answers)).toThrow('cannot be saved');
        expect(readFileSync(join(folder, 'decisions.csv'), 'utf8')).toBe(textOf(decisionsCsv(each.plan)));
        return;
      }
      const foreseen = rowsWith(answers).map((row) => row.cells);
      answerAll(answers);
      const written = readFileSync(join(folder, 'decisions.csv'), 'utf8');
      expect(written).toBe(textOf(csvText(DECISION_COLUMNS, foreseen)));
      expect(written).toBe(
        textOf(
          csvText(
            DECISION_COLUMNS,
            answersOf(each, cells).map((answer, at) => answeredCells(each.plan.rows[at].asked, answer)),
          ),
        ),
      );
    }),
    { numRuns: 40 },
  );
});
