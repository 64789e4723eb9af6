/**
 * Folders that are whole: a new one is written completely or not at all, and the files of a plan take their places
 * together.
 */

import {
  closeSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { note } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import { fsyncFolder, hasCode } from '../targets/run/files.js';
import type { ProcessInfo } from '../targets/run/stops.js';
import { writeReason } from './refusal.js';
import type { PendingFile } from './whole-file.js';

/** Throws a UserError if a folder is there and holds something. `why` says what is wrong with that. */
export function refuseTaken(folder: string, why: string): void {
  if (!existsSync(folder)) return;
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw new UserError(`${folder} cannot be used: ${writeReason(error)}`, 'Name a folder that does not exist yet.');
  }
  if (names.length > 0) throw new UserError(`The folder ${folder} is not empty.`, `Name one that does not exist yet: ${why}`);
}

/** A folder that is there with all its files, readable by their owner only, or not at all. */
export class NewFolder {
  readonly #target: string;
  readonly #draft: string;
  readonly #files = new Map<string, NewFile>();

  constructor(path: string, pid: number) {
    this.#target = resolve(path);
    this.#draft = join(dirname(this.#target), `.${basename(this.#target)}.${pid}.tmp`);
    this.#do(() => mkdirSync(this.#draft, { mode: 0o700 }));
  }

  get names(): string[] {
    return [...this.#files.keys()].sort();
  }

  file(name: string, headings: readonly string[]): NewFile {
    const file = this.#do(() => new NewFile(join(this.#draft, name)));
    this.#files.set(name, file);
    file.row(headings);
    return file;
  }

  /** Writes a file that is not a table. */
  write(name: string, pieces: Iterable<string>): void {
    const file = this.#do(() => new NewFile(join(this.#draft, name)));
    this.#files.set(name, file);
    for (const piece of pieces) file.add(piece);
  }

  finish(): void {
    for (const file of this.#files.values()) file.close();
    this.#do(() => {
      if (existsSync(this.#target)) rmdirSync(this.#target);
      renameSync(this.#draft, this.#target);
    });
  }

  discard(): void {
    for (const file of this.#files.values()) file.abandon();
    rmSync(this.#draft, { recursive: true, force: true });
  }

  #do<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw new UserError(`The folder ${this.#target} cannot be written: ${writeReason(error)}`, 'Name another one with --out, or free some space.');
    }
  }
}

/** Characters that are held before they are written. */
const BATCH = 1 << 16;

/** A file of text or of rows of CSV; every cell is in quotes, so that none is read otherwise. */
export class NewFile {
  #fd: number | undefined;
  #held = '';

  constructor(readonly path: string) {
    this.#fd = openSync(path, 'wx', 0o600);
  }

  row(cells: readonly string[]): void {
    this.add(`${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\n`);
  }

  add(text: string): void {
    this.#held += text;
    if (this.#held.length > BATCH) this.#flush();
  }

  #flush(): void {
    const bytes = Buffer.from(this.#held, 'utf8');
    this.#held = '';
    try {
      for (let done = 0; this.#fd !== undefined && done < bytes.length; ) done += writeSync(this.#fd, bytes, done);
    } catch (error) {
      throw new UserError(`${this.path} cannot be written: ${writeReason(error)}`, 'Name another folder with --out, or free some space.');
    }
  }

  close(): void {
    this.#flush();
    this.abandon();
  }

  abandon(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}

/** Has the plan before in it while the next one takes its place. Two plans cannot both have it. */
const FORMER = '.former';
/** What is on its way to be that folder, or no longer is. */
const UNUSED = /^\.former\.(\d+)\.(?:new|done)$/;
const OWNER = '.owner';
/** Says that the plan before had no such file. */
const NONE = '.none';

const unwritable = (folder: string, error: unknown): UserError =>
  new UserError(
    `The plan in ${folder} cannot be replaced: ${writeReason(error)}`,
    'It is as it was before. Name another folder with --out, or free some space.',
  );

/** Puts all files of a plan in their places. If one of them cannot be, all are as they were before, and that is thrown as a UserError. */
export async function putTogether(folder: string, files: readonly PendingFile[], pid: number): Promise<void> {
  for (const file of files) await file.ready();
  const former = join(folder, FORMER);
  try {
    keepFormer(folder, former, files, pid);
  } catch (error) {
    if (hasCode(error, 'ENOTEMPTY', 'EEXIST')) {
      throw new UserError(
        `Another plan is being written into ${folder}.`,
        note`Wait until it has finished, then run this again. If it was killed, "scim-audit show ${folder}" repairs the folder.`,
      );
    }
    throw unwritable(folder, error);
  }
  try {
    for (const file of files) file.put();
    fsyncFolder(folder);
    forget(former, pid);
  } catch (error) {
    if (existsSync(former)) putBack(folder, former, pid);
    throw error instanceof UserError ? error : unwritable(folder, error);
  }
}

/** Keeps what is to be replaced. It costs no room where the disk has links. */
function keepFormer(folder: string, former: string, files: readonly PendingFile[], pid: number): void {
  const making = `${former}.${pid}.new`;
  rmSync(making, { recursive: true, force: true });
  try {
    mkdirSync(making, { mode: 0o700 });
    writeFileSync(join(making, OWNER), String(pid), { mode: 0o600 });
    for (const { name } of files) {
      if (existsSync(join(folder, name))) linkOrCopy(join(folder, name), join(making, name));
      else writeFileSync(join(making, `${name}${NONE}`), '', { mode: 0o600 });
    }
    fsyncFolder(making);
    renameSync(making, former);
    fsyncFolder(folder);
  } catch (error) {
    rmSync(making, { recursive: true, force: true });
    throw error;
  }
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!hasCode(error, 'EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK', 'EXDEV')) throw error;
    copyFileSync(from, to);
  }
}

/** Puts the plan before back. It may be ended at any moment and begun again. */
function putBack(folder: string, former: string, pid: number): void {
  for (const name of readdirSync(former)) {
    if (name === OWNER) continue;
    if (name.endsWith(NONE)) rmSync(join(folder, name.slice(0, -NONE.length)), { force: true });
    // Two names of one file are not renamed, and that is right as well.
    else renameSync(join(former, name), join(folder, name));
  }
  fsyncFolder(folder);
  forget(former, pid);
}

/** In one step, so that half of it is never taken for all. */
function forget(former: string, pid: number): void {
  const done = `${former}.${pid}.done`;
  renameSync(former, done);
  rmSync(done, { recursive: true, force: true });
}

/** Puts back the plan of a folder in which another one was taking its place when its process died. Throws a UserError if this user may not. */
export function settlePlanFolder(folder: string, { pid: self, isAlive }: Pick<ProcessInfo, 'pid' | 'isAlive'>): void {
  const names = existsSync(folder) ? readableNames(folder) : [];
  // An earlier process may have had this one's id.
  const isGone = (pid: number): boolean => pid === self || !isAlive(pid);
  try {
    for (const name of names) {
      const pid = UNUSED.exec(name)?.[1];
      if (pid !== undefined && isGone(Number(pid))) rmSync(join(folder, name), { recursive: true, force: true });
    }
    const former = join(folder, FORMER);
    if (names.includes(FORMER) && isGone(Number(readFileSync(join(former, OWNER), 'utf8')))) putBack(folder, former, self);
  } catch (error) {
    throw new UserError(
      `A plan was being written into ${folder} when it was interrupted, and the previous plan cannot be restored: ${writeReason(error)}`,
      note`Give yourself write permission for ${folder} and run this again, or have its owner run "scim-audit show" on it.`,
    );
  }
}

/** A file that is named instead of a folder has no names in it, nor has a folder that may not be read: what opens it says so. */
function readableNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
