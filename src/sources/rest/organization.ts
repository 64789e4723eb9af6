/** Reads the users, groups and members of an organization from Jama Connect, whole, and twice to see that they hold still. */

import { joined, type Note, note, quoted } from '../../model/note.js';
import { JamaError, type Page, type Row } from '../../rest/answers.js';
import type { Jama } from '../../rest/client.js';
import type { KeptPage, PullState } from './pull-state.js';
import { groupOf, memberOf, type RestGroup, type RestUser, UnreadRow, userOf } from './rows.js';

export interface MembersList {
  readonly group: RestGroup;
  readonly members: readonly string[];
}

export interface RestOrganization {
  readonly users: readonly RestUser[];
  readonly groups: readonly RestGroup[];
  /** Of the groups that were asked for, in their order. */
  readonly memberLists: readonly MembersList[];
  /** An inactive user in a members list: only then is it certain that these lists hold inactive users. */
  readonly inactiveMember: { readonly group: string; readonly user: string } | undefined;
  /** Members lists that were read, those of project groups for the proof included. */
  readonly listsRead: number;
}

/** How far it is. */
export interface PullProgress {
  /** As in "users". */
  readonly what: string;
  readonly done: number;
  readonly total: number;
  /** Calls that are left, as far as is known. */
  readonly callsLeft: number;
}

export interface PullWishes {
  readonly isAllGroups: boolean;
  /** Something else proves that members lists hold inactive users, of whom these are all. */
  isProved(inactive: ReadonlySet<string>): boolean;
  readonly state: PullState;
  /** Called after each page; throws to stop. */
  report(progress: PullProgress): void;
}

/** Returns the organization. Throws a JamaError, `unsteady` if it changed in both readings. */
export async function readOrganization(jama: Jama, wishes: PullWishes): Promise<RestOrganization> {
  const { state } = wishes;
  const last = state.kept.at(-1)?.list ?? '';
  const isSecond = last.startsWith('2 ');
  for (let reading = isSecond ? 2 : 1; ; reading++) {
    try {
      return await new Reading(jama, wishes, reading).read();
    } catch (error) {
      if (!(error instanceof JamaError) || error.failure !== 'unsteady' || reading === 2) throw error;
      state.clear();
    }
  }
}

const unsteady = (message: Note): JamaError => new JamaError('unsteady', message, 'Run the same command again at a time when nobody changes users or groups.');

/** Named in messages. */
const MOST_NAMED = 5;

class Reading {
  readonly #jama: Jama;
  readonly #wishes: PullWishes;
  readonly #number: number;
  readonly #kept = new Map<string, KeptPage[]>();
  #pagesOfUsers = 0;
  #pagesOfGroups = 0;

  constructor(jama: Jama, wishes: PullWishes, number: number) {
    this.#jama = jama;
    this.#wishes = wishes;
    this.#number = number;
    for (const page of wishes.state.kept) {
      const list = this.#kept.get(page.list);
      if (list === undefined) this.#kept.set(page.list, [page]);
      else list.push(page);
    }
  }

  async read(): Promise<RestOrganization> {
    const { isAllGroups } = this.#wishes;
    const users = await this.#users('users', () => 0);
    const groups = await this.#groups('groups', () => this.#pagesOfUsers);
    const wanted = groups.filter(({ project }) => isAllGroups || project === '');
    const inactive = new Set(users.flatMap(({ id, active }) => (active ? [] : [id])));
    const again = (): number => this.#pagesOfUsers + this.#pagesOfGroups;

    const memberLists: MembersList[] = [];
    let inactiveMember: RestOrganization['inactiveMember'];
    const read = async (group: RestGroup, done: number, total: number): Promise<MembersList> => {
      const list = { group, members: await this.#members(group, { done, total, callsLeft: () => total - done - 1 + again() }) };
      const user = inactiveMember === undefined ? list.members.find((id) => inactive.has(id)) : undefined;
      if (user !== undefined) inactiveMember = { group: group.id, user };
      return list;
    };
    for (const group of wanted) memberLists.push(await read(group, memberLists.length, wanted.length));
    let listsRead = wanted.length;
    if (inactive.size > 0 && inactiveMember === undefined && !isAllGroups && !this.#wishes.isProved(inactive)) {
      const others = groups.filter(({ project }) => project !== '');
      for (const [at, group] of others.entries()) {
        if (inactiveMember !== undefined) break;
        await read(group, at, others.length);
        listsRead++;
      }
    }
    // Rows may come in another order each time.
    refuseChanged('users', users, await this.#users('users again', () => this.#pagesOfGroups));
    refuseChanged('groups', groups, await this.#groups('groups again', () => 0));
    return { users, groups, memberLists, inactiveMember, listsRead };
  }

  async #users(list: string, callsAfter: () => number): Promise<RestUser[]> {
    const found = await this.#list({ list, path: '/users', query: { includeInactive: true }, what: 'users', callsAfter, read: userOf });
    this.#pagesOfUsers = found.pages;
    return found.rows;
  }

  async #groups(list: string, callsAfter: () => number): Promise<RestGroup[]> {
    const found = await this.#list({ list, path: '/usergroups', query: {}, what: 'groups', callsAfter, read: groupOf });
    this.#pagesOfGroups = found.pages;
    return found.rows;
  }

  async #members({ id }: RestGroup, { done, total, callsLeft }: { readonly done: number; readonly total: number; callsLeft(): number }): Promise<string[]> {
    const { rows } = await this.#list({
      list: `members ${id}`,
      path: `/usergroups/${id}/users`,
      query: {},
      what: 'members of groups',
      callsAfter: callsLeft,
      place: { done, total },
      read: memberOf,
    });
    return rows.map((member) => member.id);
  }

  /** Returns the rows of a list, from pages that were kept and others that are read now. Throws a JamaError. */
  async #list<T extends { readonly id: string }>({
    list,
    path,
    query,
    what,
    callsAfter,
    place,
    read,
  }: ListWishes<T>): Promise<{ readonly rows: T[]; readonly pages: number }> {
    const { state, report } = this.#wishes;
    const name = `${this.#number} ${list}`;
    const rows: T[] = [];
    const known = new Set<string>();
    const problems: Note[] = [];
    let total: number | undefined;
    let pages = 0;
    const take = (page: Page | KeptPage): void => {
      if (total !== undefined && page.total !== total) throw unsteady(note`The list ${quoted(path)} had ${total} rows at first and then ${page.total}.`);
      total = page.total;
      pages++;
      for (const row of page.rows as readonly Row[]) {
        const made = read(row);
        if (made instanceof UnreadRow) {
          problems.push(made.why);
          continue;
        }
        if (known.has(made.id))
          throw unsteady(
            note`The list ${quoted(path)} has the id ${quoted(made.id)} twice, so another row may be missing: it changed while it was read, or its order changes from page to page.`,
          );
        known.add(made.id);
        rows.push(made);
      }
    };
    let start = 0;
    for (const page of this.#kept.get(name) ?? []) {
      if (page.start !== start) break;
      take(page);
      start += page.rows.length;
    }
    if (total === undefined || start < total) {
      for await (const page of this.#jama.list(path, query, start)) {
        take(page);
        state.add({ list: name, start: page.start, total: page.total, rows: page.rows.map(keptOf) });
        const left = page.rows.length === 0 ? 0 : Math.ceil((page.total - page.start - page.rows.length) / page.rows.length);
        report({ what, done: place?.done ?? page.start + page.rows.length, total: place?.total ?? page.total, callsLeft: left + callsAfter() });
      }
    }
    if (problems.length > 0) throw unreadable(path, problems);
    return { rows, pages };
  }
}

interface ListWishes<T> {
  /** As it is called in the state. */
  readonly list: string;
  readonly path: string;
  readonly query: Readonly<Record<string, boolean>>;
  readonly what: string;
  /** Calls that follow those of this list. */
  callsAfter(): number;
  /** What is counted instead of rows. */
  readonly place?: { readonly done: number; readonly total: number };
  read(row: Row): T | UnreadRow;
}

const KEPT = ['id', 'username', 'email', 'active', 'firstName', 'lastName', 'licenseType', 'name', 'description', 'project'] as const;

/** Returns what of a row is needed: nothing else is written to the disk. */
const keptOf = (row: Row): Row => Object.fromEntries(KEPT.flatMap((name) => (row[name] === undefined ? [] : [[name, row[name]]])));

function unreadable(path: string, problems: readonly Note[]): JamaError {
  const named = problems.slice(0, MOST_NAMED);
  const more = problems.length > named.length ? ` And ${problems.length - named.length} more.` : '';
  return new JamaError(
    'answer',
    note`${problems.length === 1 ? 'A row' : `${problems.length} rows`} of ${quoted(path)} cannot be read for certain: ${joined(
      named.map((each) => (typeof each === 'string' ? [each] : each)),
      ' ',
    )}${more}`,
    'Nothing was written. Correct the users or groups in Jama Connect, or ask its support.',
  );
}

/** Throws if a list is another than before, row by row. */
function refuseChanged<T extends { readonly id: string }>(what: string, before: readonly T[], after: readonly T[]): void {
  const known = new Map(before.map((row) => [row.id, JSON.stringify(row)]));
  const changed = after.filter((row) => known.get(row.id) !== JSON.stringify(row)).map(({ id }) => id);
  const now = new Set(after.map(({ id }) => id));
  const gone = before.flatMap(({ id }) => (now.has(id) ? [] : [id]));
  const all = [...changed, ...gone];
  if (all.length === 0) return;
  const named = joined(
    all.slice(0, MOST_NAMED).map((id) => note`${quoted(id)}`),
    ', ',
  );
  throw unsteady(note`The ${what} changed while they were read (${all.length === 1 ? 'id' : 'ids'} ${named}${all.length > MOST_NAMED ? ', …' : ''}).`);
}
