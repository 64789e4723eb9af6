/** One change in Jama Connect: read, compare, send, read again. Nothing is sent twice without a look in between. */

import type { Change } from '../../model/finding.js';
import { type Note, note, noteText, quotedWhole } from '../../model/note.js';
import { JamaError } from '../../rest/answers.js';
import { ApplyRefused } from '../run/stops.js';
import { attributeOf, endsOf, MEMBER, NO_MEMBER } from './changes.js';
import type { JamaLive } from './jama-live.js';

/** The value is neither old nor new, or the new one is taken: an undo leaves it alone and goes on. */
export class LeftAsIs extends ApplyRefused {}

export interface Making {
  readonly live: JamaLive;
  sleep(milliseconds: number): Promise<void>;
  /** Is called once Jama Connect may have changed something. */
  mayHaveWritten(): void;
}

export type Made = { readonly isForeign: boolean; readonly answer: string; readonly found: string };

/** Milliseconds before a lost change is looked for, since the server may still be at work. */
const WAITS = [1000, 3000, 8000] as const;

interface Reading {
  readonly value: string;
  readonly description: string;
}

const parts = (text: Note): readonly Exclude<Note, string>[number][] => (typeof text === 'string' ? [text] : text);

/** Returns what a change is about, for a sentence. */
export function changeSubject(change: Change): string {
  if (change.kind === 'replace-user') return `the ${change.attribute === 'userName' ? 'username' : change.attribute} of user ${change.user}`;
  return change.kind === 'replace-group' ? `the name of group ${change.group}` : `the membership of user ${change.user} in group ${change.group}`;
}

async function readNow(live: JamaLive, change: Change): Promise<Reading> {
  const gone = (what: string): LeftAsIs =>
    new LeftAsIs(`${what} does not exist in Jama Connect any more, or is not shown to this account.`, 'Make a new plan from a fresh pull.');
  if (change.kind === 'replace-user') {
    const user = await live.user(change.user);
    if (user === undefined) throw gone(`User ${change.user}`);
    return { value: attributeOf(user, change.attribute), description: '' };
  }
  if (change.kind === 'replace-group') {
    const group = await live.group(change.group);
    if (group === undefined) throw gone(`Group ${change.group}`);
    return { value: group.name, description: group.description };
  }
  const listed = await live.members(change.group);
  return { value: listed.some(({ id }) => id === change.user) ? MEMBER : NO_MEMBER, description: '' };
}

/**
 * Makes a change if its old value is there; returns without a write if the new one is. Throws ApplyRefused if the value is
 * neither, or if Jama Connect refuses or does not do what it says, and a JamaError if it cannot be reached.
 */
export async function makeChange(change: Change, { live, sleep, mayHaveWritten }: Making): Promise<Made> {
  const [from, to] = endsOf(change);
  const subject = changeSubject(change);
  const neither = (value: string): LeftAsIs =>
    new LeftAsIs(
      note`${subject} is ${quotedWhole(value)} now, neither ${quotedWhole(from)} nor ${quotedWhole(to)}: someone else has changed it.`,
      'It was left as it is. Make a new plan from a fresh pull.',
    );
  let lost: Note | undefined;
  for (let attempt = 0; ; attempt++) {
    const { value, description } = await readNow(live, change);
    if (value === to)
      return lost === undefined ? { isForeign: true, answer: 'not sent', found: value } : { isForeign: false, answer: `lost: ${noteText(lost)}`, found: value };
    if (value !== from) throw neither(value);
    if (lost !== undefined && attempt === WAITS.length)
      throw new ApplyRefused(
        note`Jama Connect did not answer when ${subject} was changed, and still has ${quotedWhole(from)}: ${parts(lost)}`,
        'It may still make the change. Wait a few minutes and run the same command again: it reads the value before it goes on.',
      );
    const sent = await live.send(change, description);
    if (sent.kind === 'refused') throw refused(sent, subject, to);
    mayHaveWritten();
    if (sent.kind === 'answered') {
      const after = await readNow(live, change);
      if (after.value === to) return { isForeign: false, answer: String(sent.status), found: after.value };
      if (after.value !== from) throw neither(after.value);
      throw new ApplyRefused(
        note`Jama Connect answered with status ${sent.status} that it changed ${subject}, but did not: it is still ${quotedWhole(from)}.`,
        'Nothing more was tried. The account may lack a right, or the value may be managed elsewhere: make this change in Jama Connect by hand to see what it says.',
      );
    }
    lost = sent.why;
    await sleep(WAITS[Math.min(attempt, WAITS.length - 1)]);
  }
}

interface Refused {
  readonly status: number;
  readonly message: Note;
  readonly hint: Note | undefined;
  readonly isTaken: boolean;
}

function refused({ status, message, hint, isTaken }: Refused, subject: string, to: string): Error {
  if (isTaken)
    return new LeftAsIs(
      note`Jama Connect refuses ${quotedWhole(to)} for ${subject}, since it exists already: ${parts(message)}`,
      'Jama Connect compares names in its own way, so another user or group may have it in another spelling. Search for it in Jama Connect, inactive users included; then plan again from a fresh pull.',
    );
  const text = note`Jama Connect did not change ${subject}: ${parts(message)}`;
  if (status === 0 || status === 401 || status === 403) return new JamaError(status === 403 ? 'forbidden' : 'signed-out', text, hint, status);
  return new ApplyRefused(text, hint ?? 'Make this change in Jama Connect by hand to see what it says.');
}
