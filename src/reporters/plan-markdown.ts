/** plan.md: what an approver reads. */

import type { AuditedFinding } from '../audit/report.js';
import type { Change } from '../model/change.js';
import type { MadePlan } from '../plan/make-plan.js';
import type { Action } from '../plan/plan.js';
import { ruleOf } from '../rules/registry.js';
import { count, grouped } from '../rules/rule.js';
import { visible } from './visible.js';

/** More than this nobody reads; the files beside it have everything. */
const MOST = 200;

/** Yields a value as Markdown shows it: nothing in it is markup, and nothing in it is unseen. */
export const markdownValue = (text: string): string => {
  const shown = visible(text).replaceAll('|', '\\|');
  const ticks = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length)) + 1;
  const fence = '`'.repeat(ticks);
  const pad = shown === '' || shown.startsWith('`') || shown.endsWith('`') || /^ .* $/.test(shown) ? ' ' : '';
  return `${fence}${pad}${shown}${pad}${fence}`;
};

/** Yields the plan for people. `applyCommand` is what applies it. */
export function* planMarkdown(plan: MadePlan, applyCommand: string): Iterable<string> {
  const { body, assembly, acceptances, before } = plan;
  const { error, warning } = body.after;
  yield '# Plan for SCIM enablement\n\n';
  yield `${count(body.actions.length, 'action')}; ${count(body.open.length, 'finding')} left open for a decision${acceptances.size > 0 ? `; ${acceptances.size} accepted` : ''}. `;
  yield `Once it is applied, a check would count ${count(error, 'error')} and ${count(warning, 'warning')} (before: ${count(before.summary.error, 'error')} and ${count(before.summary.warning, 'warning')}).\n\n`;
  yield* sourceLines(plan);
  yield* actionSections(body.actions);
  yield* conflictSection(before.findings);
  yield* openSection(assembly.open);
  yield* lossSection(plan);
  yield `## How to apply\n\nThe order matters and is kept: after every single action no two users have one username, unless they had it before.\n\n    ${applyCommand}\n`;
}

function* sourceLines({ body, before }: MadePlan): Iterable<string> {
  yield `Made of ${count(body.snapshot.users, 'user')}, ${count(body.snapshot.groups, 'group')} and ${count(body.snapshot.memberships, 'membership')}, in authentication mode ${body.settings.authMode}:\n\n`;
  for (const { path, table, rows, sha256 } of body.snapshot.inputs) {
    yield `- ${markdownValue(path)}${table === undefined ? '' : ` table ${markdownValue(table)}`}: ${count(rows, 'row')}, SHA-256 \`${sha256.slice(0, 16)}…\`\n`;
  }
  if (before.notes.length > 0) yield `\n${before.notes.map((note) => `- Note: ${visible(note).replace(/[<>*_`[\]|]/g, '\\$&')}\n`).join('')}`;
  yield '\n';
}

const KINDS: readonly { readonly title: string; readonly is: (change: Change) => boolean }[] = [
  { title: 'Emails', is: (change) => change.kind === 'replace-user' && change.attribute === 'email' },
  { title: 'Activation', is: (change) => change.kind === 'replace-user' && change.attribute === 'active' },
  { title: 'Usernames', is: (change) => change.kind === 'replace-user' && change.attribute === 'userName' },
  { title: 'Group names', is: (change) => change.kind === 'replace-group' },
  { title: 'Memberships', is: (change) => change.kind === 'remove-member' || change.kind === 'add-member' },
];

function* actionSections(actions: readonly Action[]): Iterable<string> {
  yield '## What changes\n\n';
  if (actions.length === 0) yield 'Nothing.\n\n';
  for (const { title, is } of KINDS) {
    const some = actions.filter(({ change }) => is(change));
    if (some.length === 0) continue;
    const temporary = some.filter(({ change }) => change.kind === 'replace-user' && change.temporary === true).length;
    yield `### ${title}: ${grouped(some.length)}${temporary > 0 ? `, of them ${grouped(temporary)} temporary` : ''}\n\n`;
    yield '| action | subject | from | to | why |\n| --- | --- | --- | --- | --- |\n';
    for (const action of some.slice(0, MOST)) yield actionRow(action);
    if (some.length > MOST) yield `\n… and ${grouped(some.length - MOST)} more, in plan.json${title === 'Usernames' ? ' and notices.csv' : ''}.\n`;
    yield '\n';
  }
}

function actionRow({ id, change, resolves }: Action): string {
  const why = [...new Set(resolves.map((fingerprint) => fingerprint.slice(0, fingerprint.lastIndexOf(':'))))].join(', ');
  const cells =
    change.kind === 'replace-user'
      ? [
          `user ${markdownValue(change.user)}`,
          markdownValue(change.from),
          `${markdownValue(change.to)}${change.temporary === true ? ' (temporary, to open a ring)' : ''}`,
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

function* openSection(open: readonly AuditedFinding[]): Iterable<string> {
  yield `## What stays open: ${grouped(open.length)}\n\n`;
  if (open.length === 0) {
    yield 'Nothing.\n\n';
    return;
  }
  yield 'A person must decide. Write the decisions into decisions.csv and run the plan again.\n\n';
  for (const { finding } of open.slice(0, MOST)) yield `- ${finding.severity}, ${finding.rule}: ${markdownValue(ruleOf(finding).message(finding))}\n`;
  if (open.length > MOST) yield `- … and ${grouped(open.length - MOST)} more, in decisions.csv.\n`;
  yield '\n';
}

function* lossSection({ before, assembly }: MadePlan): Iterable<string> {
  const losing = assembly.end.report.findings.filter(({ finding }) => ruleOf(finding).losesMembers === true);
  yield '## What the first group sync would remove\n\n';
  if (losing.length === 0) {
    yield before.notChecked.some(({ rule }) => rule === 'inactive-basic-member') ? 'Not known: memberships were not checked.\n\n' : 'Nothing.\n\n';
    return;
  }
  yield 'Inactive Basic users in groups to be synced lose these memberships. memberships.csv holds them all, so that they can be restored.\n\n';
  for (const { finding } of losing.slice(0, MOST)) yield `- ${markdownValue(ruleOf(finding).message(finding))}\n`;
  if (losing.length > MOST) yield `- … and ${grouped(losing.length - MOST)} more.\n`;
  yield '\n';
}
