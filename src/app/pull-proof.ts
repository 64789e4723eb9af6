/** What proves to a pull that members lists hold inactive users, if the lists themselves do not show it. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type PullManifest, parsePull } from '../audit/pull-manifest.js';
import { jsonOf } from '../audit/sealed-document.js';
import { note, quoted } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import { markedText } from '../model/written-text.js';
import { JOURNAL } from '../targets/run/run-folder.js';
import { NODE_DIGESTS } from './node-digests.js';
import { writeReason } from './refusal.js';

export type Proof = NonNullable<PullManifest['inactiveMembers']>;

/** Returns the text of a pull.json. Throws a UserError if it cannot be read. */
export const readPull = (file: string): PullManifest => parsePull(textOf(file), file, NODE_DIGESTS);

/** Returns a file's text; empty if its bytes are none. Throws a UserError if it cannot be read. */
function textOf(file: string): string {
  try {
    return markedText(readFileSync(file)) ?? '';
  } catch (error) {
    throw new UserError(`${file} cannot be read: ${writeReason(error)}`, 'Check the path and its permissions.');
  }
}

/** Something that proves it, if one of those users is inactive. */
export interface Evidence {
  proofFor(inactive: ReadonlySet<string>): Proof | undefined;
}

/** Returns what an earlier pull.json or the journal of a live run proves; a folder stands for the one in it. Throws a UserError if it proves nothing. */
export function readEvidence(given: string, url: string): Evidence {
  const isFolder = existsSync(given) && statSync(given).isDirectory();
  const journal = isFolder ? join(given, JOURNAL) : given;
  if (isFolder ? existsSync(journal) : basename(given) === JOURNAL) return evidenceOfRun(journal, url);
  const file = isFolder ? join(given, 'pull.json') : given;
  const { url: other, inactiveMembers, digest } = readPull(file);
  refuseOther(file, other, url);
  if (inactiveMembers === null || inactiveMembers.by === 'no-inactive-users') throw provesNothing(file);
  return { proofFor: () => ({ by: 'earlier-pull', digest }) };
}

function refuseOther(file: string, other: string, url: string): void {
  if (other !== url)
    throw new UserError(note`${file} is of another address: ${quoted(other)}, not ${quoted(url)}.`, 'Give --proof what was made at the same address.');
}

const provesNothing = (file: string): UserError =>
  new UserError(
    `${file} does not prove that members lists hold inactive users.`,
    'Give --proof a pull.json in which "inactiveMembers" names a member, or the folder of a live run that removed an inactive user from a group; or leave --proof out.',
  );

/** What is read of a line of a journal. */
interface JournalLine {
  readonly type?: unknown;
  readonly mode?: unknown;
  readonly url?: unknown;
  readonly run?: unknown;
  readonly id?: unknown;
  readonly outcome?: unknown;
  readonly change?: { readonly kind?: unknown; readonly group?: unknown; readonly user?: unknown; readonly attribute?: unknown };
}

/** A live run reads that a user is in a members list before it removes the user. */
function evidenceOfRun(file: string, url: string): Evidence {
  const lines = textOf(file)
    .split('\n')
    .flatMap((line): JournalLine[] => {
      const value = jsonOf(line);
      return typeof value === 'object' && value !== null ? [value] : [];
    });
  const run = lines.find(({ type }) => type === 'run');
  if (run?.mode !== 'live' || typeof run.url !== 'string' || typeof run.run !== 'string') throw provesNothing(file);
  refuseOther(file, run.url, url);
  const done = new Set(lines.flatMap(({ type, outcome, id }) => (type === 'outcome' && outcome === 'done' ? [id] : [])));
  const intents = lines.filter(({ type, id }) => type === 'intent' && done.has(id));
  // Those whose status the run changed may have been active when they were removed.
  const switched = new Set(intents.flatMap(({ change }) => (change?.attribute === 'active' ? [change.user] : [])));
  const removed = intents.flatMap(({ change }) =>
    change?.kind === 'remove-member' && typeof change.group === 'string' && typeof change.user === 'string' && !switched.has(change.user)
      ? [{ group: change.group, user: change.user }]
      : [],
  );
  if (removed.length === 0) throw provesNothing(file);
  const name = run.run;
  return {
    proofFor(inactive) {
      const found = removed.find(({ user }) => inactive.has(user));
      return found === undefined ? undefined : { by: 'run', run: name, ...found };
    },
  };
}
