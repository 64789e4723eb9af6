/** Proves a plan again on the source that it is applied to, since it may have been edited and sealed again (contract 6 and 7). */

import { IdTable } from '../collections/places.js';
import { collationOf } from '../model/compare.js';
import { settleContest } from '../model/contest.js';
import type { User } from '../model/directory.js';
import { indexIdentities, reindexRenamed } from '../model/identity-index.js';
import { isInScope } from '../model/policy.js';
import { hasOneName, placesById, plainUser } from '../model/stored-user.js';
import type { Action, Plan } from './plan.js';
import { ProofFailed, proveActions } from './simulate.js';

/** Rules that are not about usernames. */
const AROUND_USERS: ReadonlySet<string> = new Set([
  'damaged-text',
  'duplicate-group-name',
  'group-link',
  'inactive-basic-member',
  'no-inactive-users',
  'nothing-to-check',
  'row-limit',
  'unknown-member',
  'unknown-sync-group',
]);

type Proved = Pick<Plan, 'actions' | 'settings' | 'decisions'>;

/**
 * Returns why the actions of a plan must not be applied to these users; undefined if they may. What an action starts from
 * is left to the target, which names every row that is other than planned. `isScopeKnown`: the users tell who is in scope.
 */
export function whyUnsafe({ actions, settings, decisions }: Proved, users: readonly User[], isScopeKnown: boolean): string | undefined {
  const changing = actions.filter(({ change }) => change.kind === 'replace-user');
  const places = placesOf(changing, users);
  const end = endOf(changing, users, places);
  if (end === undefined) return undefined;
  const collation = collationOf(settings.collation);
  try {
    proveActions({ users, groups: [], actions: changing, places, collation, end: { users: end, groups: [] } });
  } catch (error) {
    if (error instanceof ProofFailed) return error.reason;
    throw error;
  }
  const unusual = [...settings.skipRules, ...Object.keys(settings.severities)];
  const isJudgedWhole = settings.idp === undefined && unusual.every((rule) => AROUND_USERS.has(rule));
  if (!isScopeKnown || !isJudgedWhole) return undefined;
  const asked = new Set(decisions.map(({ id }) => id));
  const left = leftOut({ users, end, settings, asked });
  return left === undefined ? undefined : `user ${left.id} needs the username ${JSON.stringify(left.email)}, which needs no decision, and does not end with it`;
}

/** Returns the place of the user whom each action changes; -1 if there is no such user. */
function placesOf(actions: readonly Action[], users: readonly User[]): Int32Array {
  const places = actions.length > 0 ? placesById(users) : new IdTable();
  return Int32Array.from(actions, ({ change }) => (change.kind === 'replace-user' ? places.get(change.user) : -1));
}

/** Returns the users as the actions leave them; undefined if one of these does not start from what is there. */
function endOf(actions: readonly Action[], users: readonly User[], places: Int32Array): readonly User[] | undefined {
  const end = users.slice();
  for (let at = 0; at < actions.length; at++) {
    const { change } = actions[at];
    if (change.kind !== 'replace-user') continue;
    const { attribute, from, to } = change;
    if (places[at] < 0) return undefined;
    const user = end[places[at]];
    if (String(user[attribute]) !== from) return undefined;
    end[places[at]] = attribute === 'active' ? { ...plainUser(user), active: to === 'true' } : { ...plainUser(user), [attribute]: to };
  }
  return end;
}

interface Ends {
  readonly users: readonly User[];
  readonly end: readonly User[];
  readonly settings: Plan['settings'];
  /** Ids of what a person is asked about. */
  readonly asked: ReadonlySet<string>;
}

/** Returns the first user of whom nobody is asked, whose update needs no decision, and is not made. */
function leftOut({ users, end, settings, asked }: Ends): User | undefined {
  // As nearly every plan ends: users who still need an update are asked about. A blank email counts here, although it needs none.
  const needsUpdate = (user: User): boolean => !hasOneName(user) && isInScope(user, settings.authMode) && !asked.has(user.id);
  if (!end.some(needsUpdate)) return undefined;
  const moved: number[] = [];
  let isRenamedOnly = true;
  for (let place = 0; place < users.length; place++) {
    const [user, ended] = [users[place], end[place]];
    if (user === ended) continue;
    isRenamedOnly &&= user.active === ended.active && user.email === ended.email && ended.userName === ended.email;
    moved.push(place);
  }
  const endIndex = isRenamedOnly ? reindexRenamed(indexIdentities(users, settings), end, moved) : indexIdentities(end, settings);
  const { isAutomatic } = settleContest(endIndex);
  return end.find(({ id }, place) => isAutomatic[place] === 1 && !asked.has(id));
}
