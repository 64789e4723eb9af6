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
