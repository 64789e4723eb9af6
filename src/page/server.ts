/** The program that serves the page, if it does: each choice is saved as soon as it is made. */

import type { DeskRow } from './desk.js';

export interface Server {
  /** Saves answers; `fail` takes what went wrong. */
  send(rows: readonly DeskRow[], fail: (text: string) => void): void;
}

/** Returns the server of an address; undefined if the page is a file. */
export function serverOf(address: string | undefined): Server | undefined {
  if (address === undefined) return undefined;
  let last: Promise<void> = Promise.resolve();
  return {
    send(rows, fail) {
      const body = JSON.stringify(
        rows.map(({ row, fingerprint, subject, id, action, value, reason, owner, expires }) => ({
          row,
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
      // One after another, so that the last answer is the one that stays.
      last = last.then(async () => {
        try {
          const answer = await fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
          if (!answer.ok) fail(`Not saved: ${await answer.text()}`);
        } catch {
          fail('Not saved: "scim-audit decide" has ended. Start it again, or save decisions.csv.');
        }
      });
    },
  };
}
