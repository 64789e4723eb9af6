/** A plan in which aliases stand for usernames, emails and names. It is for reading: nothing of it can be applied. */

import type { Group } from '../model/directory.js';
import type { Change, Question } from '../model/finding.js';
import { type Answer, askRows, DECISION_COLUMNS, type DecisionColumn } from '../plan/decision-rows.js';
import type { MadePlan } from '../plan/make-plan.js';
import type { Action } from '../plan/plan.js';
import type { Forecast, GroupForecast, MembershipForecast, Overwrite, UserForecast } from '../preview/forecast.js';
import { changedOutcomes, withLists } from '../preview/outcomes.js';
import type { Preview } from '../preview/preview.js';
import { findRule, RULES, ruleOf } from '../rules/registry.js';
import type { RuleContext } from '../rules/rule.js';
import { type ExportRedactor, redactAcceptance, redactAudited, redactReport, WITHHELD } from './redact.js';

/** Returns the plan with aliases: the same actions in the same order, the same rows, and the same findings left open. */
export function redactPlan(made: MadePlan, context: RuleContext, redactor: ExportRedactor): MadePlan {
  const { body, assembly, acceptances } = made;
  const actions = redactActions(body.actions, redactor);
  const rows = redactRows(made, context, redactor);
  const shown = {
    actions,
    open: assembly.open.map(redactAudited(redactor)),
    end: {
      ...assembly.end,
      users: redactor.users(assembly.end.users),
      groups: assembly.end.groups.map(redactor.group),
      report: redactReport(assembly.end.report, redactor),
    },
  };
  return {
    body: {
      ...body,
      settings: {
        ...body.settings,
        syncGroups: body.settings.syncGroups?.map(redactor.groupName) ?? null,
        leaveOutUsers: body.settings.leaveOutUsers.map(redactor.userId),
      },
      actions,
      decisions: rows.map(({ asked }) => asked),
    },
    // Only the page that judges answers needs it, and a redacted plan takes none.
    base: shown,
    assembly: shown,
    rows,
    outdated: made.outdated.map(({ cells, line }) => ({ cells: redactOutdated(cells, redactor), line, why: WITHHELD })),
    acceptances: new Map([...acceptances].map(([fingerprint, acceptance]) => [fingerprint, redactAcceptance(acceptance, redactor)])),
    before: redactReport(made.before, redactor),
  };
}

/**
 * Returns the cells of a decision that nobody asks for any more. A person may have typed into any of them, and what was
 * asked was about another export: only words of this program stay, and the alias of the id.
 */
function redactOutdated(cells: readonly string[], redactor: ExportRedactor): string[] {
  const kept: Partial<Record<DecisionColumn, (text: string) => string>> = {
    fingerprint: (text) => (FINGERPRINT.test(text) ? text : WITHHELD),
    rule: (text) => (findRule(text) === undefined ? WITHHELD : text),
    subject: (text) => (SUBJECTS.has(text) ? text : WITHHELD),
    id: redactor.userId,
    action: (text) => (ACTIONS.has(text) ? text : WITHHELD),
  };
  return DECISION_COLUMNS.map((column, at) => (cells[at] ? (kept[column]?.(cells[at]) ?? '') : ''));
}

const FINGERPRINT = /^[a-z-]+:[0-9a-f]{16}$/;
const SUBJECTS: ReadonlySet<string> = new Set<Question['subject']>(['user', 'group', 'snapshot']);
const ACTIONS: ReadonlySet<string> = new Set(RULES.flatMap(({ decisions }) => decisions));

function redactActions(actions: readonly Action[], redactor: ExportRedactor): Action[] {
  // Temporary usernames are made of the id alone, and their words say what they are: they stay where the id does.
  const temporary = new Set(
    actions.flatMap(({ change }) =>
      change.kind === 'replace-user' && change.temporary === true && redactor.userId(change.user) === change.user ? [change.to] : [],
    ),
  );
  const identity = (text: string): string => (temporary.has(text) ? text : redactor.identity(text));
  return actions.map((action) => ({ ...action, change: redactChange(action.change, redactor, identity) }));
}

function redactChange(change: Change, redactor: ExportRedactor, identity: (text: string) => string): Change {
  if (change.kind === 'replace-group')
    return { ...change, group: redactor.groupId(change.group), from: redactor.groupName(change.from), to: redactor.groupName(change.to) };
  if (change.kind !== 'replace-user') return { ...change, group: redactor.groupId(change.group), user: redactor.userId(change.user) };
  const user = redactor.userId(change.user);
  return change.attribute === 'active' ? { ...change, user } : { ...change, user, from: identity(change.from), to: identity(change.to) };
}

/** The questions are asked again about the aliases, so that every text of a row speaks of these. */
function redactRows({ rows, before }: MadePlan, context: RuleContext, redactor: ExportRedactor): MadePlan['rows'] {
  const { directory } = context;
  const findings = rows.flatMap(({ asked: { finding } }, at) => (finding === rows[at - 1]?.asked.finding ? [] : [finding]));
  const aliased = { ...context, directory: { ...directory, users: redactor.users(directory.users), groups: directory.groups.map(redactor.group) } };
  const asked = askRows(findings.map(redactAudited(redactor)), aliased, before.snapshot.inputs);
  if (asked.length !== rows.length) throw new Error('a redacted finding asks other questions');
  return rows.map((row, at) => ({
    asked: asked[at],
    ...(row.answer === undefined || row.line === undefined ? {} : { answer: redactAnswer(row.answer, row.asked.finding, redactor), line: row.line }),
  }));
}

function redactAnswer(answer: Answer, { finding }: MadePlan['rows'][number]['asked']['finding'], redactor: ExportRedactor): Answer {
  const { action, value, reason, owner } = answer;
  const redactedValue = (): string => {
    if (value === '') return '';
    if (action === 'set-email' || action === 'set-username') return redactor.identity(value);
    if (action === 'set-name') return redactor.groupName(value);
    const group = ruleOf(finding)
      .groups(finding)
      .find(({ id, name }) => id === value.trim() || name === value);
    return group === undefined ? WITHHELD : group.id === value.trim() ? redactor.groupId(group.id) : redactor.groupName(value);
  };
  return { ...answer, value: redactedValue(), reason: reason === '' ? '' : WITHHELD, owner: owner === '' ? '' : redactor.owner(owner) };
}

/** Returns the preview with aliases: the same predictions, reasons and numbers. It says of itself that it is redacted. */
export function redactPreview(preview: Preview, redactor: ExportRedactor): Preview {
  const { snapshot, policy, syncNames, idp, forecast, before, notes, members } = preview;
  return {
    isRedacted: true,
    members,
    snapshot: { ...snapshot, users: redactor.users(snapshot.users), groups: snapshot.groups.map(redactor.group), notes: snapshot.notes.map(redactor.note) },
    policy: {
      ...policy,
      syncGroups: policy.syncGroups?.map(redactor.groupName) ?? null,
      leaveOutUsers: policy.leaveOutUsers.map(redactor.userId),
    },
    syncNames: syncNames?.map(redactor.groupName) ?? null,
    idp: { ...idp, users: idp.users.map(redactor.idpUser), groups: idp.groups.map(redactor.idpGroup), notes: idp.notes.map(redactor.note) },
    forecast: redactForecast(forecast, redactor),
    ...(before === undefined ? {} : { before: redactForecast(before, redactor) }),
    notes: notes.map(redactor.note),
  };
}

function redactForecast(forecast: Forecast, redactor: ExportRedactor): Forecast {
  const { provider, summary, people, signIns, administrators, groups, memberships, licenses, notes } = forecast;
  const user = userRedaction(redactor);
  return withLists({
    provider,
    summary,
    notes,
    people: changedOutcomes(people, user),
    signIns: changedOutcomes(signIns, (each) => ({ ...each, user: redactor.user(each.user) })),
    ...(administrators === undefined
      ? {}
      : {
          administrators: {
            administrators: administrators.administrators.map((each) => ({ ...each, user: redactor.user(each.user) })),
            missing: administrators.missing.map(redactor.identity),
          },
        }),
    groups: groups.map((one) => redactGroup(one, redactor)),
    memberships: memberships.map((one) => redactMembership(one, redactor)),
    ...(licenses === undefined ? {} : { licenses: { ...licenses, without: licenses.without.map(user) } }),
  });
}

function userRedaction(redactor: ExportRedactor): (forecast: UserForecast) => UserForecast {
  const overwrite = ({ attribute, from, to }: Overwrite): Overwrite => {
    const alias = attribute === 'userName' || attribute === 'emails[type eq "work"].value' ? redactor.identity : redactor.person;
    return { attribute, from: alias(from), to: alias(to) };
  };
  return (forecast) => ({
    ...forecast,
    user: forecast.user === undefined ? undefined : redactor.user(forecast.user),
    idpUser: forecast.idpUser === undefined ? undefined : redactor.idpUser(forecast.idpUser),
    overwrites: forecast.overwrites.map(overwrite),
    beside: forecast.beside.map(redactor.user),
    candidates: forecast.candidates.map(redactor.user),
  });
}

function redactGroup(forecast: GroupForecast, redactor: ExportRedactor): GroupForecast {
  const { group, idpGroup, near } = forecast;
  return {
    ...forecast,
    ...(group === undefined ? {} : { group: redactor.group(group) }),
    ...(idpGroup === undefined ? {} : { idpGroup: redactor.idpGroup(idpGroup) }),
    near: near.map((one: Group) => redactor.group(one)),
  };
}

function redactMembership(forecast: MembershipForecast, redactor: ExportRedactor): MembershipForecast {
  const { groupName, group, user, idpUser } = forecast;
  return {
    ...forecast,
    groupName: redactor.groupName(groupName),
    ...(group === undefined ? {} : { group: redactor.group(group) }),
    ...(user === undefined ? {} : { user: redactor.user(user) }),
    ...(idpUser === undefined ? {} : { idpUser: redactor.idpUser(idpUser) }),
  };
}
