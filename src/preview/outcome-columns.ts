/** Forecasts as columns: as objects, those of a large organization fill the memory, and most are only counted. */

import type { User } from '../model/directory.js';
import type { IdpUser } from '../model/idp.js';
import type { Login, LoginForecast, LoginOutcomes, OutcomeKind, Overwrite, Reason, UserForecast, UserOutcomes } from './forecast.js';
import { EFFECT, effectsOf, HAS_CANDIDATES, IS_PERSON, IS_SECOND } from './outcomes.js';

/** What outcomes of both sorts have in common: the kind of each, and its reason. */
class Kinds<K> {
  length = 0;
  readonly #kinds: (K & { readonly why: Reason; times: number })[] = [];
  readonly #numbers: Uint16Array;
  #counted = 0;

  constructor(most: number) {
    this.#numbers = new Uint16Array(most);
  }

  /** Returns the number of a new kind. */
  protected open(kind: K & { readonly why: Reason }): number {
    return this.#kinds.push({ ...kind, times: 0 }) - 1;
  }

  /** Returns the number of a new outcome. */
  protected addOf(kind: number): number {
    this.#numbers[this.length] = kind;
    return this.length++;
  }

  kindAt(number: number): number {
    return this.#numbers[number];
  }

  whyAt(number: number): Reason {
    return this.kindOf(number).why;
  }

  get kinds(): readonly OutcomeKind<K>[] {
    // Here, because to count each as it is added takes longer.
    const times = new Int32Array(this.#kinds.length);
    for (; this.#counted < this.length; this.#counted++) times[this.#numbers[this.#counted]]++;
    for (const [at, kind] of this.#kinds.entries()) kind.times += times[at];
    return this.#kinds;
  }

  protected kindOf(number: number): OutcomeKind<K> {
    return this.#kinds[this.#numbers[number]];
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

export class UserColumns extends Kinds<{ readonly bits: number }> implements UserOutcomes {
  readonly #ground: UserGround;
  /** Number of the kind + 1, by bits. */
  readonly #byReason = new Map<Reason, Uint16Array>();
  #lastBits = 0;
  #lastWhy: Reason | undefined;
  #last = 0;
  readonly #accounts: Int32Array;
  readonly #idpUsers: Int32Array;

  constructor(ground: UserGround) {
    const most = ground.users.length + ground.idpUsers.length;
    super(most);
    this.#ground = ground;
    this.#accounts = new Int32Array(most);
    this.#idpUsers = new Int32Array(most);
  }

  /** Adds an outcome. Account and provider's user are indexes, or negative. */
  add(effects: number, account: number, idpUser: number, why: Reason): void {
    const bits = effects | (idpUser < 0 ? 0 : IS_PERSON);
    if (bits !== this.#lastBits || why !== this.#lastWhy) this.#last = this.#kindWith(bits, why);
    const number = this.addOf(this.#last);
    this.#accounts[number] = account;
    this.#idpUsers[number] = idpUser;
  }

  #kindWith(bits: number, why: Reason): number {
    this.#lastBits = bits;
    this.#lastWhy = why;
    let kinds = this.#byReason.get(why);
    if (kinds === undefined) {
      kinds = new Uint16Array(IS_PERSON << 1);
      this.#byReason.set(why, kinds);
    }
    if (kinds[bits] === 0) kinds[bits] = this.open({ bits, why }) + 1;
    return kinds[bits] - 1;
  }

  at(number: number): UserForecast {
    const { users, idpUsers, overwritesOf, besideOf, candidatesOf } = this.#ground;
    const { bits, why } = this.kindOf(number);
    const user = this.#accounts[number] < 0 ? undefined : users[this.#accounts[number]];
    const place = this.#idpUsers[number];
    const idpUser = place === NOBODY ? undefined : idpUsers[place];
    return {
      effects: effectsOf(bits),
      user,
      idpUser,
      overwrites: (bits & EFFECT.overwrite) === 0 || user === undefined || idpUser === undefined ? NONE : overwritesOf(idpUser, user),
      beside: (bits & IS_SECOND) === 0 ? NONE : besideOf(place),
      candidates: (bits & HAS_CANDIDATES) === 0 ? NONE : user === undefined ? candidatesOf(place) : [user],
      why,
    };
  }
}

export class LoginColumns extends Kinds<{ readonly login: Login }> implements LoginOutcomes {
  readonly #users: readonly User[];
  readonly #accounts: Int32Array;

  constructor(users: readonly User[]) {
    super(users.length);
    this.#users = users;
    this.#accounts = new Int32Array(users.length);
  }

  /** Returns the number of a new kind of outcome, for `add`. */
  kind(login: Login, why: Reason): number {
    return this.open({ login, why });
  }

  add(account: number, kind: number): void {
    this.#accounts[this.addOf(kind)] = account;
  }

  at(number: number): LoginForecast {
    const { login, why } = this.kindOf(number);
    return { user: this.#users[this.#accounts[number]], login, why };
  }
}
