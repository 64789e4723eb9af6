/** Schemas of journal lines: what the code relies on, in every version that wrote journals. A line that does not fit is damage. */

import { z } from 'zod';
import type { JournalRecord, RunRecord } from './journal.js';

const text = z.string();
const texts = z.array(text);
/** Values of columns by name, or settings by name; their values are checked where they are used. */
const fields = z.looseObject({});

const role = z.enum(['users', 'groups', 'memberships']);
const input = z.looseObject({ role, file: text, table: text.optional(), sha256: text });

const reading = z.looseObject({
  source: text.optional(),
  users: texts,
  inactiveUsers: texts,
  groups: text.optional(),
  memberships: texts,
  columns: fields,
  tables: fields,
});

const run = z.looseObject({
  type: z.literal('run'),
  schemaVersion: z.number(),
  kind: z.enum(['apply', 'undo']),
  run: text,
  planFile: text,
  planDigest: text,
  actions: z.number(),
  mode: z.enum(['in-place', 'out', 'live']),
  targets: texts,
  inputs: z.array(input),
  reading,
  authTypeMap: fields,
  pid: z.number(),
  host: text,
  startedAt: text,
  targetId: text.optional(),
  url: text.optional(),
});

const change = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('replace-user'), user: text, attribute: z.enum(['userName', 'email', 'active']), from: text, to: text }),
  z.looseObject({ kind: z.literal('replace-group'), group: text, from: text, to: text }),
  z.looseObject({ kind: z.literal('remove-member'), group: text, user: text }),
  z.looseObject({ kind: z.literal('add-member'), group: text, user: text }),
]);

const where = z.union([
  z.looseObject({ file: text, heading: text.optional(), line: z.number() }),
  z.looseObject({ file: text, heading: text.optional(), table: text, key: fields }),
  z.looseObject({ call: text }),
]);

const value = z.union([z.null(), text, fields]);

const intent = z.looseObject({ type: z.literal('intent'), id: text, at: z.number(), change, where, old: value, new: value });
const announced = z.looseObject({ type: z.literal('announced'), intents: z.number(), sha256: text });
const file = z.looseObject({
  type: z.literal('file'),
  role,
  file: text,
  table: text.optional(),
  before: text,
  after: text,
  backup: text.optional(),
});
const outcome = z.looseObject({ type: z.literal('outcome'), id: text, outcome: z.enum(['done', 'refused']) });
const end = z.looseObject({
  type: z.literal('end'),
  state: z.enum(['finished', 'paused', 'stopped', 'interrupted']),
  leaves: z.array(input),
  sha256: text.optional(),
});

const journalRecord = z.discriminatedUnion('type', [run, intent, announced, file, outcome, end]);

/** Is a value a record as a run writes it. The value itself is used, not what zod returns: digests depend on the order of its fields. */
export const isRecord = (candidate: unknown): candidate is JournalRecord => journalRecord.safeParse(candidate).success;

/** Defaults for settings that runs of version 1 did not record because they did not exist. */
const UNSAID = { nulls: [], activeMap: {} } as const;

/** Returns the first record of a run with those defaults filled in. */
export const completed = (first: RunRecord): RunRecord => ({ ...first, reading: { ...UNSAID, ...first.reading } });

/** Returns the record of a line; undefined if it is not a record. */
export function recordIn(line: string): JournalRecord | undefined {
  try {
    const candidate: unknown = JSON.parse(line);
    return isRecord(candidate) ? candidate : undefined;
  } catch {
    return undefined;
  }
}
