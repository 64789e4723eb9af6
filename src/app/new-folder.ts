/** A new folder of CSV files that is written as a whole or not at all. */

import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../model/user-error.js';
import { writeReason } from './write-reason.js';

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

/** A CSV file; every cell is in quotes, so that none is read otherwise. */
export class NewFile {
  #fd: number | undefined;
  #held = '';

  constructor(readonly path: string) {
    this.#fd = openSync(path, 'wx', 0o600);
  }

  row(cells: readonly string[]): void {
    this.#held += `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\n`;
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
