/** One run at a time: a file that names its owner. */

import { closeSync, fsyncSync, linkSync, openSync, readdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { hasCode, systemReason } from './files.js';
import type { ProcessInfo } from './process-info.js';
import { ApplyRefused } from './refusal.js';

interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly startedAt: string;
  readonly command: string;
}

export interface Lock {
  release(): void;
}

/** Locks that this process holds: a lock of its own id that is not among them is an earlier process's with the same id. */
const held = new Set<string>();

const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    // Another user's: it is held, and its name is theirs to read.
    if (hasCode(error, 'EACCES', 'EPERM')) return '';
    throw error;
  }
};

function ownerOf(content: string): Owner | undefined {
  try {
    const value: Partial<Owner> | null = JSON.parse(content);
    if (typeof value?.pid !== 'number' || typeof value.host !== 'string') return undefined;
    return { pid: value.pid, host: value.host, startedAt: value.startedAt ?? 'an unknown time', command: value.command ?? 'scim-audit' };
  } catch {
    return undefined;
  }
}

/** Is there a process that may be writing. */
function isLiving(file: string, { pid, host }: Owner, world: ProcessInfo): boolean {
  if (host !== world.host) return true;
  return pid === world.pid ? held.has(file) : world.isAlive(pid);
}

/** Returns the process that holds a lock now; undefined if nobody does, or nobody who can be known. */
export function lockPid(file: string, world: ProcessInfo): number | undefined {
  const owner = ownerOf(read(file) ?? '');
  return owner !== undefined && isLiving(file, owner, world) ? owner.pid : undefined;
}

/** Returns who holds a lock now; undefined where nobody does, or where its owner has died. */
export function lockOwner(file: string, world: ProcessInfo): string | undefined {
  const content = read(file);
  if (content === undefined) return undefined;
  const owner = ownerOf(content);
  if (owner === undefined) return 'somebody who wrote no name into it';
  return isLiving(file, owner, world) ? `${owner.command} (process ${owner.pid} on ${owner.host}, since ${owner.startedAt})` : undefined;
}

/** Throws ApplyRefused where somebody else holds a lock, and says who. */
export function refuseHeld(file: string, world: ProcessInfo): void {
  const holder = lockOwner(file, world);
  if (holder === undefined) return;
  throw new ApplyRefused(
    `Another run holds the lock: ${holder}.`,
    `Nothing was changed. Wait until it has ended. If that process is gone for certain, delete ${file} and run this again.`,
  );
}

/** Takes a lock. Throws ApplyRefused where somebody else holds it, and says who. */
export function takeLock(file: string, command: string, world: ProcessInfo): Lock {
  const owner: Owner = { pid: world.pid, host: world.host, startedAt: world.now().toISOString(), command };
  const content = `${JSON.stringify(owner)}\n`;
  for (let attempt = 0; attempt < 10; attempt++) {
    if (create(file, content, world.pid)) {
      held.add(file);
      clearUnborn(file, world);
      return { release: () => release(file, content) };
    }
    const found = read(file);
    if (found === undefined) continue;
    refuseHeld(file, world);
    takeAway(file, found, world.pid);
  }
  throw new ApplyRefused(`${file} is taken and given up all the time.`, 'Nothing was changed. See which other runs are under way, then run this again.');
}

/**
 * Makes the lock with its owner already in it: written beside and linked into place, so that a process which dies on
 * the way never leaves a lock without a name. Returns false where there is one already.
 */
function create(file: string, content: string, pid: number): boolean {
  const own = `${file}.${pid}${UNBORN}`;
  try {
    try {
      writeWith('w', own, content);
      linkSync(own, file);
    } catch (error) {
      if (!hasCode(error, 'EPERM', 'ENOTSUP', 'ENOSYS')) throw error;
      // A file system without links: the name comes a moment later.
      writeWith('wx', file, content);
    } finally {
      rmSync(own, { force: true });
    }
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw new ApplyRefused(
      `The lock ${basename(file)} cannot be made: ${systemReason(error) ?? String(error)}.`,
      `Nothing was changed. A lock lies beside what is written: make room in ${dirname(file)}, or give yourself write permission there.`,
    );
  }
}

const UNBORN = '.new';

function writeWith(flags: 'w' | 'wx', file: string, content: string): void {
  const fd = openSync(file, flags, 0o600);
  try {
    writeSync(fd, content);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Removes what processes that died while they made this lock have left. */
function clearUnborn(file: string, world: ProcessInfo): void {
  const stem = `${basename(file)}.`;
  for (const name of readdirSync(dirname(file))) {
    if (!name.startsWith(stem) || !name.endsWith(UNBORN)) continue;
    const pid = Number(name.slice(stem.length, -UNBORN.length));
    if (Number.isInteger(pid) && !world.isAlive(pid)) rmSync(join(dirname(file), name), { force: true });
  }
}

/** Removes a dead process's lock. Two that try at once cannot remove one that a third has just made. */
function takeAway(file: string, dead: string, pid: number): void {
  const aside = `${file}.${pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  const taken = readFileSync(aside, 'utf8');
  if (taken === dead) {
    unlinkSync(aside);
    return;
  }
  // It was somebody's after all: given back, unless a third has taken the place already, which then is refused below.
  if (create(file, taken, pid)) unlinkSync(aside);
}

function release(file: string, content: string): void {
  held.delete(file);
  if (read(file) === content) unlinkSync(file);
}
