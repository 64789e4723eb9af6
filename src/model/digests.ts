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
