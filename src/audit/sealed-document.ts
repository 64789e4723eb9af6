/** Sealed documents: JSON whose fourth line has the digest of the file's bytes, with that value left empty. */

import { z } from 'zod';
import type { Digesting, Digests } from '../model/digests.js';
import { UserError } from '../model/user-error.js';

// Documents of an earlier version: refused, with the options to make them again.

const text = z.string();
const texts = z.array(text).catch([]);
const map = z.record(text, text).catch({});

/** Settings in plans and certificates of version 1; missing or invalid ones are left out. */
const formerSettings = z.object({
  authMode: text.optional().catch(undefined),
  syncGroups: texts,
  failOn: text.optional().catch(undefined),
  skipRules: texts,
  leaveOutUsers: texts,
  authTypeMap: map,
  columns: z.record(text, map).catch({}),
  tables: map,
  delimiter: text.optional().catch(undefined),
  encoding: text.optional().catch(undefined),
  assumeActive: z.boolean().catch(false),
  idp: z
    .object({ provider: text, inputs: z.array(z.object({ path: text, role: text })) })
    .optional()
    .catch(undefined),
});

/** The default. */
const USUAL_FAIL_ON = 'error';

/** Returns the options that a document was made with, as words of a command. */
function optionsOf(value: unknown): string[] {
  const settings = formerSettings.safeParse(value).data;
  if (settings === undefined) return [];
  const { authMode, failOn, delimiter, encoding, columns, idp } = settings;
  const one = (flag: string, word: string | undefined): string[] => (word === undefined ? [] : [flag, word]);
  const each = (flag: string, words: readonly string[]): string[] => words.flatMap((word) => [flag, word]);
  const pairs = (flag: string, named: Readonly<Record<string, string>>): string[] => Object.entries(named).flatMap(([name, word]) => [flag, `${name}=${word}`]);
  return [
    ...one('--auth-mode', authMode),
    ...each('--sync-group', settings.syncGroups),
    ...one('--fail-on', failOn === USUAL_FAIL_ON ? undefined : failOn),
    ...each('--skip-rule', settings.skipRules),
    ...each('--leave-out-user', settings.leaveOutUsers),
    ...Object.entries(columns).flatMap(([role, named]) =>
      pairs('--column', Object.fromEntries(Object.entries(named).map(([column, heading]) => [`${role}.${column}`, heading]))),
    ),
    ...pairs('--table', settings.tables),
    ...pairs('--auth-type-map', settings.authTypeMap),
    ...one('--delimiter', delimiter === '\t' ? 'tab' : delimiter),
    ...one('--encoding', encoding),
    ...(settings.assumeActive ? ['--assume-active'] : []),
    ...(idp === undefined ? [] : ['--idp', idp.provider, ...idp.inputs.flatMap(({ role, path }) => [`--${role}`, path])]),
  ];
}

export const formerVersionText = (file: string): string => `${file} was made by version 1 of scim-audit, which compared names in another way.`;

/** A document that this version refuses, because names are compared differently since it was made. */
export class FormerVersion extends UserError {
  override readonly name = 'FormerVersion';
  /** Options that give the settings with which it was made. */
  readonly options: readonly string[];

  constructor(file: string, settings: unknown) {
    super(formerVersionText(file), 'Make it again with this version.');
    this.options = optionsOf(settings);
  }
}

/** A kind of sealed document. */
export interface DocumentForm<S extends z.ZodType = z.ZodType> {
  readonly kind: string;
  readonly version: number;
  readonly schema: S;
  /** Its name in messages. */
  readonly name: string;
  /** What to do if one cannot be used. */
  readonly again: string;
}

/** The contents of a document as read; read-only. */
type Immutable<T> = T extends readonly (infer E)[] ? readonly Immutable<E>[] : T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T;

export type DocumentOf<S extends z.ZodType> = Immutable<z.output<S>>;

/** The contents without kind, version and digest. */
export type BodyOf<D> = Omit<D, 'schemaVersion' | 'kind' | 'digest'>;

const DIGEST_LINE = /^ {2}"digest": "((hmac-)?sha256:[0-9a-f]{64})",$/m;

const digestLine = (digest: string): string => `  "digest": "${digest}",`;
const EMPTY_LINE = digestLine('');

const headOf = ({ kind, version }: DocumentForm): string => `{\n  "schemaVersion": ${version},\n  "kind": ${JSON.stringify(kind)},\n`;

const nameOf = (key: string | undefined): string => (key === undefined ? 'sha256:' : 'hmac-sha256:');

/**
 * A document as it is written to a file. Its digest is near the beginning but is known only after the last byte, so it is
 * written over blanks at the end.
 */
export class Sealing {
  readonly #head: Uint8Array;
  readonly #body: Iterable<Uint8Array>;
  readonly #sum: Digesting;
  readonly #key: string | undefined;
  #digest: string | undefined;

  /** `body` is the JSON after the line of the digest, from its line end on. With a key, only those who have it can make the digest. */
  constructor(form: DocumentForm, body: Iterable<Uint8Array>, digests: Digests, key?: string) {
    this.#head = new TextEncoder().encode(headOf(form));
    this.#body = body;
    this.#sum = digests.begin(key);
    this.#key = key;
  }

  /** The digest, once every piece was taken. */
  get digest(): string {
    this.#digest ??= `${nameOf(this.#key)}${this.#sum.end()}`;
    return this.#digest;
  }

  /** What to write over the pieces once all are written. */
  get amendment(): { readonly at: number; readonly bytes: Uint8Array } {
    return { at: this.#head.length, bytes: new TextEncoder().encode(digestLine(this.digest)) };
  }

  /** Yields the bytes, with blanks in place of the digest. A piece is valid until the next one is taken. */
  *pieces(): Iterable<Uint8Array> {
    this.#sum.add(this.#head);
    this.#sum.add(EMPTY_LINE);
    yield this.#head;
    yield new TextEncoder().encode(digestLine(' '.repeat(nameOf(this.#key).length + 64)));
    for (const piece of this.#body) {
      this.#sum.add(piece);
      yield piece;
    }
  }
}

/** Returns a sealed document as one text. `body` is as Sealing takes it. */
export function sealText(form: DocumentForm, body: string, digests: Digests, key?: string): string {
  const head = headOf(form);
  return `${head}${digestLine(digestOf([head, EMPTY_LINE, body], digests, key))}${body}`;
}

function digestOf(parts: readonly string[], digests: Digests, key: string | undefined): string {
  const sum = digests.begin(key);
  for (const part of parts) sum.add(part);
  return `${nameOf(key)}${sum.end()}`;
}

/** The result of checking a document's digest. */
export type Seal =
  /** The digest fits. Anyone can make a plain one; only those who have the key can make a keyed one. */
  | 'whole'
  | 'altered'
  /** There is a key, but the document was made without one. */
  | 'unkeyed'
  /** It was made with a key, but there is none. */
  | 'key-missing';

/** Returns whether a document's text is as it was written. */
export function checkSeal(text: string, digests: Digests, key?: string): Seal {
  const line = DIGEST_LINE.exec(text);
  if (line === null) return 'altered';
  const isKeyed = line[2] !== undefined;
  if (isKeyed && key === undefined) return 'key-missing';
  const parts = [text.slice(0, line.index), EMPTY_LINE, text.slice(line.index + line[0].length)];
  if (!isSame(digestOf(parts, digests, isKeyed ? key : undefined), line[1])) return 'altered';
  return !isKeyed && key !== undefined ? 'unkeyed' : 'whole';
}

/**
 * Returns whether bytes are a document as it is written without a key, unaltered. They may be one even if not, as after an
 * editor saved them with a mark: `checkSeal` finds that out, but needs all of them as a text.
 */
export function isSealed(bytes: Uint8Array, form: DocumentForm, digests: Digests): boolean {
  const head = new TextEncoder().encode(headOf(form));
  if (head.some((byte, at) => byte !== bytes[at])) return false;
  const line = bytes.subarray(head.length, head.length + digestLine(`${nameOf(undefined)}${' '.repeat(64)}`).length);
  const sum = digests.begin();
  sum.add(head);
  sum.add(EMPTY_LINE);
  sum.add(bytes.subarray(head.length + line.length));
  return isSame(new TextDecoder().decode(line), digestLine(`${nameOf(undefined)}${sum.end()}`));
}

/** Compares in constant time, so that the duration reveals nothing about the right digest. */
function isSame(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}

/** Returns what a text holds as JSON; undefined if it is not JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Returns a member of a value if it is an object. */
export const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined;

/** Throws FormerVersion, or a UserError, if a document is of another version. */
export function refuseOtherVersion(value: unknown, { version, name }: DocumentForm, file: string): void {
  const stated = memberOf(value, 'schemaVersion');
  if (typeof stated !== 'number' || stated === version) return;
  if (stated < version) throw new FormerVersion(file, memberOf(value, 'settings'));
  throw new UserError(`${file} has schemaVersion ${stated}; this program reads ${version}.`, `Update scim-audit, or make the ${name} again with this version.`);
}

/** Returns the document that was read. Throws a UserError if it has another form. */
export function understood<S extends z.ZodType>(value: unknown, { schema, name, again }: DocumentForm<S>, file: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new UserError(
    `${file} is not a ${name} that this program understands.`,
    again,
    result.error.issues.slice(0, 20).map((issue) => `${issue.path.join('.')}: ${issue.message}`),
  );
}
