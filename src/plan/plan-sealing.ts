/** The plan as it is written: one action per line, the same bytes for the same plan. */

import { Sealing } from '../audit/sealed-document.js';
import { TextBytes } from '../collections/text-bytes.js';
import type { Change } from '../model/change.js';
import type { Digests } from '../model/digests.js';
import { type Action, PLAN_FORM, type PlanBody, type WrittenRow } from './plan.js';

/** Returns a plan on its way into a file; it is never one text, which could be too long. */
export const sealPlan = (body: PlanBody, digests: Digests): Sealing => new Sealing(PLAN_FORM, bodyPieces(body), digests);

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
