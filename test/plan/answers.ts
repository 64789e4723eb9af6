/** Random decisions of people, sensible and not. */

import fc from 'fast-check';
import type { Answer, AskedRow } from '../../src/plan/decision-rows.js';
import { NO_ANSWER } from '../../src/plan/decision-rows.js';
import type { MadePlan } from '../../src/plan/make-plan.js';
import type { AnsweredRow } from '../../src/plan/read-decisions.js';

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
