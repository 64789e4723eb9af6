/** Forecasts as columns: as objects, those of a large organization fill the memory, and most are only counted. */

import type { User } from '../model/directory.js';
import type { IdpUser } from '../model/idp.js';
import {
  type Forecast,
  type Listed,
  LOGINS,
  type Login,
  type LoginForecast,
  type LoginOutcomes,
  type Overwrite,
  type Reason,
  USER_EFFECTS,
  type UserEffect,
  type UserForecast,
  type UserOutcomes,
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
/** Beside the effects: the account is created beside others of the same person. */
export const IS_SECOND = 1 << USER_EFFECTS.length;
/** It is not certain which account it is, and there are some that it could be. */
export const HAS_CANDIDATES = IS_SECOND << 1;
/** The outcome is one of the provider's user. */
const IS_PERSON = HAS_CANDIDATES << 1;

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

/** Returns the reasons that they have, each once. */
export function reasonsIn(list: Listed<unknown>): ReadonlySet<Reason> {
  const found = new Set<Reason>();
  for (let number = 0; number < list.length; number++) found.add(list.whyAt(number));
  return found;
}

/** What the bits of an outcome say. */
export interface OutcomeKind {
  readonly effects: readonly UserEffect[];
  readonly isSecond: boolean;
  readonly isUncertain: boolean;
  readonly isPerson: boolean;
}

export const kindOf = (bits: number): OutcomeKind => ({
  effects: EFFECT_LISTS[bits & EFFECTS],
  isSecond: (bits & IS_SECOND) !== 0,
  isUncertain: (bits & (EFFECT.ambiguous | EFFECT.unknown)) !== 0,
  isPerson: (bits & IS_PERSON) !== 0,
});

/** Returns how many outcomes there are of each kind. There are few kinds. */
export function countKinds(people: UserOutcomes): readonly (readonly [kind: OutcomeKind, number: number])[] {
  const times = new Int32Array(IS_PERSON << 1);
  for (let number = 0; number < people.length; number++) times[people.bitsAt(number)]++;
  return Array.from(times, (number, bits) => [bits, number] as const).flatMap(([bits, number]) => (number === 0 ? [] : [[kindOf(bits), number] as const]));
}

/** Reasons as numbers. There are few. */
class Reasons {
  readonly #all: Reason[] = [];
  readonly #numbers = new Map<Reason, number>();

  numberOf(why: Reason): number {
    const known = this.#numbers.get(why);
    if (known !== undefined) return known;
    this.#numbers.set(why, this.#all.length);
    return this.#all.push(why) - 1;
  }

  at(number: number): Reason {
    return this.#all[number];
  }
}

/** Both sides, and the details of an outcome, which are computed on demand. */
interface UserGround {
  readonly users: readonly User[];
  readonly idpUsers: readonly IdpUser[];
  overwritesOf(idpUser: IdpUser, user: User): readonly Overwrite[];
  /** The accounts beside which one is created. */
  besideOf(idpUser: number): readonly User[];
  candidatesOf(idpUser: number): readonly User[];
}

const NONE: readonly never[] = [];
const NOBODY = -1;

export class UserColumns implements UserOutcomes {
  length = 0;
  readonly #ground: UserGround;
  readonly #reasons = new Reasons();
  readonly #bits: Uint16Array;
  readonly #whys: Uint8Array;
  readonly #accounts: Int32Array;
  readonly #idpUsers: Int32Array;

  constructor(ground: UserGround) {
    const most = ground.users.length + ground.idpUsers.length;
    this.#ground = ground;
    this.#bits = new Uint16Array(most);
    this.#whys = new Uint8Array(most);
    this.#accounts = new Int32Array(most);
    this.#idpUsers = new Int32Array(most);
  }

  /** Adds an outcome. Account and provider's user are indexes, or negative. */
  add(bits: number, account: number, idpUser: number, why: Reason): void {
    const number = this.length++;
    this.#bits[number] = bits | (idpUser < 0 ? 0 : IS_PERSON);
    this.#whys[number] = this.#reasons.numberOf(why);
    this.#accounts[number] = account;
    this.#idpUsers[number] = idpUser;
  }

  bitsAt(number: number): number {
    return this.#bits[number];
  }

  whyAt(number: number): Reason {
    return this.#reasons.at(this.#whys[number]);
  }

  at(number: number): UserForecast {
    const { users, idpUsers, overwritesOf, besideOf, candidatesOf } = this.#ground;
    const bits = this.#bits[number];
    const user = this.#accounts[number] < 0 ? undefined : users[this.#accounts[number]];
    const place = this.#idpUsers[number];
    const idpUser = place === NOBODY ? undefined : idpUsers[place];
    return {
      effects: EFFECT_LISTS[bits & EFFECTS],
      user,
      idpUser,
      overwrites: (bits & EFFECT.overwrite) === 0 || user === undefined || idpUser === undefined ? NONE : overwritesOf(idpUser, user),
      beside: (bits & IS_SECOND) === 0 ? NONE : besideOf(place),
      candidates: (bits & HAS_CANDIDATES) === 0 ? NONE : user === undefined ? candidatesOf(place) : [user],
      why: this.whyAt(number),
    };
  }
}

export class LoginColumns implements LoginOutcomes {
  length = 0;
  readonly #users: readonly User[];
  readonly #reasons = new Reasons();
  readonly #accounts: Int32Array;
  readonly #logins: Uint8Array;
  readonly #whys: Uint8Array;

  constructor(users: readonly User[]) {
    this.#users = users;
    this.#accounts = new Int32Array(users.length);
    this.#logins = new Uint8Array(users.length);
    this.#whys = new Uint8Array(users.length);
  }

  add(account: number, login: Login, why: Reason): void {
    const number = this.length++;
    this.#accounts[number] = account;
    this.#logins[number] = LOGINS.indexOf(login);
    this.#whys[number] = this.#reasons.numberOf(why);
  }

  loginAt(number: number): Login {
    return LOGINS[this.#logins[number]];
  }

  whyAt(number: number): Reason {
    return this.#reasons.at(this.#whys[number]);
  }

  at(number: number): LoginForecast {
    return { user: this.#users[this.#accounts[number]], login: this.loginAt(number), why: this.whyAt(number) };
  }
}

/** Returns the same outcomes, each changed when it is read; effects and reasons stay. */
export const changedUsers = (people: UserOutcomes, change: (forecast: UserForecast) => UserForecast): UserOutcomes => ({
  length: people.length,
  at: (number) => change(people.at(number)),
  whyAt: (number) => people.whyAt(number),
  bitsAt: (number) => people.bitsAt(number),
});

/** Does the same for sign-ins. */
export const changedLogins = (logins: LoginOutcomes, change: (forecast: LoginForecast) => LoginForecast): LoginOutcomes => ({
  length: logins.length,
  at: (number) => change(logins.at(number)),
  whyAt: (number) => logins.whyAt(number),
  loginAt: (number) => logins.loginAt(number),
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
