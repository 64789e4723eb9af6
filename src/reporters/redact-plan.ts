/** A plan in which aliases stand for usernames, emails and names. It is for reading: nothing of it can be applied. */

import type { Change } from '../model/change.js';
import type { Question } from '../model/finding.js';
import { type Answer, askRows, DECISION_COLUMNS, type DecisionColumn } from '../plan/decision-rows.js';
import type { MadePlan } from '../plan/make-plan.js';
import type { Action } from '../plan/plan.js';
import { findRule, RULES, ruleOf } from '../rules/registry.js';
import type { RuleContext } from '../rules/rule.js';
import { type ExportStand, redactAcceptance, redactAudited, redactReport, WITHHELD } from './redact.js';

/** Yields the plan with aliases: the same actions in the same order, the same rows, and the same findings left open. */
export function redactPlan(made: MadePlan, context: RuleContext, stand: ExportStand): MadePlan {
  const { body, assembly, acceptances } = made;
  const actions = redactActions(body.actions, stand);
  return {
    body: {
      ...body,
      settings: {
        ...body.settings,
        syncGroups: body.settings.syncGroups?.map(stand.groupName) ?? null,
        leaveOutUsers: body.settings.leaveOutUsers.map(stand.userId),
      },
      actions,
    },
    assembly: {
      actions,
      open: assembly.open.map(redactAudited(stand)),
      end: {
        ...assembly.end,
        users: stand.users(assembly.end.users),
        groups: assembly.end.groups.map(stand.group),
        report: redactReport(assembly.end.report, stand),
      },
    },
    rows: redactRows(made, context, stand),
    outdated: made.outdated.map(({ cells, line }) => ({ cells: redactOutdated(cells, stand), line, why: WITHHELD })),
    acceptances: new Map([...acceptances].map(([fingerprint, acceptance]) => [fingerprint, redactAcceptance(acceptance, stand)])),
    before: redactReport(made.before, stand),
  };
}

/**
 * Returns the cells of a decision that nobody asks for any more. A person may have typed into any of them, and what was
 * asked was about another export: only words of this program stay, and the alias of the id.
 */
function redactOutdated(cells: readonly string[], stand: ExportStand): string[] {
  const kept: Partial<Record<DecisionColumn, (text: string) => string>> = {
    fingerprint: (text) => (FINGERPRINT.test(text) ? text : WITHHELD),
    rule: (text) => (findRule(text) === undefined ? WITHHELD : text),
    subject: (text) => (SUBJECTS.has(text) ? text : WITHHELD),
    id: stand.userId,
    action: (text) => (ACTIONS.has(text) ? text : WITHHELD),
  };
  return DECISION_COLUMNS.map((column, at) => (cells[at] ? (kept[column]?.(cells[at]) ?? '') : ''));
}

const FINGERPRINT = /^[a-z-]+:[0-9a-f]{16}$/;
const SUBJECTS: ReadonlySet<string> = new Set<Question['subject']>(['user', 'group', 'snapshot']);
const ACTIONS: ReadonlySet<string> = new Set(RULES.flatMap(({ decisions }) => decisions));

function redactActions(actions: readonly Action[], stand: ExportStand): Action[] {
  // Temporary usernames are made of the id alone, and their words say what they are: they stay where the id does.
  const temporary = new Set(
    actions.flatMap(({ change }) =>
      change.kind === 'replace-user' && change.temporary === true && stand.userId(change.user) === change.user ? [change.to] : [],
    ),
  );
  const identity = (text: string): string => (temporary.has(text) ? text : stand.identity(text));
  return actions.map((action) => ({ ...action, change: redactChange(action.change, stand, identity) }));
}

function redactChange(change: Change, stand: ExportStand, identity: (text: string) => string): Change {
  if (change.kind === 'replace-group')
    return { ...change, group: stand.groupId(change.group), from: stand.groupName(change.from), to: stand.groupName(change.to) };
  if (change.kind !== 'replace-user') return { ...change, group: stand.groupId(change.group), user: stand.userId(change.user) };
  const user = stand.userId(change.user);
  return change.attribute === 'active' ? { ...change, user } : { ...change, user, from: identity(change.from), to: identity(change.to) };
}

/** The questions are asked again about the aliases, so that every text of a row speaks of these. */
function redactRows({ rows, before }: MadePlan, context: RuleContext, stand: ExportStand): MadePlan['rows'] {
  const { directory } = context;
  const findings = rows.flatMap(({ asked: { finding } }, at) => (finding === rows[at - 1]?.asked.finding ? [] : [finding]));
  const aliased = { ...context, directory: { ...directory, users: stand.users(directory.users), groups: directory.groups.map(stand.group) } };
  const asked = askRows(findings.map(redactAudited(stand)), aliased, before.snapshot.inputs);
  if (asked.length !== rows.length) throw new Error('a redacted finding asks other questions');
  return rows.map((row, at) => ({
    asked: asked[at],
    ...(row.answer === undefined || row.line === undefined ? {} : { answer: redactAnswer(row.answer, row.asked.finding, stand), line: row.line }),
  }));
}

function redactAnswer(answer: Answer, { finding }: MadePlan['rows'][number]['asked']['finding'], stand: ExportStand): Answer {
  const { action, value, reason, owner } = answer;
  const redactedValue = (): string => {
    if (value === '') return '';
    if (action === 'set-email' || action === 'set-username') return stand.identity(value);
    if (action === 'set-name') return stand.groupName(value);
    const group = ruleOf(finding)
      .groups(finding)
      .find(({ id, name }) => id === value.trim() || name === value);
    return group === undefined ? WITHHELD : group.id === value.trim() ? stand.groupId(group.id) : stand.groupName(value);
  };
  return { ...answer, value: redactedValue(), reason: reason === '' ? '' : WITHHELD, owner: owner === '' ? '' : stand.owner(owner) };
}
