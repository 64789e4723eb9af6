/** One run at a time: a file that names its owner. */

import { closeSync, fsyncSync, linkSync, openSync, readdirSync, readFileSync, renameSync, rmSync, unlinkSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { hasCode, systemReason } from './files.js';
import { ApplyRefused, type ProcessInfo } from './stops.js';

interface Owner {
  readonly pid: number;
  readonly host: string;
  readonly startedAt: string;
  readonly command: string;
}

export interface Lock {
  release(): void;
}

/** Locks that this process holds. A lock with its process id that is not among them belongs to an earlier process that had the same id. */
const held = new Set<string>();

const read = (file: string): string | undefined => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    // An unreadable lock is another user's: it is held, and its contents are private.
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

/** Returns the process that holds a lock; undefined if there is none, or if it cannot be determined. */
export function lockPid(file: string, world: ProcessInfo): number | undefined {
  const owner = ownerOf(read(file) ?? '');
  return owner !== undefined && isLiving(file, owner, world) ? owner.pid : undefined;
}

/** Returns a description of the process that holds a lock; undefined if there is none or it has died. */
export function lockOwner(file: string, world: ProcessInfo): string | undefined {
  const content = read(file);
  if (content === undefined) return undefined;
  const owner = ownerOf(content);
  if (owner === undefined) return 'an unknown process (the lock file is empty or unreadable)';
  return isLiving(file, owner, world) ? `${owner.command} (process ${owner.pid} on ${owner.host}, since ${owner.startedAt})` : undefined;
}

/** Throws ApplyRefused, naming the holder, if another process holds a lock. */
export function refuseHeld(file: string, world: ProcessInfo): void {
  const holder = lockOwner(file, world);
  if (holder === undefined) return;
  throw new ApplyRefused(
    `Another run holds the lock: ${holder}.`,
    `Nothing was changed. Wait until it has finished. If you are certain that the process no longer exists, delete ${file} and run this command again.`,
  );
}

/** Takes a lock. Throws ApplyRefused, naming the holder, if another process holds it. */
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
    removeDeadLock(file, found, world.pid);
  }
  throw new ApplyRefused(
    `${file} keeps being locked and released by other runs.`,
    'Nothing was changed. Wait until the other runs have finished, then run this command again.',
  );
}

/**
 * Creates the lock with its owner already in it: written to a temporary file and hard-linked, so that a process that dies
 * halfway never leaves a lock without an owner. Returns false if the lock exists already.
 */
function create(file: string, content: string, pid: number): boolean {
  const own = `${file}.${pid}${UNBORN}`;
  try {
    try {
      writeWith('w', own, content);
      linkSync(own, file);
    } catch (error) {
      if (!hasCode(error, 'EPERM', 'ENOTSUP', 'ENOSYS')) throw error;
      // File systems without hard links (FAT, some network shares): the owner is written a moment later.
      writeWith('wx', file, content);
    } finally {
      rmSync(own, { force: true });
    }
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw new ApplyRefused(
      `The lock ${basename(file)} cannot be created: ${systemReason(error) ?? String(error)}.`,
      `Nothing was changed. The lock file must be in the same folder as the data: free some space in ${dirname(file)}, or give yourself write permission there.`,
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

/** Removes temporary files of processes that died while they created this lock. */
function clearUnborn(file: string, world: ProcessInfo): void {
  const stem = `${basename(file)}.`;
  for (const name of readdirSync(dirname(file))) {
    if (!name.startsWith(stem) || !name.endsWith(UNBORN)) continue;
    const pid = Number(name.slice(stem.length, -UNBORN.length));
    if (Number.isInteger(pid) && !world.isAlive(pid)) rmSync(join(dirname(file), name), { force: true });
  }
}

/** Removes a dead process's lock. Safe if two processes try at once: neither can remove a lock that a third has just created. */
function removeDeadLock(file: string, dead: string, pid: number): void {
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
  // The lock turned out to be alive: it is put back, unless a third process has taken the lock already, which then is refused below.
  if (create(file, taken, pid)) unlinkSync(aside);
}

function release(file: string, content: string): void {
  held.delete(file);
  if (read(file) === content) unlinkSync(file);
}
