/** The parts of a ZIP archive: its directory is at the end, and each part is unpacked as a stream. */

import { Inflate } from 'fflate';
import { UserError } from '../../model/user-error.js';

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const IN_EXTRA = 0xffffffff;
const MOST_PARTS = 10_000;
/** Highest compression ratio of a workbook's part; only repetitive data (a zip bomb) exceed it. */
const MOST_RATIO = 200;
/** Size up to which a part is unpacked whatever its ratio is. */
const HARMLESS = 1 << 26;
/** Packed bytes per step: they may unpack to a thousand times as many. */
const PACKED = 1 << 13;
/** Unpacked bytes per step. */
const SLICE = 1 << 16;

export interface Part {
  readonly name: string;
  readonly method: number;
  readonly packed: number;
  readonly size: number;
  readonly crc: number;
  readonly offset: number;
  readonly isLocked: boolean;
}

export class Archive {
  /** By name in lower case, because names of a workbook's parts ignore case. */
  readonly #parts = new Map<string, Part>();

  constructor(
    readonly file: string,
    readonly bytes: Buffer,
  ) {
    const { count, offset } = this.#end();
    let at = offset;
    for (let number = 0; number < count; number++) at = this.#add(at);
  }

  get names(): readonly string[] {
    return [...this.#parts.keys()];
  }

  has(name: string): boolean {
    return this.#parts.has(nameOf(name));
  }

  /** Opens a part that has at most `most` bytes. */
  open(name: string, most: number): PartStream {
    const part = this.#parts.get(nameOf(name));
    if (part === undefined) throw this.broken(`it lacks its part ${name}`);
    if (part.isLocked) throw new UserError(`${this.file} is protected by a password, so nothing in it can be read.`, 'Save it without a password.');
    if (part.method !== 0 && part.method !== 8) throw this.broken(`its part ${name} is compressed with an unsupported method (method ${part.method})`);
    if (part.size > most) {
      throw new UserError(
        `${this.file}: ${name} unpacks to ${mebi(part.size)} MiB, but at most ${mebi(most)} MiB are supported.`,
        'Export it as CSV, or in several files.',
      );
    }
    if (part.size > HARMLESS && part.size > part.packed * MOST_RATIO) {
      throw new UserError(
        `${this.file}: ${name} has ${mebi(part.packed)} MiB and unpacks to ${mebi(part.size)} MiB, which no export does, so it is refused.`,
        'Export it again, or as CSV.',
      );
    }
    return new PartStream(this, part, this.#packedOf(part));
  }

  broken(why: string): UserError {
    return new UserError(`${this.file} is not a valid workbook: ${why}.`, 'Copy it or export it again; if it opens in Excel, save it there again.');
  }

  #end(): { readonly count: number; readonly offset: number } {
    const { bytes } = this;
    // A comment of at most 65,535 bytes may follow the end record.
    let at = bytes.length - 22;
    const last = Math.max(0, at - 0xffff);
    while (at >= last && !(bytes.readUInt32LE(at) === END && at + 22 + bytes.readUInt16LE(at + 20) === bytes.length)) at--;
    if (at < last || at < 0) throw this.broken('its end is missing');
    const plain = { count: bytes.readUInt16LE(at + 10), offset: bytes.readUInt32LE(at + 16) };
    const far = at >= 20 && bytes.readUInt32LE(at - 20) === LOCATOR_64 ? this.#number(at - 12) : undefined;
    if (far !== undefined && (far + 56 > bytes.length || bytes.readUInt32LE(far) !== END_64)) throw this.broken('its directory is broken');
    const { count, offset } = far === undefined ? plain : { count: this.#number(far + 32), offset: this.#number(far + 48) };
    if (count > MOST_PARTS) throw this.broken(`it has ${count.toLocaleString('en-US')} parts`);
    return { count, offset };
  }

  /** Returns the 64-bit number at an offset. Throws if it is not an offset in this file. */
  #number(at: number): number {
    if (at < 0 || at + 8 > this.bytes.length) throw this.broken('its directory is broken');
    return Number(this.bytes.readBigUInt64LE(at));
  }

  /** Adds the part whose directory entry is at an offset; returns the offset of the next one. */
  #add(at: number): number {
    const { bytes } = this;
    if (at < 0 || at + 46 > bytes.length || bytes.readUInt32LE(at) !== CENTRAL) throw this.broken('its directory is broken');
    const nameEnd = at + 46 + bytes.readUInt16LE(at + 28);
    const extraEnd = nameEnd + bytes.readUInt16LE(at + 30);
    const next = extraEnd + bytes.readUInt16LE(at + 32);
    if (next > bytes.length) throw this.broken('its directory is broken');
    const name = nameOf(bytes.toString('utf8', at + 46, nameEnd));
    let [size, packed, offset] = [bytes.readUInt32LE(at + 24), bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 42)];
    if (size === IN_EXTRA || packed === IN_EXTRA || offset === IN_EXTRA) {
      let place = this.#largeNumbers(nameEnd, extraEnd);
      const take = (): number => {
        place += 8;
        return this.#number(place - 8);
      };
      if (size === IN_EXTRA) size = take();
      if (packed === IN_EXTRA) packed = take();
      if (offset === IN_EXTRA) offset = take();
    }
    if (!name.endsWith('/')) {
      if (this.#parts.has(name)) throw this.broken(`it has its part ${name} twice`);
      const isLocked = (bytes.readUInt16LE(at + 8) & 1) === 1;
      this.#parts.set(name, { name, method: bytes.readUInt16LE(at + 10), packed, size, crc: bytes.readUInt32LE(at + 16), offset, isLocked });
    }
    return next;
  }

  /** Returns where the ZIP64 values begin, for numbers that are too large for their fields. */
  #largeNumbers(from: number, to: number): number {
    for (let at = from; at + 4 <= to; at += 4 + this.bytes.readUInt16LE(at + 2)) if (this.bytes.readUInt16LE(at) === 1) return at + 4;
    throw this.broken('its directory is broken');
  }

  #packedOf({ name, offset, packed }: Part): Buffer {
    const { bytes } = this;
    if (offset + 30 > bytes.length || bytes.readUInt32LE(offset) !== LOCAL) throw this.broken(`its part ${name} is not where the directory says`);
    const from = offset + 30 + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
    if (from + packed > bytes.length) throw this.broken(`its part ${name} is cut off`);
    return bytes.subarray(from, from + packed);
  }
}

const mebi = (bytes: number): string => Math.ceil(bytes / (1 << 20)).toLocaleString('en-US');

/** Some tools write names with backslashes, or from the root. */
const nameOf = (name: string): string => name.replaceAll('\\', '/').replace(/^\/+/, '').toLowerCase();

/** Unpacks one part from front to end. */
export class PartStream {
  #at = 0;
  #read = 0;
  #crc = -1;
  #ready: Uint8Array[] = [];
  readonly #inflate: Inflate | undefined;

  constructor(
    readonly archive: Archive,
    readonly part: Part,
    readonly packed: Buffer,
  ) {
    this.#inflate = part.method === 0 ? undefined : new Inflate((chunk) => this.#take(chunk));
  }

  /** How many packed bytes were unpacked. */
  get consumed(): number {
    return this.#at;
  }

  /** Returns the next bytes; undefined at the end. Throws a UserError if their checksum is wrong. */
  next(): Uint8Array | undefined {
    while (this.#ready.length === 0 && this.#at < this.packed.length) {
      const piece = this.packed.subarray(this.#at, this.#at + PACKED);
      this.#at += piece.length;
      if (this.#inflate === undefined) this.#take(piece);
      else {
        try {
          this.#inflate.push(piece, this.#at === this.packed.length);
        } catch (error) {
          throw error instanceof UserError ? error : this.#broken();
        }
      }
      // They are handed out from the end.
      this.#ready.reverse();
    }
    const slice = this.#ready.pop();
    if (slice === undefined && (this.#read !== this.part.size || (this.#crc ^ -1) >>> 0 !== this.part.crc)) throw this.#broken();
    return slice;
  }

  #take(chunk: Uint8Array): void {
    this.#read += chunk.length;
    if (this.#read > this.part.size) throw this.#broken();
    this.#crc = crcOf(chunk, this.#crc);
    for (let at = 0; at < chunk.length; at += SLICE) this.#ready.push(chunk.subarray(at, at + SLICE));
  }

  #broken(): UserError {
    return this.archive.broken(`its part ${this.part.name} is damaged`);
  }
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** Continues a CRC-32, which begins as -1. */
function crcOf(bytes: Uint8Array, before: number): number {
  let crc = before;
  for (let at = 0; at < bytes.length; at++) crc = CRC_TABLE[(crc ^ bytes[at]) & 0xff] ^ (crc >>> 8);
  return crc;
}
