/** The provider's log that reconcile is given, and whether it is the one of the sync. */

import { type Note, note, quotedName } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import type { Prediction } from '../preview/prediction.js';
import type { LogSummary, Reconciliation, SyncLog } from '../preview/reconciliation.js';
import { count, grouped } from '../rules/rule.js';
import type { ReadLog } from '../sources/idp/sync-log.js';

export interface GivenLog {
  readonly verdicts: SyncLog;
  readonly summary: LogSummary;
}

const OTHER = 'It is the log of another application or of another time. Give the log from the start of the first sync on.';

/** Returns the log by people and groups. Throws a UserError if it names none of them: it is of another application, or of another time. */
export async function readGivenLog(files: readonly string[], { provider, users, groups }: Prediction, application?: string): Promise<GivenLog> {
  const { readSyncLog } = await import('../sources/idp/sync-log.js');
  const log = readSyncLog(files, provider, application);
  const verdicts = verdictsOf(log);
  const isNamed =
    users.some(({ idpUser }) => idpUser !== undefined && verdicts.user(idpUser) !== undefined) ||
    groups.some(({ idpGroup }) => idpGroup !== undefined && verdicts.group(idpGroup) !== undefined);
  if (!isNamed) throw new UserError(note`The log names nobody of the preview: it has ${logText(log)}.`, OTHER);
  const { entries, from, to, application: name } = log;
  return { verdicts, summary: { entries, from, to, application: name } };
}

const verdictsOf = ({ users, groups }: ReadLog): SyncLog => ({
  // Without an id in the exports, `id` is the name at the provider, which need not be what is sent.
  user: ({ id, subject }) => users.get(id) ?? users.get(subject.toLowerCase()) ?? users.get(id.toLowerCase()),
  group: ({ id, name }) => groups.get(id) ?? groups.get(`name:${name}`),
});

const logText = ({ entries, from, to, application }: LogSummary): Note =>
  note`${count(entries, 'entry', 'entries')} from ${from || 'an unknown time'} to ${to || 'an unknown time'}${application === '' ? note`` : note` about the application ${quotedName(application)}`}`;

/** When Jama Connect was read; undefined if that is not known. ISO 8601. */
interface ReadTimes {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The clock of this machine and that of the provider differ by less. */
const TOLERANCE = 24 * 60 * 60 * 1000;

/** Throws a UserError if the log ends before the state of before was read, or begins after that of after was: the sync was between the two. */
export function refuseOtherTime({ summary }: GivenLog, { before, after }: ReadTimes): void {
  // A time that is not known, or not one, compares as false.
  const isTooEarly = before !== undefined && Date.parse(summary.to) < Date.parse(before) - TOLERANCE;
  const isTooLate = after !== undefined && Date.parse(summary.from) > Date.parse(after) + TOLERANCE;
  if (!isTooEarly && !isTooLate) return;
  throw new UserError(
    note`The log is of another time: it has ${logText(summary)}, and ${isTooEarly ? `the export of the preview was read from Jama Connect after that, at ${before}` : `what the preview is compared with was read from Jama Connect before that, at ${after}`}.`,
    'Give the log from the start of the first sync to its end.',
  );
}

/** Throws a UserError if the log names less than half of the people for whom accounts came: whatever made the accounts is in another log. */
export function refuseOtherSync({ results }: Reconciliation, { verdicts, summary }: GivenLog): void {
  const made = results.flatMap(({ about, effects, idpUser, facts }) =>
    about === 'user' && effects.includes('create') && idpUser !== undefined && !facts.some(({ what }) => what === 'account') ? [idpUser] : [],
  );
  const named = made.filter(({ id, name }) => verdicts.user({ id, subject: name }) !== undefined).length;
  if (named * 2 >= made.length) return;
  throw new UserError(
    note`The log is not the one of this sync: ${count(made.length, 'person', 'people')} got an account as predicted, and it names ${named === 0 ? 'none' : `only ${grouped(named)}`} of them; it has ${logText(summary)}.`,
    OTHER,
  );
}
