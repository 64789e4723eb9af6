/** What formats for people have in common: what happens, most severe first, each with its reason and what to do; long because the sections share what a row is. */

import { locationOf, type User } from '../model/directory.js';
import type { Severity } from '../model/finding.js';
import { type IdpUser, idpLocation, PROVIDER_NAMES } from '../model/idp.js';
import type {
  GroupEffect,
  GroupForecast,
  Listed,
  Login,
  LoginForecast,
  MembershipForecast,
  UserEffect,
  UserForecast,
  UserOutcomes,
} from '../preview/forecast.js';
import { kindOf, listed } from '../preview/outcomes.js';
import type { Preview } from '../preview/preview.js';
import { type Cell, cell, grouped, placeText, stateText } from '../rules/rule.js';

/** What rests on one reason. */
export interface Block {
  readonly why: string;
  readonly total: number;
  /** Of the first subjects, as many as were asked for. */
  readonly rows: readonly (readonly Cell[])[];
  /** How many subjects the rows are of. */
  readonly shown: number;
}

export interface Section {
  readonly id: string;
  readonly title: string;
  /** How severe it is. */
  readonly look: Severity;
  readonly headings: readonly string[];
  readonly total: number;
  readonly blocks: readonly Block[];
  /** What to do about it before the sync; blank if nothing. */
  readonly next: string;
}

/** What to do about a section before the sync, by its id. */
const NEXT: Readonly<Record<string, string>> = {
  'second-accounts':
    'Make the username in Jama Connect exactly the one that is sent: "scim-audit plan" does it where the email says whose account it is, and asks about the others.',
  ambiguous: 'Decide which account belongs to the person ("scim-audit plan" asks), and give every other one another username and email.',
  unknown: 'Make the username in Jama Connect exactly the one that is sent, letter by letter. Try the others with a few people first.',
  deactivate: 'If the person still needs the account, unblock the person in the identity provider before the sync.',
  activate: 'Make sure that these people may sign in, and that there are enough licenses.',
  'login-other-account': 'Give the email to one account only: the one that the person is to use.',
  'login-none':
    'If several accounts have the email, let only the account that the person is to use keep it. If nobody is provisioned for the account, or the person is blocked, assign or unblock the person in the identity provider. Tell everyone else that their account is no longer reached.',
  'login-uncertain': 'Settle what is uncertain about these accounts above. For the others, try one person of each kind first.',
  lost: 'Reactivate these users, or accept that they leave the group: memberships.csv of "scim-audit plan" keeps them for restoring.',
  'groups-created': 'If the group is one that exists in Jama Connect, give both exactly the same name.',
  'groups-ambiguous': 'Give every organization-level group a name of its own.',
  'groups-unknown': 'Give the list of groups with --idp-groups, or try one such group first.',
  'groups-untouched':
    'Let the identity provider send a group with exactly this name (create it there if it has none), or take the group off the groups to be synced.',
  licenses: 'Get more licenses, or free some, before the sync.',
  'members-unknown': 'Look at these memberships after the sync: "scim-audit reconcile" names those that were lost.',
};

interface Part<T> {
  readonly id: string;
  readonly title: string;
  readonly look: Severity;
  readonly headings: readonly string[];
  readonly list: Listed<T>;
  /** Numbers of those that belong to it. */
  readonly of: readonly number[];
  rows(one: T): readonly (readonly Cell[])[];
  /** How many a subject stands for; absent: one. */
  times?(one: T): number;
  /** One reason for all of them. */
  readonly why?: string;
}

/** Returns the section with at most so many subjects per reason in its rows, or nothing if there are none. */
function sectionOf<T>(part: Part<T>, most: number): Section[] {
  const blocks = new Map<string, { total: number; shown: number; rows: (readonly Cell[])[] }>();
  let total = 0;
  for (const number of part.of) {
    const why = part.why ?? part.list.whyAt(number).text;
    const block = blocks.get(why) ?? { total: 0, shown: 0, rows: [] };
    if (block.total === 0) blocks.set(why, block);
    const times = part.times?.(part.list.at(number)) ?? 1;
    total += times;
    block.total += times;
    if (block.shown >= most) continue;
    block.shown += times;
    for (const row of part.rows(part.list.at(number))) block.rows.push(row);
  }
  if (total === 0) return [];
  const { id, title, look, headings } = part;
  return [{ id, title, look, headings, total, blocks: Array.from(blocks, ([why, block]) => ({ why, ...block })), next: NEXT[id] ?? '' }];
}

/** Returns the numbers of things by a word about each, by what decides about the words; a thing may have several words, or none. */
function numbersBy<T>(
  { length }: Listed<unknown>,
  decisive: (number: number) => T,
  wordsOf: (decisive: T) => readonly string[],
): (word: string) => readonly number[] {
  const byWord = new Map<string, number[]>();
  const listsOf = (one: T): readonly number[][] =>
    wordsOf(one).map((word) => {
      const numbers = byWord.get(word) ?? [];
      byWord.set(word, numbers);
      return numbers;
    });
  // There are few kinds of things, and often the next is of the same.
  const lists = new Map<T, readonly number[][]>();
  let last: T | undefined;
  let lastLists: readonly number[][] = [];
  for (let number = 0; number < length; number++) {
    const one = decisive(number);
    if (one !== last) {
      last = one;
      lastLists = lists.get(one) ?? listsOf(one);
      lists.set(one, lastLists);
    }
    for (const numbers of lastLists) numbers.push(number);
  }
  return (word) => byWord.get(word) ?? [];
}

const USER_HEADINGS = ['username sent', 'email sent', 'id', 'username', 'email', 'user is', 'where'];
const GROUP_HEADINGS = ['group sent', 'id', 'group in Jama Connect', 'level', 'where'];
const MEMBER_HEADINGS = ['group', 'username sent', 'id', 'username', 'user is'];
const BLANK = cell('');

/** Returns what a person should look at, most severe first; at most so many subjects per reason are in the rows. */
export function sectionsOf(preview: Preview, most: number): Section[] {
  const { forecast, snapshot } = preview;
  const { people, signIns, licenses } = forecast;
  const [groups, memberships] = [listed(nearFirst(forecast.groups)), listed(forecast.memberships)];
  const whereIdp = (user: IdpUser | undefined): Cell => (user === undefined ? BLANK : cell(placeText(idpLocation(user))));
  const where = (user: User | undefined): Cell => (user === undefined ? BLANK : cell(placeText(locationOf(snapshot.inputs, user))));
  const sent = ({ idpUser }: UserForecast, user?: User): Cell[] => [
    { text: idpUser?.subject ?? '', ...(user === undefined ? {} : { against: user.userName }) },
    cell(idpUser?.email ?? ''),
  ];
  const account = (user: User | undefined, idpUser: IdpUser | undefined): Cell[] =>
    user === undefined
      ? [BLANK, BLANK, BLANK, BLANK]
      : [cell(user.id), { text: user.userName, ...(idpUser === undefined ? {} : { against: idpUser.subject }) }, cell(user.email), cell(stateText(user))];
  /** A row for the user, and one for each account that it could be or stands beside. */
  const userRows = (one: UserForecast): Cell[][] => {
    const others = one.beside.length > 0 ? one.beside : one.user === undefined ? one.candidates : [];
    const [first, ...rest] = others.length > 0 ? others : [one.user];
    return [
      [...sent(one, first), ...account(first, one.idpUser), first === undefined ? whereIdp(one.idpUser) : where(first)],
      ...rest.map((user) => [BLANK, BLANK, ...account(user, one.idpUser), where(user)]),
    ];
  };
  const byEffect = usersByEffect(people);
  const byLogin = numbersBy(
    signIns,
    (number) => signIns.loginAt(number),
    (login) => (login === 'sso' || login === 'password' ? [] : [login]),
  );
  const groupsBy = numbersBy(
    groups,
    (number) => groups.at(number).effect,
    (effect) => [effect],
  );
  const membershipsBy = numbersBy(
    memberships,
    (number) => memberships.at(number).effect,
    (effect) => [effect],
  );
  const ofUsers = (effect: UserEffect, id: string, title: string, look: Severity): Section[] =>
    sectionOf<UserForecast>({ id, title, look, headings: USER_HEADINGS, list: people, of: byEffect(effect), rows: userRows }, most);
  const groupRows = ({ group, idpGroup, near }: GroupForecast): Cell[][] => {
    const others = group === undefined ? near : [group];
    const [first, ...rest] = others.length > 0 ? others : [undefined];
    const name = idpGroup?.name ?? '';
    const there = (one: typeof first): Cell[] =>
      one === undefined
        ? [BLANK, BLANK, BLANK, idpGroup === undefined ? BLANK : cell(placeText(idpLocation(idpGroup)))]
        : [
            cell(one.id),
            { text: one.name, against: name },
            cell(one.isOrganizationLevel ? 'organization' : 'project'),
            cell(placeText(locationOf(snapshot.inputs, one))),
          ];
    return [[cell(name), ...there(first)], ...rest.map((one) => [BLANK, ...there(one)])];
  };
  const ofGroups = (effect: GroupEffect, id: string, title: string, look: Severity): Section[] =>
    sectionOf<GroupForecast>({ id, title, look, headings: GROUP_HEADINGS, list: groups, of: groupsBy(effect), rows: groupRows }, most);
  const memberRows = ({ groupName, user, idpUser, members }: MembershipForecast): Cell[][] => [
    [
      cell(groupName),
      cell(members === undefined ? (idpUser?.subject ?? '') : `${grouped(members)} not listed`),
      ...(user === undefined ? [BLANK, BLANK, BLANK] : [cell(user.id), cell(user.userName), cell(stateText(user))]),
    ],
  ];
  const ofMembers = (effect: MembershipForecast['effect'], id: string, title: string, look: Severity): Section[] =>
    sectionOf<MembershipForecast>(
      {
        id,
        title,
        look,
        headings: MEMBER_HEADINGS,
        list: memberships,
        of: membershipsBy(effect),
        rows: memberRows,
        times: ({ members = 1 }) => members,
      },
      most,
    );
  const ofLogins = (login: Login, title: string, look: Severity): Section[] =>
    sectionOf<LoginForecast>(
      {
        id: `login-${login}`,
        title,
        look,
        headings: ['id', 'username', 'email', 'user is', 'where'],
        list: signIns,
        of: byLogin(login),
        rows: ({ user }) => [[cell(user.id), cell(user.userName), cell(user.email), cell(stateText(user)), where(user)]],
      },
      most,
    );
  const name = PROVIDER_NAMES[forecast.provider];
  const without = listed(licenses?.without ?? []);
  return [
    ...sectionOf<UserForecast>(
      {
        id: 'second-accounts',
        title: 'Users who would get a second account',
        look: 'error',
        headings: USER_HEADINGS,
        list: people,
        of: byEffect('second'),
        rows: userRows,
      },
      most,
    ),
    ...ofUsers('ambiguous', 'ambiguous', 'Users whose account is ambiguous', 'error'),
    ...ofUsers('unknown', 'unknown', 'Users for whom the outcome is not documented', 'warning'),
    ...ofUsers('deactivate', 'deactivate', 'Accounts that are deactivated', 'warning'),
    ...ofUsers('activate', 'activate', 'Accounts that are activated, each with a license', 'warning'),
    ...ofLogins('other-account', 'First sign-in: people who reach another account', 'error'),
    ...ofLogins('none', 'First sign-in: people who reach no account', 'warning'),
    ...ofLogins('uncertain', 'First sign-in: not certain', 'warning'),
    ...ofMembers('lost', 'lost', 'Members who are lost', 'warning'),
    ...ofGroups('create', 'groups-created', 'Groups that are created', 'warning'),
    ...ofGroups('ambiguous', 'groups-ambiguous', 'Groups whose link is ambiguous', 'error'),
    ...ofGroups('unknown', 'groups-unknown', 'Groups with an uncertain outcome', 'warning'),
    ...ofGroups('untouched', 'groups-untouched', 'Groups to be synced that are not linked', 'warning'),
    ...sectionOf<UserForecast>(
      {
        id: 'licenses',
        title: 'Users who would be left without a license',
        look: 'warning',
        headings: USER_HEADINGS,
        list: without,
        of: allNumbers(without),
        rows: userRows,
        why: 'No Creator or Creator (float) license is left when it is their turn, if licenses are given out in the order of the export.',
      },
      most,
    ),
    ...sectionOf<UserForecast>(
      {
        id: 'overwrite',
        title: 'Accounts whose values are overwritten',
        look: 'info',
        headings: ['id', 'username', 'attribute', 'from', 'to'],
        list: people,
        of: byEffect('overwrite'),
        rows: ({ user, overwrites }) =>
          overwrites.map(({ attribute, from, to }) => [
            cell(user?.id ?? ''),
            cell(user?.userName ?? ''),
            cell(attribute),
            { text: from, against: to },
            { text: to, against: from },
          ]),
        why: `The identity provider is the master of these attributes: values from ${name} replace the existing ones.`,
      },
      most,
    ),
    ...sectionOf<UserForecast>(
      {
        id: 'create',
        title: 'New accounts, each with a license',
        look: 'info',
        headings: ['username sent', 'email sent', 'where'],
        list: people,
        of: byEffect('create'),
        rows: ({ idpUser }) => [[cell(idpUser?.subject ?? ''), cell(idpUser?.email ?? ''), whereIdp(idpUser)]],
      },
      most,
    ),
    ...ofMembers('unknown', 'members-unknown', 'Members with an uncertain outcome', 'warning'),
    ...ofMembers('added', 'members-added', 'Members who are added', 'info'),
    ...ofMembers('skipped', 'members-skipped', 'Members who are not added', 'info'),
  ];
}

/** Returns the numbers of users by effect, one look at each instead of one for every section; `create` is without those who would get a second account. */
function usersByEffect(people: UserOutcomes): (effect: UserEffect | 'second') => readonly number[] {
  return numbersBy(
    people,
    (number) => people.bitsAt(number),
    (bits) => {
      const { effects, isSecond } = kindOf(bits);
      return effects.flatMap((effect) => (effect === 'link' || effect === 'untouched' ? [] : [effect === 'create' && isSecond ? 'second' : effect]));
    },
  );
}

const allNumbers = ({ length }: Listed<unknown>): readonly number[] => Array.from({ length }, (_, number) => number);

/** Returns groups with those first that stand beside others of nearly their name. */
const nearFirst = (groups: readonly GroupForecast[]): readonly GroupForecast[] => [
  ...groups.filter(({ near }) => near.length > 0),
  ...groups.filter(({ near }) => near.length === 0),
];
