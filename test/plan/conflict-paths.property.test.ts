/** Rings and chains of random organizations: each conflict in one picture, and told as the plan leaves it. */

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type ConflictPath, conflictPaths } from '../../src/reporters/markdown/conflict-paths.js';
import type { ConflictingUsers } from '../../src/rules/conflicting-users.js';
import { organizationArbitrary } from '../support/organizations.js';
import { answeredCells, fileOf, fittingAnswer, madePlanOf, markdownOf, planOf } from './planning.js';

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
