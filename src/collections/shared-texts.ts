/** Number of texts that are kept. */
const SLOTS = 1 << 12;
/** Number of bytes of the longest text that is kept. */
const LONGEST = 24;

/**
 * Keeps one copy of short texts that many cells hold, such as first names: it is found faster than a string is made of its
 * bytes, and a copy per cell would fill the memory. Each text has one slot, which it shares with others; the last one keeps it.
 */
export class SharedTexts {
  readonly #bytes = new Uint8Array(SLOTS * LONGEST);
  readonly #lengths = new Uint8Array(SLOTS);
  readonly #texts: string[] = Array.from({ length: SLOTS }, () => '');

  /** Returns the text of some bytes; `make` makes it. */
  of(bytes: Uint8Array, from: number, to: number, make: () => string): string {
    const length = to - from;
    if (length > LONGEST) return make();
    let hash = 0x811c9dc5;
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const kept = this.#bytes;
    const start = slot * LONGEST;
    let at = this.#lengths[slot] === length ? 0 : length + 1;
    while (at < length && kept[start + at] === bytes[from + at]) at++;
    if (at === length) return this.#texts[slot];
    const text = make();
    for (at = 0; at < length; at++) kept[start + at] = bytes[from + at];
    this.#lengths[slot] = length;
    this.#texts[slot] = text;
    return text;
  }
}
