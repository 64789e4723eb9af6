/** Validation of journal lines: a record has everything that the code relies on; any other line is damage. */

import type { Change } from '../../model/change.js';
import type { InputRecord, JournalRecord, RunRecord } from './journal.js';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);
const areTexts = (fields: Fields, ...names: readonly string[]): boolean => names.every((name) => typeof fields[name] === 'string');
const isOneOf = (value: unknown, ...words: readonly string[]): boolean => typeof value === 'string' && words.includes(value);
const isListOf = <T>(value: unknown, isOne: (each: unknown) => each is T): value is T[] => Array.isArray(value) && value.every(isOne);
const isText = (value: unknown): value is string => typeof value === 'string';

const isRole = (value: unknown): boolean => isOneOf(value, 'users', 'groups', 'memberships');
const isOptionalText = (value: unknown): boolean => value === undefined || isText(value);

const isInput = (value: unknown): value is InputRecord =>
  isFields(value) && isRole(value.role) && areTexts(value, 'file', 'sha256') && isOptionalText(value.table);

const isReading = (value: unknown): boolean =>
  isFields(value) &&
  isOptionalText(value.source) &&
  isOptionalText(value.groups) &&
  [value.users, value.inactiveUsers, value.memberships].every((files) => isListOf(files, isText)) &&
  isFields(value.columns) &&
  isFields(value.tables);

const isRun = (fields: Fields): boolean =>
  areTexts(fields, 'run', 'planFile', 'planDigest', 'host', 'startedAt') &&
  [fields.schemaVersion, fields.actions, fields.pid].every((value) => typeof value === 'number') &&
  isOneOf(fields.kind, 'apply', 'undo') &&
  isOneOf(fields.mode, 'in-place', 'out') &&
  isListOf(fields.targets, isText) &&
  isListOf(fields.inputs, isInput) &&
  isReading(fields.reading) &&
  isFields(fields.authTypeMap) &&
  isOptionalText(fields.targetId);

const isChange = (value: unknown): value is Change => {
  if (!isFields(value)) return false;
  switch (value.kind) {
    case 'replace-user':
      return areTexts(value, 'user', 'from', 'to') && isOneOf(value.attribute, 'userName', 'email', 'active');
    case 'replace-group':
      return areTexts(value, 'group', 'from', 'to');
    default:
      return isOneOf(value.kind, 'remove-member', 'add-member') && areTexts(value, 'group', 'user');
  }
};

const isPlace = (value: unknown): boolean =>
  isFields(value) && isText(value.file) && isOptionalText(value.heading) && (typeof value.line === 'number' || (isText(value.table) && isFields(value.key)));

const isValue = (value: unknown): boolean => value === null || isText(value) || isFields(value);

const isIntent = (fields: Fields): boolean =>
  isText(fields.id) && typeof fields.at === 'number' && isChange(fields.change) && isPlace(fields.where) && isValue(fields.old) && isValue(fields.new);

const CHECKS: Readonly<Record<JournalRecord['type'], (fields: Fields) => boolean>> = {
  run: isRun,
  intent: isIntent,
  announced: (fields) => typeof fields.intents === 'number' && isText(fields.sha256),
  file: (fields) => isRole(fields.role) && areTexts(fields, 'file', 'before', 'after') && isOptionalText(fields.table) && isOptionalText(fields.backup),
  outcome: (fields) => isText(fields.id) && isOneOf(fields.outcome, 'done', 'refused'),
  end: (fields) => isOneOf(fields.state, 'finished', 'stopped', 'interrupted') && isListOf(fields.leaves, isInput) && isOptionalText(fields.sha256),
};

const isType = (value: unknown): value is JournalRecord['type'] => typeof value === 'string' && Object.hasOwn(CHECKS, value);

/** Is a value a record as a run writes it. */
export const isRecord = (value: unknown): value is JournalRecord => isFields(value) && isType(value.type) && CHECKS[value.type](value);

/** Defaults for settings that runs of version 1 did not record because they did not exist. */
const UNSAID = { nulls: [], activeMap: {} } as const;

/** Returns the first record of a run with those defaults filled in. */
export const completed = (run: RunRecord): RunRecord => ({ ...run, reading: { ...UNSAID, ...run.reading } });

/** Returns the record of a line; undefined if it is not a record. */
export function recordIn(line: string): JournalRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
