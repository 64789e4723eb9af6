/** File operations that are complete and synced to disk before anything relies on them. */

import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  chownSync,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../model/user-error.js';
import { reasonOf } from '../../sources/csv/file-stream.js';
import { ApplyRefused } from './stops.js';

const STRETCH = 1 << 20;

/** Returns the hex digest of a file's bytes. Throws a UserError if it cannot be read. */
export function hashFile(file: string): string {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(STRETCH);
  try {
    const fd = openSync(file, 'r');
    try {
      for (;;) {
        const length = readSync(fd, buffer, 0, STRETCH, null);
        if (length === 0) return hash.digest('hex');
        hash.update(buffer.subarray(0, length));
      }
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw new UserError(`${file}: ${reasonOf(error)}`, 'Check the path and its permissions.');
  }
}

/** Makes sure that names created or changed in a folder survive a power failure. */
export function fsyncFolder(folder: string): void {
  let fd: number;
  try {
    fd = openSync(folder, 'r');
  } catch {
    // Windows does not open folders; its file systems persist names by themselves.
    return;
  }
  try {
    fsyncSync(fd);
  } catch (error) {
    if (!hasCode(error, 'EINVAL', 'EPERM', 'EISDIR', 'EBADF', 'ENOTSUP')) throw error;
  } finally {
    closeSync(fd);
  }
}

export function fsyncFile(file: string): void {
  const fd = openSync(file, 'r+');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Copies a file to a name that does not exist yet, and syncs it. */
export function copyDurably(from: string, to: string, mode: number): void {
  // On file systems that share blocks (reflinks), a copy costs nothing until one side changes.
  copyFileSync(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  chmodSync(to, mode | 0o600);
  fsyncFile(to);
  if ((mode & 0o600) !== 0o600) chmodSync(to, mode);
  fsyncFolder(dirname(to));
}

/** Renames a finished file to a path, replacing the file there if any. `onReplaced` is called at once: from then on the target counts as written, whatever fails later. */
export function replaceDurably(from: string, to: string, onReplaced: () => void): void {
  if (existsSync(to)) keepOwner(from, to);
  renameSync(from, to);
  onReplaced();
  fsyncFolder(dirname(to));
}

/** Gives a file the owner of the one that it replaces. Only root can do that; for any other user both are the user's own, or the owner stays. */
function keepOwner(from: string, to: string): void {
  const [own, wanted] = [statSync(from), statSync(to)];
  if (own.uid === wanted.uid && own.gid === wanted.gid) return;
  try {
    chownSync(from, wanted.uid, wanted.gid);
  } catch (error) {
    if (!hasCode(error, 'EPERM', 'ENOTSUP', 'EINVAL')) throw error;
  }
}

export const modeOf = (file: string): number => statSync(file).mode & 0o7777;

export const removeIfThere = (path: string): void => rmSync(path, { recursive: true, force: true });

/** Returns the name of the temporary file that a run prepares beside a target. */
export const temporaryPath = (target: string, run: string): string => join(dirname(target), `.${basename(target)}.${run}.tmp`);

export const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'no permission to write',
  EPERM: 'no permission to write',
  EROFS: 'the disk is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ENOENT: 'it no longer exists',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EMFILE: 'too many files are open',
  EIO: 'the disk reports an error',
  SQLITE_FULL: 'the disk is full',
};

/** Returns why the system refused, for a message that already names the path. */
const reasonAlone = (error: unknown): string =>
  (error instanceof Error && 'code' in error && typeof error.code === 'string' ? REASONS[error.code] : undefined) ?? String(error);

/** Returns why the system refused, in plain words; undefined if the error is not a system error. */
export function systemReason(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  if (!/^(?:E[A-Z]|SQLITE_)/.test(error.code)) return undefined;
  const path = 'path' in error && typeof error.path === 'string' ? `${error.path}: ` : '';
  return `${path}${REASONS[error.code] ?? error.message}`;
}

/** Throws ApplyRefused if a file, or the folder in which it would be replaced, is not writable. */
export function refuseUnwritable(file: string): void {
  for (const path of [file, dirname(file)]) refuseWithoutPermission(path, 'Give yourself write permission, or write a corrected copy with --out PATH.');
}

/** Throws ApplyRefused if the user may not list a folder or see it at all: unreadable is not the same as missing. */
export function refuseUnreadable(folder: string): void {
  try {
    readdirSync(folder);
  } catch (error) {
    if (!hasCode(error, 'EACCES', 'EPERM')) return;
    throw withoutReading(folder, 'the plan and its runs', 'for the folder and what is in it');
  }
}

/** Returns the refusal of a path that this user may not read. Its owner cannot always be determined. */
export const withoutReading = (path: string, made: string, what = 'for it'): ApplyRefused =>
  new ApplyRefused(
    `${path} cannot be read: you have no permission, and it may belong to another user.`,
    `Nothing was changed. Run this as the user who made ${made}, or have them give you read permission ${what}.`,
  );

/** Throws ApplyRefused if a file or folder is not writable. */
export function refuseWithoutPermission(path: string, advice: string): void {
  try {
    accessSync(path, constants.W_OK);
  } catch (error) {
    throw new ApplyRefused(`${path} cannot be written to: ${reasonAlone(error)}.`, `Nothing was changed. ${advice}`);
  }
}

/** Returns a stamp that shows whether a file was written to: its identity, length, and time of the last write. */
export function fileState(file: string): string {
  if (!existsSync(file)) return 'gone';
  const { ino, size, mtimeNs } = statSync(file, { bigint: true });
  return `${ino}/${size}/${mtimeNs}`;
}

/** Is an empty folder, such as a person may create for a copy. */
export function isEmptyFolder(path: string): boolean {
  return statSync(path).isDirectory() && readdirSync(path).length === 0;
}
