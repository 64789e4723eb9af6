/** The texts that a workbook's cells share, kept as bytes in one block, with the end of each. */

import { UserError } from '../../model/user-error.js';
import { asCell, TextRuns } from './cell-text.js';
import { XmlReader } from './xml.js';
import type { Archive } from './zip.js';

const BLOCK_BITS = 22;
const BLOCK = 1 << BLOCK_BITS;
const MOST_XML = 1 << 30;
const MOST_BYTES = 1 << 29;

export class SharedStrings {
  readonly #blocks: Buffer[] = [];
  #ends = new Uint32Array(1 << 10);
  #faults = new Uint8Array(1 << 10);
  #bytes = 0;
  count = 0;

  static of(archive: Archive, part: string): SharedStrings {
    const strings = new SharedStrings();
    const runs = new TextRuns();
    const reader = new XmlReader(
      archive.open(part, MOST_XML),
      {
        open(name, attributes, depth) {
          if (depth === 1) runs.begin();
          else if (depth > 1) runs.open(name, attributes, depth);
        },
        close(depth) {
          if (depth > 1) runs.close(depth);
          else if (depth === 1) strings.#add(runs, archive.file);
        },
        text: (text) => runs.add(text),
      },
      'sst',
    );
    reader.readAll();
    return strings;
  }

  #add(runs: TextRuns, file: string): void {
    runs.end();
    const bytes = Buffer.from(asCell(runs.text), 'utf8');
    if (this.count === this.#ends.length) this.#widen();
    for (let from = 0; from < bytes.length; ) {
      const block = this.#bytes >>> BLOCK_BITS;
      if (block === this.#blocks.length) this.#blocks.push(Buffer.allocUnsafe(BLOCK));
      const copied = bytes.copy(this.#blocks[block], this.#bytes & (BLOCK - 1), from);
      from += copied;
      this.#bytes += copied;
    }
    if (this.#bytes > MOST_BYTES) throw new UserError(`${file} holds more than ${MOST_BYTES >> 20} MiB of text, which is too large.`, 'Export it as CSV.');
    this.#ends[this.count] = this.#bytes;
    this.#faults[this.count] = runs.fault;
    this.count++;
  }

  #widen(): void {
    const ends = new Uint32Array(this.count * 2);
    ends.set(this.#ends);
    this.#ends = ends;
    const faults = new Uint8Array(this.count * 2);
    faults.set(this.#faults);
    this.#faults = faults;
  }

  fault(index: number): number {
    return this.#faults[index];
  }

  length(index: number): number {
    return this.#ends[index] - this.#start(index);
  }

  /** Copies a text, as a cell, into bytes with enough room. */
  copy(index: number, target: Buffer, offset: number): void {
    const end = this.#ends[index];
    let to = offset;
    for (let at = this.#start(index); at < end; ) {
      const inBlock = at & (BLOCK - 1);
      const length = Math.min(end - at, BLOCK - inBlock);
      this.#blocks[at >>> BLOCK_BITS].copy(target, to, inBlock, inBlock + length);
      at += length;
      to += length;
    }
  }

  /** Returns a text as a cell. */
  text(index: number): string {
    const bytes = Buffer.alloc(this.length(index));
    this.copy(index, bytes, 0);
    return bytes.toString('utf8');
  }

  #start(index: number): number {
    return index === 0 ? 0 : this.#ends[index - 1];
  }
}
