/**
 * The kinds of field that a finding can have. A field describes a value once: the finding's type, its JSON and JSON Schema,
 * its redaction and its subjects are derived from it.
 */

import { AUTHENTICATION_TYPES, type Group, type RecordLocation, type User } from '../model/directory.js';
import type { FindingBase } from '../model/finding.js';
import type { IdpUser } from '../model/idp.js';
import { type Locate, type Redactor, type Shape, type Shapes, userData } from './rule.js';

export interface Field<T> {
  /** Absent if reports do not show it. */
  readonly shape?: Shape;
  /** Returns the value for the JSON report; absent: the value as it is. */
  json?(value: T, locate: Locate): unknown;
  /** Returns the value with aliases; absent if it names nobody. */
  redact?(value: T, redactor: Redactor): T;
  users?(value: T): readonly User[];
  groups?(value: T): readonly Group[];
  idpUsers?(value: T): readonly IdpUser[];
}

export interface OptionalField<T> extends Field<T> {
  readonly isOptional: true;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

type ValueOf<F> = F extends Field<infer T> ? T : never;
type OptionalNames<Fs> = { [K in keyof Fs]: Fs[K] extends { readonly isOptional: true } ? K : never }[keyof Fs];

/** The type of a rule's findings, from the rule's name and fields. */
export type FindingOf<N extends string, Fs> = FindingBase & { readonly rule: N } & {
  readonly [K in Exclude<keyof Fs, OptionalNames<Fs>>]: ValueOf<Fs[K]>;
} & { readonly [K in OptionalNames<Fs>]?: ValueOf<Fs[K]> };

const about = (text: string | undefined): { about?: string } => (text === undefined ? {} : { about: text });

export const text = (what?: string): Field<string> => ({ shape: { type: 'text', ...about(what) } });
export const date = (what?: string): Field<string> => ({ shape: { type: 'date', ...about(what) } });
export const flag = (what?: string): Field<boolean> => ({ shape: { type: 'flag', ...about(what) } });
export const number = (min: number, what?: string): Field<number> => ({ shape: { type: 'number', min, ...about(what) } });
export const choice = <const T extends string>(of: readonly T[], what?: string): Field<T> => ({ shape: { type: 'choice', of, ...about(what) } });

/** A username or an email, or the key of one. */
export const identityText = (what?: string): Field<string> => ({ ...text(what), redact: (value, redactor) => redactor.identity(value) });
export const identityTexts = (): Field<readonly string[]> => ({
  shape: { type: 'list', of: { type: 'text' } },
  redact: (value, redactor) => value.map(redactor.identity),
});
/** Names of other systems. */
export const systems = (min: number): Field<readonly string[]> => ({
  shape: { type: 'list', of: { type: 'text' }, min },
  redact: (value, redactor) => value.map(redactor.system),
});
export const groupName = (what?: string): Field<string> => ({ ...text(what), redact: (value, redactor) => redactor.groupName(value) });

export const location = (): Field<RecordLocation> => ({ shape: { type: 'location' } });

export const user = (what?: string): Field<User> => ({
  shape: { type: 'user', ...about(what) },
  json: userData,
  redact: (value, redactor) => redactor.user(value),
  users: (value) => [value],
});

/** The JSON fields of a user, for a rule that adds some of its own. */
export const USER_SHAPES = {
  id: { type: 'text' },
  userName: { type: 'text' },
  email: { type: 'text' },
  active: { type: 'flag' },
  authenticationType: { type: 'choice', of: AUTHENTICATION_TYPES },
} as const satisfies Shapes;

/** Users, each with its location. */
export const users = (min: number, what?: string): Field<readonly User[]> => ({
  shape: { type: 'list', of: { type: 'placedUser' }, ...(min > 0 ? { min } : {}), ...about(what) },
  json: (value, locate) => value.map((each) => ({ ...userData(each), location: locate(each) })),
  redact: (value, redactor) => value.map(redactor.user),
  users: (value) => value,
});

const PLACED_GROUP: Shape = { type: 'object', fields: { id: { type: 'text' }, name: { type: 'text' }, location: { type: 'location' } } };

const placedGroup = (group: Group, locate: Locate) => ({ id: group.id, name: group.name, location: locate(group) });

/** A group with its location. */
export const group = (): Field<Group> => ({
  shape: PLACED_GROUP,
  json: placedGroup,
  redact: (value, redactor) => redactor.group(value),
  groups: (value) => [value],
});

/** Groups, each with its location. */
export const groups = (min: number): Field<readonly Group[]> => ({
  shape: { type: 'list', of: PLACED_GROUP, min },
  json: (value, locate) => value.map((each) => placedGroup(each, locate)),
  redact: (value, redactor) => value.map(redactor.group),
  groups: (value) => value,
});

/** Groups, without their locations. */
export const namedGroups = (min: number): Field<readonly Group[]> => ({
  ...groups(min),
  shape: { type: 'list', of: { type: 'group' }, min },
  json: (value) => value.map(({ id, name }) => ({ id, name })),
});

/** Returns the field, whose value may be absent. */
export const optional = <T>(field: Field<T>): OptionalField<T> => ({
  ...field,
  ...(field.shape === undefined ? {} : { shape: { ...field.shape, isOptional: true } }),
  isOptional: true,
});

/** Returns the field, whose value may be null. */
export const nullable = <T>({ shape, json, redact }: Field<T>): Field<T | null> => ({
  ...(shape === undefined ? {} : { shape: { ...shape, isNullable: true } }),
  ...(json === undefined ? {} : { json: (value, locate) => (value === null ? null : json(value, locate)) }),
  ...(redact === undefined ? {} : { redact: (value, redactor) => (value === null ? null : redact(value, redactor)) }),
});

/** Returns the field, which no report shows. Its value is still redacted, and its users and groups still count as subjects. */
export const hidden = <T>({ shape: _, ...field }: Field<T>): Field<T> => field;

/** A value that no report shows and that names nobody. */
export const own = <T>(): Field<T> => ({});
