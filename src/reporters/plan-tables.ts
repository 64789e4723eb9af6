/** The CSV files of a plan: decisions, the restore record of memberships, and notices about logins. */

import type { User } from '../model/directory.js';
import { DECISION_COLUMNS, NO_ANSWER } from '../plan/decision-rows.js';
import type { MadePlan } from '../plan/make-plan.js';
import type { OutdatedRow } from '../plan/read-decisions.js';
import { ruleOf } from '../rules/registry.js';
import { csvText } from './csv-text.js';
import type { CsvDelimiter } from './reporter.js';

/** Returns decisions.csv: what is asked, with what was answered so far. */
export function decisionsCsv({ rows }: Pick<MadePlan, 'rows'>, delimiter?: CsvDelimiter): Iterable<Uint8Array> {
  return csvText(DECISION_COLUMNS, decisionRows(rows), delimiter);
}

function* decisionRows(rows: MadePlan['rows']): Iterable<readonly string[]> {
  for (const { asked, answer = NO_ANSWER } of rows) {
    const { action, value, reason, owner, expires } = answer;
    yield [...asked.written, action, value, reason, owner, expires];
  }
}

/** Returns the answers that no finding asks for any more, with what became of it. */
export function outdatedCsv(outdated: readonly OutdatedRow[], delimiter?: CsvDelimiter): Iterable<Uint8Array> {
  return csvText(
    [...DECISION_COLUMNS, 'outdated because'],
    outdated.map(({ cells, why }) => [...cells, why]),
    delimiter,
  );
}

export const MEMBERSHIP_HEADINGS = ['group id', 'group name', 'user id', 'username', 'email', 'username after the plan'] as const;

/** Returns memberships.csv: every membership that the first group sync would remove, before or after the plan. */
export function membershipsCsv(made: Pick<MadePlan, 'before' | 'assembly'>, delimiter?: CsvDelimiter): Iterable<Uint8Array> {
  return csvText(MEMBERSHIP_HEADINGS, lostMemberships(made), delimiter);
}

function* lostMemberships({ before, assembly }: Pick<MadePlan, 'before' | 'assembly'>): Iterable<readonly string[]> {
  const { users, groups } = before.snapshot;
  const seen = new Set<number>();
  for (const { finding } of [...before.findings, ...assembly.end.report.findings]) {
    const rule = ruleOf(finding);
    if (rule.effects.losesMembers !== true) continue;
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

/** Returns notices.csv: every user whose login changes, and, if stated, the other systems in which users sign in with it. */
export function noticesCsv(made: Pick<MadePlan, 'before' | 'assembly'>, delimiter?: CsvDelimiter): Iterable<Uint8Array> {
  const systems = made.before.policy.areIntegrationsGiven === true ? ['systems to change'] : [];
  return csvText(['id', 'name', 'email', 'old username', 'new username', ...systems], notices(made), delimiter);
}

function* notices({ before, assembly }: Pick<MadePlan, 'before' | 'assembly'>): Iterable<readonly string[]> {
  const { movers, users } = assembly.end;
  const hasSystems = before.policy.areIntegrationsGiven === true;
  for (const place of movers) {
    // Today's address: the one that the plan gives is not in use yet.
    const { id, userName, email, signsInFor = [] }: User = before.snapshot.users[place];
    const row = [id, before.snapshot.names?.of(place) ?? '', email, userName, users[place].userName];
    yield hasSystems ? [...row, signsInFor.join('; ')] : row;
  }
}
