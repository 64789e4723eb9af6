/** plan.md: what an approver reads. */

import type { AuditedFinding } from '../audit/report.js';
import type { Change } from '../model/change.js';
import type { DecisionAction } from '../model/finding.js';
import { NO_ANSWER } from '../plan/decision-rows.js';
import { topicOf } from '../plan/end-state.js';
import type { MadePlan } from '../plan/make-plan.js';
import type { Action } from '../plan/plan.js';
import { ruleOf } from '../rules/registry.js';
import { count, grouped } from '../rules/rule.js';
import { visible } from './visible.js';

/** More than this nobody reads; the files beside it have everything. */
const MOST = 200;

/** Yields a value as Markdown shows it: nothing in it is markup, and nothing in it is unseen. */
export const markdownValue = (text: string): string => {
  if (text === '') return '(blank)';
  const shown = visible(text).replaceAll('|', '\\|');
  const ticks = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length)) + 1;
  const fence = '`'.repeat(ticks);
  const pad = shown.startsWith('`') || shown.endsWith('`') || /^ .* $/.test(shown) ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
};

/** Yields the plan for people. `applyCommand` is what applies it. */
export function* planMarkdown(plan: MadePlan, applyCommand: string): Iterable<string> {
  const { body, acceptances, before } = plan;
  const { error, warning } = body.after;
  yield '# Plan for SCIM enablement\n\n';
  yield `${count(body.actions.length, 'action')}; ${count(body.open.length, 'finding')} left open for a decision${acceptances.size > 0 ? `; ${acceptances.size} accepted` : ''}. `;
  yield `Once it is applied, a check would count ${count(error, 'error')} and ${count(warning, 'warning')} (before: ${count(before.summary.error, 'error')} and ${count(before.summary.warning, 'warning')}).\n\n`;
  yield* sourceLines(plan);
  yield* actionSections(body.actions, systemsOf(before));
  yield* conflictSection(before.findings);
  yield* openSection(plan);
  yield* acceptedSection(plan);
  yield* newSection(plan);
  yield* lossSection(plan);
  yield `## How to apply\n\nThe actions are applied in the order of their numbers: after every single one no two users have the same username, unless they had it before. What stays open does not stand in their way.\n\n    ${applyCommand}\n`;
}

function* sourceLines({ body, before }: MadePlan): Iterable<string> {
  yield `Made of ${count(body.snapshot.users, 'user')}, ${count(body.snapshot.groups, 'group')} and ${count(body.snapshot.memberships, 'membership')}, in authentication mode ${body.settings.authMode}:\n\n`;
  for (const { path, table, rows, sha256 } of body.snapshot.inputs) {
    yield `- ${markdownValue(path)}${table === undefined ? '' : ` table ${markdownValue(table)}`}: ${count(rows, 'row')}, SHA-256 \`${sha256.slice(0, 16)}…\`\n`;
  }
  if (before.notes.length > 0) yield `\n${before.notes.map((note) => `- Note: ${visible(note).replace(/[<>*_`[\]|]/g, '\\$&')}\n`).join('')}`;
  yield '\n';
}

/** What takes something away comes first. */
const KINDS = ['Deactivated', 'Memberships', 'Activated', 'Emails', 'Usernames', 'Group names'] as const;

function kindOf(change: Change): (typeof KINDS)[number] {
  if (change.kind === 'replace-group') return 'Group names';
  if (change.kind !== 'replace-user') return 'Memberships';
  if (change.attribute === 'active') return change.to === 'true' ? 'Activated' : 'Deactivated';
  return change.attribute === 'email' ? 'Emails' : 'Usernames';
}

type SystemsById = ReadonlyMap<string, readonly string[]>;

/** Yields the systems that sign in with a user's username, by the user's id. */
const systemsOf = ({ snapshot, policy }: MadePlan['before']): SystemsById =>
  new Map(policy.areIntegrationsGiven === true ? snapshot.users.flatMap(({ id, signsInFor }) => (signsInFor === undefined ? [] : [[id, signsInFor]])) : []);

function* actionSections(actions: readonly Action[], systemsById: SystemsById): Iterable<string> {
  yield '## What changes\n\n';
  if (actions.length === 0) yield 'Nothing.\n\n';
  const byKind = groupBy(actions, ({ change }) => kindOf(change));
  for (const title of KINDS) {
    const some = byKind.get(title) ?? [];
    if (some.length === 0) continue;
    const temporary = some.filter(({ change }) => change.kind === 'replace-user' && change.temporary === true).length;
    yield `### ${title}: ${grouped(some.length)}${temporary > 0 ? `, of them ${grouped(temporary)} temporary` : ''}\n\n`;
    yield '| action | subject | from | to | why |\n| --- | --- | --- | --- | --- |\n';
    for (const action of some.slice(0, MOST)) yield actionRow(action, systemsById);
    if (some.length > MOST) yield `\n… and ${grouped(some.length - MOST)} more, in plan.json${title === 'Usernames' ? ' and notices.csv' : ''}.\n`;
    yield '\n';
  }
}

function groupBy<T>(values: readonly T[], nameOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const name = nameOf(value);
    const known = groups.get(name);
    if (known === undefined) groups.set(name, [value]);
    else known.push(value);
  }
  return groups;
}

function actionRow({ id, change, resolves }: Action, systemsById: SystemsById): string {
  const why = [...new Set(resolves.map((fingerprint) => fingerprint.slice(0, fingerprint.lastIndexOf(':'))))].join(', ');
  const cells =
    change.kind === 'replace-user'
      ? [
          `user ${markdownValue(change.user)}`,
          markdownValue(change.from),
          `${markdownValue(change.to)}${change.temporary === true ? ' (temporary, to open a ring)' : systemsText(change, systemsById)}`,
        ]
      : change.kind === 'replace-group'
        ? [`group ${markdownValue(change.group)}`, markdownValue(change.from), markdownValue(change.to)]
        : [
            `user ${markdownValue(change.user)}`,
            change.kind === 'remove-member' ? `member of group ${markdownValue(change.group)}` : 'no member',
            change.kind === 'remove-member' ? 'no member' : `member of group ${markdownValue(change.group)}`,
          ];
  return `| ${id} | ${cells.join(' | ')} | ${why} |\n`;
}

/** Yields what is to be changed elsewhere at the same time. */
function systemsText({ user, attribute }: Extract<Change, { readonly kind: 'replace-user' }>, systemsById: SystemsById): string {
  const systems = attribute === 'userName' ? (systemsById.get(user) ?? []) : [];
  return systems.length === 0 ? '' : `; change it in ${systems.map(markdownValue).join(', ')} at the same time`;
}

function* conflictSection(findings: readonly AuditedFinding[]): Iterable<string> {
  const pictured = findings.filter(({ finding }) => ruleOf(finding).picture !== undefined);
  if (pictured.length === 0) return;
  yield `## Who wants whose username: ${count(pictured.length, 'conflict')}\n\n`;
  for (const { finding } of pictured.slice(0, MOST)) {
    const lines = ruleOf(finding).picture?.(finding, visible) ?? [];
    yield `${lines.map((line) => `    ${line}\n`).join('')}\n`;
  }
  if (pictured.length > MOST) yield `… and ${grouped(pictured.length - MOST)} more.\n\n`;
}

/** What each decision means, for somebody who writes it into a spreadsheet. */
const MEANINGS: Readonly<Record<DecisionAction, string>> = {
  'set-email': 'the email becomes `value`; a user in scope then gets it as username too',
  'set-username': 'the username becomes `value`; only for users who are not in scope',
  'set-name': 'the name of the group becomes `value`',
  activate: 'the user becomes active; no `value`',
  deactivate: 'the user becomes inactive and cannot sign in; no `value`',
  'remove-member': 'the user leaves the groups named in the row, or the one whose id is in `value`',
  accept: 'nothing changes; needs `reason` and `owner`, may have `expires` as 2027-01-31',
};

const OR_THE_EMAIL = 'the username becomes `value`; for users in scope that is the email, and says that the other system is changed at the same time';

function* openSection({ assembly: { open }, rows, before }: MadePlan): Iterable<string> {
  yield `## What stays open: ${grouped(open.length)}\n\n`;
  if (open.length === 0) {
    yield 'Nothing.\n\n';
    return;
  }
  yield "A person must decide. Write `action` and `value` into decisions.csv and run the plan again; a suggestion is taken by copying its first word into `action` and the rest into `value`. One decision often settles several findings: a username that waits for a conflict or for a valid email changes by itself once that is decided. A suggested address `former-…` is nobody's: whoever uses that account cannot sign in with it, so make sure that it is the one nobody needs.\n\n";
  const possible = new Map<string, Set<DecisionAction>>();
  for (const { asked } of rows) {
    const actions = possible.get(asked.finding.finding.rule) ?? new Set();
    for (const action of asked.question.actions) actions.add(action);
    possible.set(asked.finding.finding.rule, actions);
  }
  for (const some of groupBy(open, ({ finding }) => finding.rule).values()) {
    const { rule, title } = titleOf(some);
    yield `### ${title}: ${grouped(some.length)}\n\n`;
    yield `Possible: ${[...(possible.get(rule) ?? [])].map((action) => `\`${action}\``).join(', ')}.\n\n`;
    for (const { finding } of some.slice(0, MOST)) yield `- ${finding.severity}: ${markdownValue(ruleOf(finding).message(finding))}\n`;
    if (some.length > MOST) yield `- … and ${grouped(some.length - MOST)} more, in decisions.csv.\n`;
    yield '\n';
  }
  yield '### What can be written into `action`\n\n';
  const used = new Set([...possible.values()].flatMap((actions) => [...actions]));
  const meanings = before.policy.areIntegrationsGiven === true ? { ...MEANINGS, 'set-username': OR_THE_EMAIL } : MEANINGS;
  for (const [action, meaning] of Object.entries(meanings)) if ([...used].some((each) => each === action)) yield `- \`${action}\`: ${meaning}\n`;
  yield '- blank: it stays open, and stays as it is\n\n';
}

function titleOf([{ finding }]: readonly AuditedFinding[]): { readonly rule: string; readonly title: string } {
  return { rule: finding.rule, title: `${ruleOf(finding).title} (${finding.rule})` };
}

function* acceptedSection({ acceptances, before }: MadePlan): Iterable<string> {
  if (acceptances.size === 0) return;
  yield `## What is accepted: ${grouped(acceptances.size)}\n\n`;
  for (const { finding, fingerprint } of before.findings) {
    const acceptance = acceptances.get(fingerprint);
    if (acceptance === undefined) continue;
    const { reason, owner, expires } = acceptance;
    yield `- ${markdownValue(ruleOf(finding).message(finding))}: ${markdownValue(reason)}, says ${markdownValue(owner)}${expires === undefined ? '' : `, until ${expires}`}\n`;
  }
  yield '\n';
}

/** What decisions lead to and no decision was asked for yet. */
function* newSection({ before, assembly, rows }: MadePlan): Iterable<string> {
  if (rows.every(({ answer = NO_ANSWER }) => answer.action === '')) return;
  const known = new Set(before.findings.map(topicOf));
  const follows = assembly.end.report.findings.filter((audited) => audited.finding.severity !== 'info' && !known.has(topicOf(audited)));
  if (follows.length === 0) return;
  yield `## What the decisions lead to: ${grouped(follows.length)}\n\nThe next check reports this anew, and the next plan asks about it.\n\n`;
  for (const { finding } of follows.slice(0, MOST)) yield `- ${finding.severity}: ${markdownValue(ruleOf(finding).message(finding))}\n`;
  if (follows.length > MOST) yield `- … and ${grouped(follows.length - MOST)} more.\n`;
  yield '\n';
}

function* lossSection({ before, assembly }: MadePlan): Iterable<string> {
  const losing = assembly.end.report.findings.filter(({ finding }) => ruleOf(finding).losesMembers === true);
  yield '## What the first group sync would remove\n\n';
  if (losing.length === 0) {
    yield before.notChecked.some(({ rule }) => rule === 'inactive-basic-member') ? 'Not known: memberships were not checked.\n\n' : 'Nothing.\n\n';
    return;
  }
  yield 'Inactive Basic users in groups to be synced lose these memberships, without a word, unless somebody decides otherwise. memberships.csv holds them all, with those that this plan ends, so that they can be restored.\n\n';
  for (const { finding } of losing.slice(0, MOST)) yield `- ${markdownValue(ruleOf(finding).message(finding))}\n`;
  if (losing.length > MOST) yield `- … and ${grouped(losing.length - MOST)} more.\n`;
  yield '\n';
}
