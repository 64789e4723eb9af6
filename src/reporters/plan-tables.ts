/** The CSV files of a plan: decisions, the restore record of memberships, and notices about logins. */

import type { User } from '../model/directory.js';
import { guardCell } from '../model/formula.js';
import { type AskedRow, DECISION_COLUMNS, NO_ANSWER } from '../plan/decision-rows.js';
import type { MadePlan } from '../plan/make-plan.js';
import type { OutdatedRow } from '../plan/read-decisions.js';
import { ruleOf } from '../rules/registry.js';

/** What a reader, or a spreadsheet of another country, could take for more than one cell, or trim. */
const NEEDS_QUOTES = /[",;\t\r\n]|^\s|\s$/;

const cellText = (text: string): string => {
  const guarded = guardCell(text);
  return NEEDS_QUOTES.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
};

const lineText = (cells: readonly string[]): string => `${cells.map(cellText).join(',')}\r\n`;

/** Yields CSV text line by line: RFC 4180, with cells that a spreadsheet would run made harmless. */
export function* csvText(headings: readonly string[], rows: Iterable<readonly string[]>): Iterable<string> {
  yield lineText(headings);
  for (const row of rows) yield lineText(row);
}

/** Yields decisions.csv: what is asked, with what was answered so far. */
export function decisionsCsv({ rows }: Pick<MadePlan, 'rows'>): Iterable<string> {
  return csvText(
    DECISION_COLUMNS,
    rows.map(({ asked, answer = NO_ANSWER }) => decisionCells(asked, answer)),
  );
}

const decisionCells = ({ written }: AskedRow, { action, value, reason, owner, expires }: typeof NO_ANSWER): string[] => [
  ...written,
  action,
  value,
  reason,
  owner,
  expires,
];

/** Yields the answers that no finding asks for any more, with what became of it. */
export function outdatedCsv(outdated: readonly OutdatedRow[]): Iterable<string> {
  return csvText(
    [...DECISION_COLUMNS, 'outdated because'],
    outdated.map(({ cells, why }) => [...cells, why]),
  );
}

export const MEMBERSHIP_HEADINGS = ['group id', 'group name', 'user id', 'username', 'email', 'username after the plan'] as const;

/** Yields memberships.csv: every membership that the first group sync would remove, before or after the plan. */
export function membershipsCsv({ before, assembly }: Pick<MadePlan, 'before' | 'assembly'>): Iterable<string> {
  const { users, groups } = before.snapshot;
  const seen = new Set<number>();
  const lost: string[][] = [];
  for (const { finding } of [...before.findings, ...assembly.end.report.findings]) {
    const rule = ruleOf(finding);
    if (rule.losesMembers !== true) continue;
    for (const user of rule.users(finding)) {
      for (const group of rule.groups(finding)) {
        const source = users[user.place];
        const membership = user.place * groups.length + group.place;
        if (seen.has(membership)) continue;
        seen.add(membership);
        lost.push([group.id, groups[group.place].name, user.id, source.userName, source.email, assembly.end.users[user.place].userName]);
      }
    }
  }
  return csvText(MEMBERSHIP_HEADINGS, lost);
}

/** Yields notices.csv: every user whose login changes. */
export function noticesCsv({ before, assembly }: Pick<MadePlan, 'before' | 'assembly'>): Iterable<string> {
  const { users } = before.snapshot;
  const row = (place: number): string[] => {
    const { id, name, userName }: User = users[place];
    const after = assembly.end.users[place];
    return [id, name, after.email, userName, after.userName];
  };
  return csvText(['id', 'name', 'email', 'old username', 'new username'], assembly.end.movers.map(row));
}
