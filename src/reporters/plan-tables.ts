/** The CSV files of a plan: decisions, the restore record of memberships, and notices about logins. */

import type { User } from '../model/directory.js';
import { guardCell } from '../model/formula.js';
import { DECISION_COLUMNS, NO_ANSWER } from '../plan/decision-rows.js';
import type { MadePlan } from '../plan/make-plan.js';
import type { OutdatedRow } from '../plan/read-decisions.js';
import { ruleOf } from '../rules/registry.js';

/** What a reader, or a spreadsheet of another country, could take for more than one cell, or trim. */
const NEEDS_QUOTES = /[",;\t\r\n]|^\s|\s$/;

/** Needs nothing, as nearly all cells: it has words with single spaces, and begins as no formula does. */
const PLAIN = /^[\w(][^",;\s]*(?: [^",;\s]+)*$/;

const isPlain = (text: string): boolean => text === '' || PLAIN.test(text);

const cellText = (text: string): string => {
  if (isPlain(text)) return text;
  const guarded = guardCell(text);
  return NEEDS_QUOTES.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
};

const lineText = (cells: readonly string[]): string => `${(cells.every(isPlain) ? cells : cells.map(cellText)).join(',')}\r\n`;

const TOGETHER = 1 << 12;

/** Yields CSV text, a few lines at a time: RFC 4180, with cells that a spreadsheet would run made harmless. */
export function* csvText(headings: readonly string[], rows: Iterable<readonly string[]>): Iterable<string> {
  let text = lineText(headings);
  for (const row of rows) {
    text += lineText(row);
    if (text.length < TOGETHER) continue;
    yield text;
    text = '';
  }
  yield text;
}

/** Yields decisions.csv: what is asked, with what was answered so far. */
export function decisionsCsv({ rows }: Pick<MadePlan, 'rows'>): Iterable<string> {
  return csvText(DECISION_COLUMNS, decisionRows(rows));
}

function* decisionRows(rows: MadePlan['rows']): Iterable<readonly string[]> {
  for (const { asked, answer = NO_ANSWER } of rows) {
    const { action, value, reason, owner, expires } = answer;
    yield [...asked.written, action, value, reason, owner, expires];
  }
}

/** Yields the answers that no finding asks for any more, with what became of it. */
export function outdatedCsv(outdated: readonly OutdatedRow[]): Iterable<string> {
  return csvText(
    [...DECISION_COLUMNS, 'outdated because'],
    outdated.map(({ cells, why }) => [...cells, why]),
  );
}

export const MEMBERSHIP_HEADINGS = ['group id', 'group name', 'user id', 'username', 'email', 'username after the plan'] as const;

/** Yields memberships.csv: every membership that the first group sync would remove, before or after the plan. */
export function membershipsCsv(made: Pick<MadePlan, 'before' | 'assembly'>): Iterable<string> {
  return csvText(MEMBERSHIP_HEADINGS, lostMemberships(made));
}

function* lostMemberships({ before, assembly }: Pick<MadePlan, 'before' | 'assembly'>): Iterable<readonly string[]> {
  const { users, groups } = before.snapshot;
  const seen = new Set<number>();
  for (const { finding } of [...before.findings, ...assembly.end.report.findings]) {
    const rule = ruleOf(finding);
    if (rule.losesMembers !== true) continue;
    for (const user of rule.users(finding)) {
      for (const group of rule.groups(finding)) {
        const source = users[user.place];
        const membership = user.place * groups.length + group.place;
        if (seen.has(membership)) continue;
        seen.add(membership);
        yield [group.id, groups[group.place].name, user.id, source.userName, source.email, assembly.end.users[user.place].userName];
      }
    }
  }
}

/** Yields notices.csv: every user whose login changes, and which other systems sign in with it where that was said. */
export function noticesCsv(made: Pick<MadePlan, 'before' | 'assembly'>): Iterable<string> {
  const systems = made.before.policy.areIntegrationsGiven === true ? ['systems to change'] : [];
  return csvText(['id', 'name', 'email', 'old username', 'new username', ...systems], notices(made));
}

function* notices({ before, assembly }: Pick<MadePlan, 'before' | 'assembly'>): Iterable<readonly string[]> {
  const { movers, users } = assembly.end;
  const hasSystems = before.policy.areIntegrationsGiven === true;
  for (const place of movers) {
    const { id, name, userName, signsInFor = [] }: User = before.snapshot.users[place];
    const row = [id, name, users[place].email, userName, users[place].userName];
    yield hasSystems ? [...row, signsInFor.join('; ')] : row;
  }
}
