/** The program that serves the page, if it does: each choice is saved as soon as it is made. */

import type { DeskRow } from './desk.js';

export interface Server {
  /** Saves answers, with those that could not be saved before; `tell` takes how that went. */
  send(rows: readonly DeskRow[], tell: (problem: string | undefined) => void): void;
}

/** Returns the server of an address; undefined if the page is a file. */
export function serverOf(address: string | undefined): Server | undefined {
  if (address === undefined) return undefined;
  /** With the number of its last change, so that what changes while it is being saved stays. */
  const unsaved = new Map<DeskRow, number>();
  let changes = 0;
  let last: Promise<void> = Promise.resolve();
  const save = async (tell: (problem: string | undefined) => void): Promise<void> => {
    const sent = [...unsaved];
    if (sent.length === 0) return;
    const body = JSON.stringify(
      sent.map(([{ fingerprint, subject, id, action, value, reason, owner, expires }]) => ({
        fingerprint,
        subject,
        id,
        action,
        value,
        reason,
        owner,
        expires,
      })),
    );
    try {
      const answer = await fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      if (answer.ok) for (const [row, change] of sent) if (unsaved.get(row) === change) unsaved.delete(row);
      tell(answer.ok ? undefined : `Not saved yet: ${await answer.text()}`);
    } catch {
      tell('Not saved: "scim-audit decide" has ended. Start it again, or save decisions.csv here.');
    }
  };
  return {
    send(rows, tell) {
      changes++;
      for (const row of rows) unsaved.set(row, changes);
      // One after another, so that the last answer is the one that stays.
      last = last.then(() => save(tell));
    },
  };
}
