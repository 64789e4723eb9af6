/** The plan as a file: written so that every byte of it counts. */

import { createHash } from 'node:crypto';
import { TextBytes } from '../collections/text-bytes.js';
import type { Change } from '../model/change.js';
import { type Action, PLAN_KIND, PLAN_VERSION, type PlanBody, type WrittenRow } from './plan.js';

const DIGEST_LINE = /^ {2}"digest": "(sha256:[0-9a-f]{64})?",$/m;

const digestLine = (digest: string): string => `  "digest": "${digest}",`;
const EMPTY_LINE = digestLine('');
/** As long as the line will be. */
const OPEN_LINE = digestLine(' '.repeat('sha256:'.length + 64));

/**
 * A plan on its way into a file: one action a line, the same bytes for the same plan. Its digest stands near the
 * beginning, and is known when the last byte is.
 */
export class PlanSealing {
  readonly #body: PlanBody;
  readonly #sum = createHash('sha256');
  #digest: string | undefined;
  /** Where the digest's line is, in bytes. */
  #at = 0;

  constructor(body: PlanBody) {
    this.#body = body;
  }

  /** Of the plan, once every piece was asked for. */
  get digest(): string {
    this.#digest ??= `sha256:${this.#sum.digest('hex')}`;
    return this.#digest;
  }

  /** What is to be written over the pieces, once all are there. */
  get amendment(): { readonly at: number; readonly bytes: Uint8Array } {
    return { at: this.#at, bytes: Buffer.from(digestLine(this.digest)) };
  }

  /** Yields the plan's bytes with blanks in the place of its digest. A piece is good until the next one is asked for. */
  *pieces(): Iterable<Uint8Array> {
    const head = Buffer.from(`{\n  "schemaVersion": ${PLAN_VERSION},\n  "kind": ${JSON.stringify(PLAN_KIND)},\n`);
    this.#at = head.length;
    this.#sum.update(head).update(EMPTY_LINE);
    yield head;
    yield Buffer.from(OPEN_LINE);
    for (const piece of bodyPieces(this.#body)) {
      this.#sum.update(piece);
      yield piece;
    }
  }
}

function* bodyPieces(body: PlanBody): Iterable<Uint8Array> {
  const block = (value: unknown): string => JSON.stringify(value, undefined, 2).replaceAll('\n', '\n  ');
  const bytes = new TextBytes();
  bytes.text(`\n  "snapshot": ${block(body.snapshot)},\n  "settings": ${block(body.settings)},\n  "actions": `);
  yield* lines(bytes, body.actions, addAction);
  bytes.text(',\n  "open": ');
  yield* lines(bytes, body.open, addText);
  bytes.text(`,\n  "after": ${block(body.after)},\n  "decisions": `);
  yield* lines(bytes, body.decisions, addWrittenRow);
  bytes.text('\n}\n');
  yield bytes.take();
}

function* lines<T>(bytes: TextBytes, values: readonly T[], add: (bytes: TextBytes, value: T) => void): Iterable<Uint8Array> {
  for (let at = 0; at < values.length; at++) {
    bytes.text(at === 0 ? '[\n    ' : ',\n    ');
    add(bytes, values[at]);
    if (bytes.areMany) yield bytes.take();
  }
  bytes.text(values.length === 0 ? '[]' : '\n  ]');
}

function addAction(bytes: TextBytes, { id, change, resolves }: Action): void {
  bytes.text('{"id":');
  bytes.json(id);
  bytes.text(',"change":{"kind":');
  bytes.json(change.kind);
  addChange(bytes, change);
  bytes.text('},"resolves":[');
  for (let at = 0; at < resolves.length; at++) {
    if (at > 0) bytes.text(',');
    bytes.json(resolves[at]);
  }
  bytes.text(']}');
}

function addChange(bytes: TextBytes, change: Change): void {
  if (change.kind === 'replace-user') {
    bytes.text(',"user":');
    bytes.json(change.user);
  } else {
    bytes.text(',"group":');
    bytes.json(change.group);
  }
  if (change.kind === 'remove-member' || change.kind === 'add-member') {
    bytes.text(',"user":');
    bytes.json(change.user);
    return;
  }
  bytes.text(',"attribute":');
  bytes.json(change.attribute);
  bytes.text(',"from":');
  bytes.json(change.from);
  bytes.text(',"to":');
  bytes.json(change.to);
  if (change.kind === 'replace-user' && change.temporary === true) bytes.text(',"temporary":true');
}

function addWrittenRow(bytes: TextBytes, { fingerprint, id, digest, facts }: WrittenRow): void {
  bytes.text('{"fingerprint":');
  bytes.json(fingerprint);
  bytes.text(',"id":');
  bytes.json(id);
  bytes.text(',"digest":');
  bytes.json(digest);
  if (facts !== undefined) bytes.text(`,"facts":${JSON.stringify(facts)}`);
  bytes.text('}');
}

const addText = (bytes: TextBytes, text: string): void => bytes.json(text);

/** Is the digest that a plan's text states the digest of that text. */
export function isDigestTrue(text: string): boolean {
  const line = DIGEST_LINE.exec(text);
  return line?.[1] !== undefined && digestOf(text.replace(line[0], EMPTY_LINE)) === line[1];
}

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
