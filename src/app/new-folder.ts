/** A new folder of files that is written as a whole or not at all. */

import { closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../model/user-error.js';
import { writeReason } from './write-reason.js';

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
