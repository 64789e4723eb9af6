/** Random organizations through the whole way: check, plan, decide, plan, apply, check, verify, undo. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import type { PlanBody } from '../../src/plan/plan.js';
import { breachesOf } from '../plan/checker.js';
import { afterActions, fittingAnswer, madePlanOf, wildAnswer } from '../plan/planning.js';
import { inOrder, type Organization } from '../support/organizations.js';
import { command, demand, demandSame, type Fuzzer } from './fuzzer.js';
import type { Random } from './random.js';
import { expectFindings } from './tables.js';
import { gentle, randomForm, randomOrganization, readRows, rowsOf, settingsOf, stateOf, writeOrganization } from './written.js';

const readPlan = (folder: string): PlanBody => JSON.parse(readFileSync(join(folder, 'plan.json'), 'utf8'));

function expectSafe(organization: Organization, plan: PlanBody, accepted?: ReadonlySet<string>): void {
  demandSame(breachesOf(organization, plan, accepted), [], 'the plan breaks a promise');
}

/** Answers rows of decisions.csv; returns the fingerprints that are accepted. */
function decide(file: string, organization: Organization, random: Random, share: number): Set<string> {
  const [headings, ...rows]: string[][] = parse(readFileSync(file), { bom: true });
  const { rows: asked } = madePlanOf(organization);
  demandSame(rows.length, asked.length, 'rows of decisions.csv');
  const accepted = new Set<string>();
  const answered = rows.map((row, at) => {
    if (!random.chance(share)) return row;
    const arbitrary = random.chance(0.9) ? fittingAnswer(asked[at]) : wildAnswer;
    const [{ action, value, reason, owner, expires }] = fc.sample(arbitrary, { seed: random.seed(), numRuns: 1 });
    if (action === 'accept') accepted.add(row[0]);
    return [...row.slice(0, 7), action, value, reason, owner, expires];
  });
  writeFileSync(
    file,
    stringify([headings, ...answered], { bom: random.chance(0.5), quoted: random.chance(0.5), record_delimiter: random.pick(['unix', 'windows']) }),
  );
  return accepted;
}

/** Returns an organization as a reader of the applied files numbers it. */
const renumbered = ({ memberships, ...rest }: Organization): Organization => ({
  ...rest,
  users: inOrder(rest.users),
  groups: inOrder(rest.groups),
  memberships: memberships.map((row, at) => ({ ...row, line: at + 2 })),
});

/** Lines of a CSV that no action is about are the same bytes. */
function expectOtherLinesKept(before: Record<string, string>, after: Record<string, string>, organization: Organization, plan: PlanBody): void {
  const touched = { users: new Set<string>(), groups: new Set<string>() };
  for (const { change } of plan.actions) {
    if (change.kind === 'replace-user') touched.users.add(change.user);
    if (change.kind === 'replace-group') touched.groups.add(change.group);
  }
  for (const file of ['users', 'groups'] as const) {
    const [was, is] = [before, after].map((state) => state[file].split('\n'));
    demandSame(is.length, was.length, `lines of ${file}.csv`);
    const untouched = (lines: readonly string[]): string[] => lines.filter((_, at) => !touched[file].has(organization[file][at - 1]?.id ?? ''));
    demandSame(untouched(is), untouched(was), `${file}.csv: rows that no action is about`);
  }
}

export const runsOf = (plan: string): string[] =>
  existsSync(join(plan, 'runs')) ? readdirSync(join(plan, 'runs')).filter((name) => !name.startsWith('.')) : [];

export const organizations: Fuzzer = {
  async play({ random, folder }) {
    const drawn = randomOrganization(random);
    const organization = random.chance(0.3) ? gentle(drawn, random) : drawn;
    const form = randomForm(random);
    const source = writeOrganization(folder, organization, form);
    const before = stateOf(source, form);
    const met = [form.kind, `check exit ${await expectFindings(organization, source, form.kind === 'sqlite', folder)}`];
    if (organization.users.length === 0) return met;
    const planFolder = join(folder, 'plan');
    const planned = ['plan', source, ...settingsOf(organization), '--out', planFolder];
    const plan = async (): Promise<number> => (await command(planned, { cwd: folder })).code;
    const first = await command(planned, { cwd: folder });
    demand(first.code === 0, () => `plan: exit ${first.code}: ${first.stderr}`);
    expectSafe(organization, readPlan(planFolder));

    // Decisions that contradict one another are refused, and the earlier plan stays; fewer of them are tried then.
    const [file, blank] = [join(planFolder, 'decisions.csv'), readFileSync(join(planFolder, 'decisions.csv'))];
    const undecided = readFileSync(join(planFolder, 'plan.json'), 'utf8');
    let accepted = new Set<string>();
    for (let share = 1; ; share /= 3) {
      writeFileSync(file, blank);
      accepted = share < 0.2 ? new Set() : decide(file, organization, random, share);
      const code = await plan();
      if (code === 0) break;
      met.push('decisions refused');
      demandSame(readFileSync(join(planFolder, 'plan.json'), 'utf8'), undecided, 'a refused plan left another plan');
      demand(share >= 0.2, () => 'the plan without decisions is refused');
    }
    const body = readPlan(planFolder);
    expectSafe(organization, body, accepted);
    if (random.chance(0.2)) {
      const text = readFileSync(join(planFolder, 'plan.json'), 'utf8');
      demand((await plan()) === 0, () => 'the same plan is refused the second time');
      demandSame(readFileSync(join(planFolder, 'plan.json'), 'utf8'), text, 'the same source, settings and decisions gave another plan');
    }
    demandSame(stateOf(source, form), before, 'planning changed the source');

    const target = random.chance(0.5) ? source : join(folder, form.kind === 'csv' ? 'corrected' : 'corrected.sqlite');
    const way = target === source ? ['--in-place'] : ['--out', target];
    const applied = await command(['apply', planFolder, source, ...way, '--yes'], { cwd: folder });
    demand(applied.code === 0, () => `apply: exit ${applied.code}: ${applied.stderr}`);
    met.push(body.actions.length > 0 ? 'applied' : 'nothing to apply');
    if (target !== source) demandSame(stateOf(source, form), before, 'applying to a copy changed the source');
    if (body.actions.length === 0) return met;

    const result = renumbered(afterActions(organization, body.actions));
    demandSame(readRows(target, form), rowsOf(result), 'apply left other rows');
    const after = stateOf(target, form);
    if (form.kind === 'csv' && form.encoding === 'utf8')
      expectOtherLinesKept(before as Record<string, string>, after as Record<string, string>, organization, body);
    met.push(`result exit ${await expectFindings(result, target, form.kind === 'sqlite', folder)}`);
    const again = await command(['plan', target, ...settingsOf(result), '--out', join(folder, 'again')], { cwd: folder });
    demandSame([again.code, readPlan(join(folder, 'again')).actions], [0, []], 'planning on the result gives actions');
    const verified = await command(['verify', planFolder, target], { cwd: folder });
    demand(verified.code === 0, () => `verify: exit ${verified.code}: ${verified.stdout}${verified.stderr}`);
    const twice = await command(['apply', planFolder, source, ...way, '--yes'], { cwd: folder });
    demand(twice.code === 0, () => `apply again: exit ${twice.code}: ${twice.stderr}`);
    demandSame(stateOf(target, form), after, 'applying again changed something');

    for (const run of runsOf(planFolder).sort().reverse()) {
      const undone = await command(['undo', join(planFolder, 'runs', run), '--yes'], { cwd: folder });
      demand(undone.code === 0, () => `undo: exit ${undone.code}: ${undone.stderr}`);
    }
    demandSame(stateOf(target, form), before, 'undo left another state');
    met.push('undone');
    return met;
  },
};
