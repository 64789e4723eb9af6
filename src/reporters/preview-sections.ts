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
  OutcomeKind,
  Outcomes,
  UserEffect,
  UserForecast,
  UserOutcomes,
} from '../preview/forecast.js';
import { EFFECT, firstOfKinds, IS_SECOND, listed } from '../preview/outcomes.js';
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
  readonly of: readonly Gathered[];
  rows(one: T): readonly (readonly Cell[])[];
}

/** Some of a list that have one reason. */
interface Gathered {
  readonly why: string;
  readonly total: number;
  /** Numbers of the first, and how many subjects they are. */
  readonly numbers: readonly number[];
  readonly shown: number;
}

function sectionOf<T>({ id, title, look, headings, list, of, rows }: Part<T>): Section[] {
  if (of.length === 0) return [];
  const blocks = of.map(({ why, total, numbers, shown }) => ({ why, total, shown, rows: numbers.flatMap((number) => rows(list.at(number))) }));
  return [{ id, title, look, headings, total: of.reduce((sum, { total }) => sum + total, 0), blocks, next: NEXT[id] ?? '' }];
}

/** Returns a function that gathers outcomes of some kinds by reason, with the first of each reason; `why` is one reason for all of them. */
function gathering<K>(outcomes: Outcomes<unknown, K>, most: number): (isWanted: (kind: OutcomeKind<K>) => boolean, why?: string) => Gathered[] {
  // One at least, because it decides on the order of the reasons.
  const first = firstOfKinds(outcomes, Math.max(most, 1));
  return (isWanted, oneWhy) => {
    const byReason = new Map<string, { total: number; readonly numbers: number[] }>();
    outcomes.kinds.forEach((kind, at) => {
      if (kind.times === 0 || !isWanted(kind)) return;
      const why = oneWhy ?? kind.why.text;
      const known = byReason.get(why);
      if (known === undefined) byReason.set(why, { total: kind.times, numbers: [...first[at]] });
      else {
        known.total += kind.times;
        for (const number of first[at]) known.numbers.push(number);
      }
    });
    for (const { numbers } of byReason.values()) numbers.sort((a, b) => a - b);
    return [...byReason]
      .sort(([, a], [, b]) => a.numbers[0] - b.numbers[0])
      .map(([why, { total, numbers }]) => ({ why, total, numbers: numbers.slice(0, most), shown: Math.min(numbers.length, most) }));
  };
}

/** Does the same for some of a list of objects; `timesOf` is how many subjects one stands for. */
function gather<T>(list: Listed<T>, most: number, isWanted: (one: T) => boolean, timesOf: (one: T) => number, oneWhy?: string): Gathered[] {
  const byReason = new Map<string, { total: number; shown: number; readonly numbers: number[] }>();
  for (let number = 0; number < list.length; number++) {
    const one = list.at(number);
    if (!isWanted(one)) continue;
    const why = oneWhy ?? list.whyAt(number).text;
    const known = byReason.get(why) ?? { total: 0, shown: 0, numbers: [] };
    if (known.total === 0) byReason.set(why, known);
    const times = timesOf(one);
    known.total += times;
    if (known.shown >= most) continue;
    known.shown += times;
    known.numbers.push(number);
  }
  return Array.from(byReason, ([why, gathered]) => ({ why, ...gathered }));
}

const one = (): number => 1;

const USER_HEADINGS = ['username sent', 'email sent', 'id', 'username', 'email', 'user is', 'where'];
const GROUP_HEADINGS = ['group sent', 'id', 'group in Jama Connect', 'level', 'where'];
const MEMBER_HEADINGS = ['group', 'username sent', 'id', 'username', 'user is'];
const BLANK = cell('');

/** Returns what a person should look at, most severe first; at most so many subjects per reason are in the rows. */
export function sectionsOf(preview: Preview, most: number): Section[] {
  const { forecast, snapshot } = preview;
  const { licenses } = forecast;
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
  const people = gathering(forecast.people, most);
  const signIns = gathering(forecast.signIns, most);
  const section = (id: string, title: string, look: Severity) => ({ id, title, look });
  const ofUsers = (effect: UserEffect, id: string, title: string, look: Severity): Section[] =>
    sectionOf<UserForecast>({ ...section(id, title, look), headings: USER_HEADINGS, list: forecast.people, of: people(has(effect)), rows: userRows });
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
    sectionOf<GroupForecast>({
      ...section(id, title, look),
      headings: GROUP_HEADINGS,
      list: groups,
      of: gather(groups, most, (each) => each.effect === effect, one),
      rows: groupRows,
    });
  const memberRows = ({ groupName, user, idpUser, members }: MembershipForecast): Cell[][] => [
    [
      cell(groupName),
      cell(members === undefined ? (idpUser?.subject ?? '') : `${grouped(members)} not listed`),
      ...(user === undefined ? [BLANK, BLANK, BLANK] : [cell(user.id), cell(user.userName), cell(stateText(user))]),
    ],
  ];
  const ofMembers = (effect: MembershipForecast['effect'], id: string, title: string, look: Severity): Section[] =>
    sectionOf<MembershipForecast>({
      ...section(id, title, look),
      headings: MEMBER_HEADINGS,
      list: memberships,
      of: gather(
        memberships,
        most,
        (each) => each.effect === effect,
        ({ members = 1 }) => members,
      ),
      rows: memberRows,
    });
  const ofLogins = (login: Login, title: string, look: Severity): Section[] =>
    sectionOf<LoginForecast>({
      ...section(`login-${login}`, title, look),
      headings: ['id', 'username', 'email', 'user is', 'where'],
      list: forecast.signIns,
      of: signIns((kind) => kind.login === login),
      rows: ({ user }) => [[cell(user.id), cell(user.userName), cell(user.email), cell(stateText(user)), where(user)]],
    });
  const name = PROVIDER_NAMES[forecast.provider];
  const without = listed(licenses?.without ?? []);
  return [
    ...sectionOf<UserForecast>({
      ...section('second-accounts', 'Users who would get a second account', 'error'),
      headings: USER_HEADINGS,
      list: forecast.people,
      of: people(isSecond),
      rows: userRows,
    }),
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
    ...sectionOf<UserForecast>({
      ...section('licenses', 'Users who would be left without a license', 'warning'),
      headings: USER_HEADINGS,
      list: without,
      of: gather(
        without,
        most,
        () => true,
        one,
        'No Creator or Creator (float) license is left when it is their turn, if licenses are given out in the order of the export.',
      ),
      rows: userRows,
    }),
    ...sectionOf<UserForecast>({
      ...section('overwrite', 'Accounts whose values are overwritten', 'info'),
      headings: ['id', 'username', 'attribute', 'from', 'to'],
      list: forecast.people,
      of: people(has('overwrite'), `The identity provider is the master of these attributes: values from ${name} replace the existing ones.`),
      rows: ({ user, overwrites }) =>
        overwrites.map(({ attribute, from, to }) => [
          cell(user?.id ?? ''),
          cell(user?.userName ?? ''),
          cell(attribute),
          { text: from, against: to },
          { text: to, against: from },
        ]),
    }),
    ...sectionOf<UserForecast>({
      ...section('create', 'New accounts, each with a license', 'info'),
      headings: ['username sent', 'email sent', 'where'],
      list: forecast.people,
      of: people((kind) => has('create')(kind) && !isSecond(kind)),
      rows: ({ idpUser }) => [[cell(idpUser?.subject ?? ''), cell(idpUser?.email ?? ''), whereIdp(idpUser)]],
    }),
    ...ofMembers('unknown', 'members-unknown', 'Members with an uncertain outcome', 'warning'),
    ...ofMembers('added', 'members-added', 'Members who are added', 'info'),
    ...ofMembers('skipped', 'members-skipped', 'Members who are not added', 'info'),
  ];
}

type UserKind = UserOutcomes['kinds'][number];

const has =
  (effect: UserEffect) =>
  ({ bits }: UserKind): boolean =>
    (bits & EFFECT[effect]) !== 0;

const isSecond = ({ bits }: UserKind): boolean => (bits & IS_SECOND) !== 0;

/** Returns groups with those first that stand beside others of nearly their name. */
const nearFirst = (groups: readonly GroupForecast[]): readonly GroupForecast[] => [
  ...groups.filter(({ near }) => near.length > 0),
  ...groups.filter(({ near }) => near.length === 0),
];
