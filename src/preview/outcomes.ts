/** Outcomes and their kinds. */

import {
  type Forecast,
  type Listed,
  type LoginForecast,
  type OutcomeKind,
  type Outcomes,
  type Reason,
  USER_EFFECTS,
  type UserEffect,
  type UserForecast,
} from './forecast.js';

const EFFECT_LISTS: readonly (readonly UserEffect[])[] = Array.from({ length: 1 << USER_EFFECTS.length }, (_, bits) =>
  USER_EFFECTS.filter((_effect, at) => bits & (1 << at)),
);
const bit = (effect: UserEffect): number => 1 << USER_EFFECTS.indexOf(effect);
/** The bit of each effect. */
export const EFFECT = {
  link: bit('link'),
  create: bit('create'),
  overwrite: bit('overwrite'),
  activate: bit('activate'),
  deactivate: bit('deactivate'),
  untouched: bit('untouched'),
  ambiguous: bit('ambiguous'),
  unknown: bit('unknown'),
} as const;
const EFFECTS = (1 << USER_EFFECTS.length) - 1;
export const effectsOf = (bits: number): readonly UserEffect[] => EFFECT_LISTS[bits & EFFECTS];
/** Beside the effects: the account is created beside others of the same person. */
export const IS_SECOND = 1 << USER_EFFECTS.length;
/** It is not certain which account it is, and there are some that it could be. */
export const HAS_CANDIDATES = IS_SECOND << 1;
/** The outcome is one of the provider's user. */
export const IS_PERSON = HAS_CANDIDATES << 1;

/** Returns a list of objects that exist already. */
export const listed = <T extends { readonly why: Reason }>(all: readonly T[]): Listed<T> => ({
  length: all.length,
  at: (number) => all[number],
  whyAt: (number) => all[number].why,
});

/** Yields every item; each is created when its turn comes. */
export function* each<T>(list: Listed<T>): Iterable<T> {
  for (let number = 0; number < list.length; number++) yield list.at(number);
}

/** Returns every item. */
function allOf<T>(list: Listed<T>): readonly T[] {
  const all: T[] = [];
  for (let number = 0; number < list.length; number++) all.push(list.at(number));
  return all;
}

/** Returns the kinds of which there are outcomes. */
export const usedKinds = <K>({ kinds }: Outcomes<unknown, K>): readonly OutcomeKind<K>[] => kinds.filter(({ times }) => times > 0);

/** Returns the numbers of the first outcomes of each kind, at most so many, by index of the kind. */
export function firstOfKinds(outcomes: Outcomes<unknown, unknown>, most: number): readonly (readonly number[])[] {
  const first = outcomes.kinds.map((): number[] => []);
  for (let number = 0; number < outcomes.length; number++) {
    const numbers = first[outcomes.kindAt(number)];
    if (numbers.length < most) numbers.push(number);
  }
  return first;
}

/** What the bits of an outcome say. */
export interface UserKind {
  readonly effects: readonly UserEffect[];
  readonly isSecond: boolean;
  readonly isUncertain: boolean;
  readonly isPerson: boolean;
}

export const kindOf = (bits: number): UserKind => ({
  effects: effectsOf(bits),
  isSecond: (bits & IS_SECOND) !== 0,
  isUncertain: (bits & (EFFECT.ambiguous | EFFECT.unknown)) !== 0,
  isPerson: (bits & IS_PERSON) !== 0,
});

/** Returns the same outcomes, each changed when it is read; their kinds stay. */
export const changedOutcomes = <T, K>(outcomes: Outcomes<T, K>, change: (one: T) => T): Outcomes<T, K> => ({
  length: outcomes.length,
  kinds: outcomes.kinds,
  kindAt: (number) => outcomes.kindAt(number),
  whyAt: (number) => outcomes.whyAt(number),
  at: (number) => change(outcomes.at(number)),
});

/** Returns a forecast, whose lists of users and sign-ins are created on first use. */
export function withLists(parts: Omit<Forecast, 'users' | 'logins'>): Forecast {
  let users: readonly UserForecast[] | undefined;
  let logins: readonly LoginForecast[] | undefined;
  return {
    ...parts,
    get users() {
      users ??= allOf(parts.people);
      return users;
    },
    get logins() {
      logins ??= allOf(parts.signIns);
      return logins;
    },
  };
}
