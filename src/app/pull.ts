/** Reads an organization from Jama Connect's REST API into a folder of CSV files. It only reads there. */

import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type PullManifest, serializePull } from '../audit/pull-manifest.js';
import type { BodyOf } from '../audit/sealed-document.js';
import { UserError } from '../model/user-error.js';
import { listsOf } from '../sources/rest/lists.js';
import type { MembersList, RestOrganization } from '../sources/rest/organization.js';
import { openPullState, PULL_FILE, type PullState, STATE_FOLDER } from '../sources/rest/pull-state.js';
import { hashFile } from '../targets/run/files.js';
import { lockOwner, takeLock } from '../targets/run/lock.js';
import { shellWord } from './command-words.js';
import { type Context, processInfoOf, TOOL } from './context.js';
import { type LivePlace, reachable, readLive } from './jama-connection.js';
import { NODE_DIGESTS } from './node-digests.js';
import { type Evidence, readEvidence } from './pull-proof.js';
import { writeReason } from './refusal.js';
import { NewFolder } from './whole-folder.js';

// The folder that a pull makes: three CSV files, and pull.json, which says what is proved about them.

/** What pull.json holds besides its digest. */
export type PulledBody = BodyOf<PullManifest>;

interface Facts {
  readonly url: string;
  readonly out: string;
  readonly isAllGroups: boolean;
  readonly evidence: Evidence | undefined;
  readonly context: Context;
}

/** Writes the files beside the folder, and puts them there at once. `clear` removes the state from the folder. */
function writePulled(organization: RestOrganization, facts: Facts, clear: () => void): { readonly manifest: PulledBody; readonly names: readonly string[] } {
  const { out, context } = facts;
  const folder = new NewFolder(out, context.process.pid);
  try {
    const files = listsOf(organization).map(({ role, headings, length, rows }) => {
      const file = folder.file(`${role}.csv`, headings);
      for (const row of rows()) file.row(row);
      file.close();
      return { path: `${role}.csv` as const, sha256: hashFile(file.path), rows: length };
    });
    const manifest = manifestOf(organization, facts, files);
    folder.write(PULL_FILE, [serializePull(manifest, NODE_DIGESTS)]);
    clear();
    folder.finish();
    return { manifest, names: folder.names };
  } catch (error) {
    folder.discard();
    throw error;
  }
}

const membersOf = (lists: readonly MembersList[]): number => lists.reduce((sum, { members }) => sum + members.length, 0);

function manifestOf(
  { users, groups, memberLists, inactiveMember }: RestOrganization,
  { url, isAllGroups, evidence, context }: Facts,
  files: PulledBody['files'],
): PulledBody {
  const inactive = new Set(users.flatMap(({ id, active }) => (active ? [] : [id])));
  return {
    tool: { name: TOOL.name, version: TOOL.version },
    url,
    time: context.now().toISOString(),
    membersOf: isAllGroups ? 'all' : 'organization',
    users: { total: users.length, inactive: inactive.size },
    groups: { total: groups.length, organization: groups.filter(({ project }) => project === '').length },
    memberships: membersOf(memberLists),
    inactiveMembers:
      inactiveMember !== undefined
        ? { by: 'member', ...inactiveMember }
        : inactive.size === 0
          ? { by: 'no-inactive-users' }
          : (evidence?.proofFor(inactive) ?? null),
    files,
  };
}

export interface PullRequest extends LivePlace {
  /** The folder, which must not exist yet or be empty. */
  readonly out: string;
  /** Members of project groups too. */
  readonly allGroups?: boolean;
  /** An earlier pull.json, or the folder of a live run. */
  readonly proof?: string;
}

export interface Pulled {
  readonly manifest: PulledBody;
  readonly names: readonly string[];
  /** Calls that this process sent. */
  readonly calls: number;
  readonly checkCommand: string;
}

const INTERRUPTED = {
  what: 'the pull',
  hint: 'Run the same command within 30 minutes, and it goes on; what it has so far is in the folder.',
} as const;

/** Writes the folder, whole or not at all. Credentials come from the environment. Throws a UserError if there is no answer. */
export async function pull(request: PullRequest, context: Context): Promise<Pulled> {
  const { out } = request;
  const { url, connect } = reachable(request, context);
  const evidence = request.proof === undefined ? undefined : readEvidence(request.proof, url);
  const isNew = makeFolder(out);
  const world = processInfoOf(context);
  const lockFile = join(out, STATE_FOLDER, 'lock');
  const holder = lockOwner(lockFile, world);
  if (holder !== undefined) throw new UserError(`Another pull into ${out} is under way: ${holder}.`, 'Wait until it has ended, or name another folder.');
  const lock = takeLock(lockFile, 'scim-audit pull', world);
  let state: PullState | undefined;
  let hasPages = false;
  try {
    const identity = { url, isAllGroups: request.allGroups === true, version: TOOL.version };
    const opened = openPullState(out, identity, context.now);
    state = opened;
    hasPages = opened.kept.length > 0;
    tellState(opened, out, context);
    const watched: PullState = {
      ...opened,
      add(page) {
        opened.add(page);
        hasPages = true;
      },
    };
    return await connect(async (jama) => {
      const organization = await readLive(jama, { isAllGroups: identity.isAllGroups, evidence, state: watched, interrupted: INTERRUPTED }, context);
      const written = writePulled(organization, { url, out, isAllGroups: identity.isAllGroups, evidence, context }, () => {
        lock.release();
        opened.remove();
      });
      return { ...written, calls: jama.calls, checkCommand: `scim-audit check ${shellWord(out, context.process.shell)} --auth-mode MODE` };
    });
  } catch (error) {
    lock.release();
    // A folder in which nothing is would only be in the way.
    if (!hasPages) {
      state?.remove();
      if (isNew && existsSync(out) && readdirSync(out).length === 0) rmdirSync(out);
    }
    throw error;
  }
}

/** Makes the folder of the result with that of the state. Returns whether it is new. Throws a UserError if it is taken. */
function makeFolder(out: string): boolean {
  try {
    const isNew = !existsSync(out);
    if (!isNew) {
      if (!statSync(out).isDirectory()) throw new UserError(`${out} is not a folder.`, 'Name a folder that does not exist yet with --out.');
      const others = readdirSync(out).filter((name) => name !== STATE_FOLDER);
      if (others.length > 0)
        throw new UserError(`The folder ${out} is not empty.`, 'Name one that does not exist yet with --out: each pull has a folder of its own.');
    } else mkdirSync(out, { mode: 0o700 });
    mkdirSync(join(out, STATE_FOLDER), { recursive: true, mode: 0o700 });
    return isNew;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`The folder ${resolve(out)} cannot be written: ${writeReason(error)}`, 'Name another one with --out, or make room.');
  }
}

const DROPPED: Readonly<Record<NonNullable<PullState['dropped']>, string>> = {
  old: 'is older than 30 minutes',
  other: 'is of another address, of other groups, or of another version',
  damaged: 'is damaged',
};

function tellState({ dropped, kept }: PullState, out: string, { warn }: Context): void {
  if (dropped !== undefined) warn(`What an interrupted pull left in ${out} ${DROPPED[dropped]}: everything is read anew.`);
  else if (kept.length > 0) warn(`An earlier pull into ${out} was interrupted: ${kept.length} of its pages are used, and the rest is read.`);
}
