/** Random organizations through the whole way: check, plan, decide, plan, apply, check, verify, undo. */

import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import type { PlanBody } from '../../src/plan/plan.js';
import { breachesOf } from '../plan/checker.js';
import { afterActions, fittingAnswer, madePlanOf, wildAnswer } from '../plan/planning.js';
import { inOrder, type Organization } from '../support/organizations.js';
import { Breach, beAlive, command, demand, demandSame, type Fuzzer, type Ground, type Random } from './fuzzer.js';
import { expectFindings, type Form, gentle, randomForm, randomOrganization, readRows, rowsOf, settingsOf, stateOf, writeOrganization } from './written.js';

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

const runsOf = (plan: string): string[] => (existsSync(join(plan, 'runs')) ? readdirSync(join(plan, 'runs')).filter((name) => !name.startsWith('.')) : []);

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

// Apply and undo of random organizations, really killed at random points; then finished, and undone.

/** Plans a source with every suggestion taken; returns whether there is anything to do. */
async function planFor(source: string, plan: string, settings: readonly string[]): Promise<boolean> {
  const words = ['plan', source, ...settings, '--out', plan];
  if ((await command(words)).code !== 0) return false;
  const file = join(plan, 'decisions.csv');
  const [headings, ...rows]: string[][] = parse(readFileSync(file), { bom: true });
  const answered = rows.map((row) => {
    const [action = '', ...value] = row[6].split(' ');
    return [...row.slice(0, 7), action, value.join(' '), '', '', ''];
  });
  writeFileSync(file, stringify([headings, ...answered]));
  await command(words);
  return JSON.parse(readFileSync(join(plan, 'plan.json'), 'utf8')).actions.length > 0;
}

/** Every line of every journal is whole but perhaps the last, and no outcome stands without its intent. */
function demandTrueJournals(plan: string, when: string): void {
  for (const run of runsOf(plan)) {
    for (const name of ['journal.jsonl', 'undo.jsonl', 'undo-2.jsonl']) {
      const file = join(plan, 'runs', run, name);
      if (!existsSync(file)) continue;
      const intents = new Set<string>();
      const lines = readFileSync(file, 'utf8').split('\n');
      lines.pop();
      for (const line of lines) {
        const record = parsed(line, `${when}: ${name}`);
        if (record.type === 'intent') intents.add(record.id ?? '');
        if (record.type === 'outcome') demand(intents.has(record.id ?? ''), () => `${when}: ${name}: an outcome without its intent: ${line}`);
      }
    }
  }
}

function parsed(line: string, where: string): { readonly type: string; readonly id?: string } {
  try {
    return JSON.parse(line);
  } catch {
    throw new Breach(`${where}: a line that is not whole: ${line}`);
  }
}

interface Scene {
  readonly source: string;
  readonly target: string;
  readonly plan: string;
  readonly form: Form;
  /** That change something while the plan is applied. */
  readonly calls: number;
  readonly before: unknown;
  readonly after: unknown;
}

type When = 'before' | 'after' | 'within';
interface Kill {
  readonly at: number;
  readonly when: When;
}

const at = ({ at: call, when }: Kill, what: string): string => `${what} killed ${when} call ${call}`;

function start({ program, killer }: Ground, words: readonly string[], environment: Readonly<Record<string, string>>) {
  beAlive();
  const { status, signal, stderr } = spawnSync(process.execPath, ['--import', killer, program, ...words], {
    encoding: 'utf8',
    timeout: 60_000,
    env: { PATH: process.env.PATH ?? '', ...environment },
  });
  return { status, signal, stderr };
}

/** Returns how many calls of a command change something. */
function callsOf(ground: Ground, words: readonly string[], list: string): number {
  rmSync(list, { force: true });
  const { status, stderr } = start(ground, words, { COUNT_TO: list });
  demand(status === 0, () => `scim-audit ${words.join(' ')}: exit ${status}: ${stderr}`);
  return existsSync(list) ? readFileSync(list, 'utf8').trim().split('\n').length : 0;
}

const randomKill = (calls: number, random: Random): Kill => ({ at: 1 + random.below(calls), when: random.pick(['before', 'after', 'within']) });

/** Returns whether the process died. One that goes on after another was killed may have fewer calls to make than were counted: it need not die. */
function kill(ground: Ground, words: readonly string[], { at: call, when }: Kill, mustDie: boolean): boolean {
  const { signal, status, stderr } = start(ground, words, { KILL_AT: String(call), KILL_WHEN: when });
  const isDead = signal === 'SIGKILL';
  demand(isDead || (!mustDie && status === 0), () => `scim-audit ${words.join(' ')} was to be killed ${when} call ${call}, but: exit ${status}: ${stderr}`);
  return isDead;
}

/** Right after a kill: each file as it was or as it will be, nothing in between. */
async function demandWhole(scene: Scene, when: string): Promise<void> {
  const { source, target, plan, form, before, after } = scene;
  demandTrueJournals(plan, when);
  if (target !== source) demandSame(stateOf(source, form), before, `${when}: the source is another`);
  if (existsSync(target)) {
    const now = stateOf(target, form);
    const parts = form.kind === 'csv' ? Object.keys(now as object) : [undefined];
    for (const part of parts) {
      const of = (state: unknown): string => JSON.stringify(part === undefined ? state : (state as Record<string, unknown>)[part]);
      demand([of(before), of(after)].includes(of(now)), () => `${when}: ${part ?? 'the database'} is neither as before nor as planned: ${of(now)}`);
    }
  }
  await expectDone(['runs', plan], when);
}

async function expectDone(words: readonly string[], when: string): Promise<void> {
  const { code, stderr, stdout } = await command(words, { isReal: true });
  demand(code === 0, () => `${when}: then scim-audit ${words.join(' ')}: exit ${code}: ${stdout}${stderr}`);
}

/** Undoes every run, the last one first; each may be killed once on its way. */
async function undoAll(scene: Scene, ground: Ground, random: Random, when: string): Promise<number> {
  const { plan, source, target, form, before, calls } = scene;
  let kills = 0;
  for (const run of runsOf(plan).sort().reverse()) {
    const words = ['undo', join(plan, 'runs', run), '--yes'];
    if (!existsSync(join(plan, 'runs', run, 'journal.jsonl'))) continue;
    let then = when;
    if (random.chance(0.5)) {
      // About as many calls as an apply makes, so most of the points are met.
      const point = randomKill(calls, random);
      if (kill(ground, words, point, false)) kills++;
      then = `${when}, ${at(point, 'undo')}`;
      await demandWhole(scene, then);
    }
    await expectDone(words, then);
  }
  demandSame(existsSync(target) ? stateOf(target, form) : before, before, `${when}: undone, the target is another`);
  demandSame(stateOf(source, form), before, `${when}: undone, the source is another`);
  demandTrueJournals(plan, when);
  return kills;
}

const SCENES = 12;
const KILLS = 5;

export const crashes: Fuzzer = {
  async play({ random, folder }, ground) {
    const form = randomForm(random);
    const work = join(folder, 'work');
    let source = '';
    const plan = join(work, 'plan');
    for (let left = SCENES; ; left--) {
      if (left === 0) return ['nothing to apply'];
      rmSync(work, { recursive: true, force: true });
      mkdirSync(work);
      const organization = randomOrganization(random);
      if (organization.users.length === 0) continue;
      source = writeOrganization(work, organization, form);
      if (await planFor(source, plan, settingsOf(organization))) break;
    }
    const isInPlace = random.chance(0.6);
    const target = isInPlace ? source : join(work, form.kind === 'csv' ? 'corrected' : 'corrected.sqlite');
    const apply = ['apply', plan, source, ...(isInPlace ? ['--in-place'] : ['--out', target]), '--yes'];
    const kept = join(folder, 'kept');
    cpSync(work, kept, { recursive: true });
    const before = stateOf(source, form);
    const calls = callsOf(ground, apply, join(folder, 'calls'));
    const scene: Scene = { source, target, plan, form, calls, before, after: stateOf(target, form) };
    const met: string[] = [`${form.kind} ${isInPlace ? 'in place' : 'to a copy'}`];
    for (let left = KILLS; left > 0; left--) {
      rmSync(work, { recursive: true });
      cpSync(kept, work, { recursive: true });
      let point = randomKill(calls, random);
      let when = at(point, 'apply');
      const most = random.pick([0, 0, 1, 2]);
      for (let again = most; ; again--) {
        if (kill(ground, apply, point, again === most)) met.push(`kills ${point.when} a call`);
        await demandWhole(scene, when);
        if (again <= 0) break;
        point = randomKill(calls, random);
        when += `, ${at(point, 'again')}`;
      }
      if (random.chance(0.3)) {
        const kills = await undoAll(scene, ground, random, `${when}, undone at once`);
        met.push(...Array<string>(kills).fill('kills of undo'), 'undone at once');
        when += ', undone, applied';
        // A copy that was undone is as the source was, and not written over.
        if (!isInPlace) rmSync(target, { recursive: true, force: true });
      }
      await expectDone(apply, when);
      demandSame(stateOf(target, form), scene.after, `${when}: applied again, the target is another`);
      demandTrueJournals(plan, when);
      const kills = await undoAll(scene, ground, random, when);
      met.push(...Array<string>(kills).fill('kills of undo'));
    }
    return met;
  },
};
