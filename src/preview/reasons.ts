/** Identifiers of a forecast's reasons, for programs: short names that stay when a sentence is reworded. */

import type { IdpProvider } from '../model/idp.js';
import { groupWords, linkWords, membershipWords, userWords } from './words.js';

export class Reasons {
  /** Sentences by name. */
  readonly sentences: ReadonlyMap<string, string>;
  readonly #names = new Map<string, readonly string[]>();

  constructor(sentences: Readonly<Record<string, string>>) {
    const named = Object.entries(sentences).map(([word, sentence]) => [nameOf(word), sentence] as const);
    this.sentences = new Map(named);
    for (const [name, sentence] of named) this.#names.set(sentence, [name]);
  }

  /** Adds a text of several sentences. */
  add(why: string, words: readonly string[]): void {
    this.#names.set(why, words.map(nameOf));
  }

  /** Returns the names of the sentences that a forecast's `why` is made of. */
  of(why: string): readonly string[] {
    const names = this.#names.get(why);
    if (names === undefined) throw new Error(`a reason without a name: ${why}`);
    return names;
  }
}

const nameOf = (word: string): string => word.replace(/[A-Z]/g, (capital) => `-${capital.toLowerCase()}`);

export interface ReasonsByList {
  readonly users: Reasons;
  readonly groups: Reasons;
  readonly memberships: Reasons;
}

/** Returns the names of all reasons that a forecast for the provider may have. */
export function reasonsOf(provider: IdpProvider): ReasonsByList {
  const { link, ...alone } = userWords(provider);
  const users = new Reasons({ ...linkWords(provider), ...alone });
  for (const isBlocked of [false, true]) {
    for (const isBasic of [false, true]) {
      for (const isEmailShared of [false, true]) {
        const words = ['link', ...(isBlocked ? ['blocked'] : []), ...(isBasic ? ['basic'] : []), ...(isEmailShared ? ['shared'] : [])];
        users.add(link({ isBlocked, isBasic, isEmailShared }), words);
      }
    }
  }
  return { users, groups: new Reasons(groupWords(provider)), memberships: new Reasons(membershipWords(provider)) };
}
