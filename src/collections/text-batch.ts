/** Some texts, as strings or stored, that a `KeyTable` takes at once. */

import type { StoredTexts } from './stored-texts.js';

/** How many texts are taken at once: their slots, each in a line of the cache, stay in the nearest cache. */
export const BATCH = 64;

export const NOT_STORED = -1;

/** Each text is in `texts`, or at an address of `stored` if the address is not NOT_STORED. */
export interface TextBatch {
  readonly texts: readonly string[];
  readonly addresses: Int32Array;
  /** Absent if no text has an address. All texts that a table numbers must be in the same. */
  readonly stored?: StoredTexts | undefined;
}

/** A name and an email of each of some people; an email that is the name is left out. */
export class NameBatch implements TextBatch {
  readonly texts: string[] = [];
  readonly addresses = new Int32Array(BATCH);
  stored: StoredTexts | undefined;
  count = 0;

  /** Returns whether texts of a store can be added by their addresses: all of a batch must be in the same store. */
  holds(stored: StoredTexts): boolean {
    this.stored ??= stored;
    return this.stored === stored;
  }

  addStored(name: number, email: number, isOne: boolean): void {
    this.addresses[this.count++] = name;
    if (!isOne) this.addresses[this.count++] = email;
  }

  /** Returns whether both are one text. */
  addTexts(name: string, email: string): boolean {
    this.addText(name);
    if (email !== name) this.addText(email);
    return email === name;
  }

  addText(text: string): void {
    this.addresses[this.count] = NOT_STORED;
    this.texts[this.count++] = text;
  }

  /** Adds a text of another batch, with the same store. */
  addOf(batch: TextBatch, at: number): void {
    this.addresses[this.count] = batch.addresses[at];
    this.texts[this.count++] = batch.texts[at];
  }
}
