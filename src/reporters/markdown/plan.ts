/** plan.md: what an approver reads. */

import type { AuditedFinding, Report } from '../../audit/report.js';
import type { DecisionAction } from '../../model/finding.js';
import { noteText } from '../../model/note.js';
import type { MadePlan } from '../../plan/make-plan.js';
import { ruleOf } from '../../rules/registry.js';
import { count, grouped } from '../../rules/rule.js';
import { consequencesOf, factsOf, followingOf, groupBy, incompletenessOf } from '../plan-consequences.js';
import type { Reporter } from '../reporter.js';
import { conflictSection } from './conflict-pictures.js';
import { actionSections } from './plan-actions.js';
import { markdownValue, prose } from './text.js';

/** People do not read more than this; the files beside it have everything. */
const MOST = 200;

/** Begins the plan.md of a redacted plan, which has no plan.json to say what it is. Markdown shows nothing of it. */
export const REDACTED_MARK = '<!-- scim-audit/redacted-plan -->';

export const markdown: Reporter<'plan'> = { render: (plan, { applyCommand }) => sectionsOf(plan, applyCommand) };

/** Yields the plan for people. `applyCommand` is what applies it; undefined if nothing can. */
function* sectionsOf(plan: MadePlan, applyCommand: string | undefined): Iterable<string> {
  const { body, acceptances, before } = plan;
  const { error, warning } = body.after;
  if (applyCommand === undefined) yield `${REDACTED_MARK}\n`;
  yield `# Plan for SCIM enablement${applyCommand === undefined ? ' (redacted, for reading only)' : ''}\n\n`;
  yield `${count(body.actions.length, 'action')}; ${count(body.open.length, 'finding')} left open for a decision${acceptances.size > 0 ? `; ${grouped(acceptances.size)} accepted` : ''}. `;
  yield `Once it is applied, a check would count ${count(error, 'error')} and ${count(warning, 'warning')} (before: ${count(before.summary.error, 'error')} and ${count(before.summary.warning, 'warning')}).\n\n`;
  yield* notCheckedLines(before);
  yield* consequenceSection(plan);
  yield* sourceLines(plan);
  yield* actionSections(plan);
  yield* conflictSection(plan);
  yield* openSection(plan);
  yield* acceptedSection(plan);
  yield* newSection(plan);
  yield* lossSection(plan);
  yield* applySection(plan, applyCommand);
}

function* notCheckedLines({ notChecked }: Report): Iterable<string> {
  if (notChecked.length === 0) return;
  yield 'Not checked, so none of these numbers counts it:\n\n';
  for (const { rule, why } of notChecked) yield `- ${markdownValue(rule)}: ${prose(why)}\n`;
  yield '\n';
}

function* consequenceSection(plan: MadePlan): Iterable<string> {
  const incompleteness = incompletenessOf(plan);
  const facts = [...(incompleteness === undefined ? [] : [incompleteness]), ...factsOf(consequencesOf(plan))];
  if (facts.length === 0) return;
  yield '## What to know before it is applied\n\n';
  for (const { fact, meaning } of facts) yield `- **${fact}**${meaning}\n`;
  yield '\n';
}

function* sourceLines({ body, before }: MadePlan): Iterable<string> {
  yield `Based on ${count(body.snapshot.users, 'user')}, ${count(body.snapshot.groups, 'group')} and ${count(body.snapshot.memberships, 'membership')}, in authentication mode ${body.settings.authMode}:\n\n`;
  for (const { path, table, rows, sha256 } of body.snapshot.inputs) {
    yield `- ${markdownValue(path)}${table === undefined ? '' : ` table ${markdownValue(table)}`}: ${count(rows, 'row')}, SHA-256 \`${sha256.slice(0, 16)}…\`\n`;
  }
  if (before.notes.length > 0) yield `\n${before.notes.map((note) => `- Note: ${prose(noteText(note))}\n`).join('')}`;
  yield '\n';
}

/** What each decision means, for the person who writes it into a spreadsheet. */
const MEANINGS: Readonly<Record<DecisionAction, string>> = {
  'set-email': 'the email becomes `value`; a user in scope then gets it as username too',
  'set-username': 'the username becomes `value`; for a user in scope it must be the email, and then every other user who contests it must be settled too',
  'set-name': 'the name of the group becomes `value`',
  activate: 'the user becomes active; no `value`',
  deactivate: 'the user becomes inactive and cannot sign in; no `value`',
  'remove-member': 'the user leaves the groups named in the row, or the one whose id is in `value`',
  accept: 'nothing changes; needs `reason` and `owner`, may have `expires` as 2027-01-31',
};

const OR_THE_EMAIL =
  'the username becomes `value`; for a user in scope it must be the email, and stating it means that the other system is changed at the same time';

function* openSection({ assembly: { open }, rows, before }: MadePlan): Iterable<string> {
  yield `## What stays open: ${grouped(open.length)}\n\n`;
  if (open.length === 0) {
    yield 'Nothing.\n\n';
    return;
  }
  yield 'A person must decide. Write `action` and `value` into decisions.csv and run the plan again; to take a suggestion, copy its first word into `action` and the rest into `value`. One decision often settles several findings: a username that waits for a conflict or for a valid email changes by itself once that is decided. A suggested address `former-…` does not exist, and users cannot sign in with it, so make sure that nobody needs that account.\n\n';
  const possible = new Map<string, Set<DecisionAction>>();
  for (const { asked } of rows) {
    const actions = possible.get(asked.finding.finding.rule) ?? new Set();
    for (const action of asked.question.actions) actions.add(action);
    possible.set(asked.finding.finding.rule, actions);
  }
  for (const some of groupBy(open, ({ finding }) => finding.rule).values()) {
    const { rule, title } = titleOf(some);
    yield `### ${title}: ${grouped(some.length)}\n\n`;
    const actions = [...(possible.get(rule) ?? [])].map((action) => `\`${action}\``).join(', ');
    yield actions === '' ? 'No decision settles it, and it has no row in decisions.csv.\n\n' : `Possible: ${actions}.\n\n`;
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
function* newSection(plan: MadePlan): Iterable<string> {
  const follows = followingOf(plan);
  if (follows.length === 0) return;
  yield `## What the decisions lead to: ${grouped(follows.length)}\n\nThe next check reports this anew, and the next plan asks about it.\n\n`;
  for (const { finding } of follows.slice(0, MOST)) yield `- ${finding.severity}: ${markdownValue(ruleOf(finding).message(finding))}\n`;
  if (follows.length > MOST) yield `- … and ${grouped(follows.length - MOST)} more.\n`;
  yield '\n';
}

function* lossSection({ body, before, assembly }: MadePlan): Iterable<string> {
  const losing = assembly.end.report.findings.filter(({ finding }) => ruleOf(finding).effects.losesMembers === true);
  yield '## What the first group sync would remove\n\n';
  if (losing.length === 0) {
    const unchecked = before.notChecked.find(({ rule }) => rule === 'inactive-basic-member');
    yield `${unchecked === undefined ? nothingLost(consequencesOf({ body, before }).ended) : `Not known: inactive-basic-member was not checked (${prose(unchecked.why)}).`}\n\n`;
    return;
  }
  yield 'Inactive Basic users in groups to be synced lose these memberships without notice unless you decide otherwise. memberships.csv lists all of them, and those that this plan ends, so that they can be restored.\n\n';
  for (const { finding } of losing.slice(0, MOST)) yield `- ${markdownValue(ruleOf(finding).message(finding))}\n`;
  if (losing.length > MOST) yield `- … and ${grouped(losing.length - MOST)} more.\n`;
  yield '\n';
}

function nothingLost(ended: number): string {
  return ended === 0
    ? 'Nothing.'
    : `Nothing more; ${count(ended, 'membership ends', 'memberships end')} by this plan: memberships.csv lists ${ended === 1 ? 'it' : 'them'} for restoring.`;
}

function* applySection(plan: MadePlan, applyCommand: string | undefined): Iterable<string> {
  const { body } = plan;
  yield '## How to apply\n\n';
  if (body.actions.length === 0) {
    yield 'Nothing to apply.\n';
    return;
  }
  yield 'The actions are applied in the order of their numbers: after every single one no two users have the same username, unless they had it before.';
  const incompleteness = incompletenessOf(plan);
  if (incompleteness !== undefined) yield ` That holds for the users of the export. ${incompleteness.fact}${incompleteness.meaning}`;
  else if (body.open.length > 0) yield ' What stays open does not stand in their way.';
  yield `\n\n    ${applyCommand ?? '(nothing: this plan is redacted and for reading only; it has no plan.json)'}\n`;
}
