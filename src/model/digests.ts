/**
 * Makes digests. The rooms that run anywhere are given one of these instead of importing node:crypto: Node.js has a
 * fast one, a page in a browser brings its own.
 */
export interface Digests {
  /** Returns SHA-256 over a text in UTF-8, as 64 hex digits. */
  sha256(text: string): string;
  /** Starts a digest over pieces: SHA-256, or HMAC-SHA-256 if there is a key. */
  begin(key?: string): Digesting;
}

export interface Digesting {
  /** Adds bytes, or a text in UTF-8. */
  add(piece: string | Uint8Array): void;
  /** Returns 64 hex digits; to be called once, after the last piece. */
  end(): string;
}

/** FNV-1a of a text, as an unsigned 32-bit number. */
function fnv(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** A checksum of texts in any order: a sum does not depend on the order. */
export class Checksum {
  #sum = 0;
  #crossSum = 0;

  add(text: string): void {
    const hash = fnv(text);
    this.#sum = (this.#sum + hash) >>> 0;
    this.#crossSum = (this.#crossSum + Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)) >>> 0;
  }

  get text(): string {
    return `${this.#sum}.${this.#crossSum}`;
  }
}
