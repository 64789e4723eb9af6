/** Effects of the first sync on groups and on their memberships. */

import type { Collation } from '../model/compare.js';
import type { Group, User } from '../model/directory.js';
import type { IdpGroup, IdpUser } from '../model/idp.js';
import { isSpecial } from '../model/idp-lookup.js';
import { type GroupForecast, MEMBERSHIP_EFFECTS, type MembershipEffect, type MembershipForecast, type Reason } from './forecast.js';
import { MembersByGroup, type MembershipView, MOST_NAMED, type PreviewInput } from './preview-input.js';
import { CREATED, NOT_PROVISIONED, type UsersForecast } from './users.js';
import { groupWords, membershipWords } from './words.js';

// Effects of the first sync on groups: the provider's first, then groups to be synced that none of them is linked to.

/** A forecast whose memberships are not counted yet. */
type GroupDraft = Omit<GroupForecast, 'members'>;

export interface GroupsForecast {
  readonly drafts: readonly GroupDraft[];
  /** Groups of the provider that are not among those to be synced. */
  readonly leftOut: number;
}

const NONE: readonly never[] = [];

export function forecastGroups({ directory, sync, idp, index }: PreviewInput): GroupsForecast {
  const { provider, groups: idpGroups, given } = idp.directory;
  const words = groupWords(provider);
  const { isBlank, key } = index.collation;
  const { exact, alike, ofProjects } = namesOf(directory.groups, key);
  const wanted = sync.names === null ? null : new Set(sync.names.map(key));
  const considered = idpGroups.filter(({ name }) => wanted === null || wanted.has(key(name)));
  const timesByName = new Map<string, number>();
  for (const { name } of considered) timesByName.set(name, (timesByName.get(name) ?? 0) + 1);
  const linkedOrMeant = new Set<Group>();
  const contestedNames = new Set<string>();

  const forecastOne = (idpGroup: IdpGroup): GroupDraft => {
    const { name } = idpGroup;
    const draft = (effect: GroupDraft['effect'], why: Reason, near: readonly Group[] = NONE): GroupDraft => ({ effect, idpGroup, near, why });
    if (isBlank(name)) return draft('unknown', words.blank);
    const same = exact.get(name) ?? NONE;
    if ((timesByName.get(name) ?? 0) > 1 || same.length > 1) {
      contestedNames.add(name);
      return draft('ambiguous', same.length > 1 ? words.twins : words.sameName, same.slice(0, MOST_NAMED));
    }
    const [group] = same;
    const own = group === undefined ? {} : { group };
    if (group !== undefined) linkedOrMeant.add(group);
    if (!directory.given.groups) return draft('unknown', words.noGroups);
    if (provider === 'entra' && isSpecial(name)) return { ...draft('unknown', words.special), ...own };
    const others = alike.get(key(name)) ?? NONE;
    if (group !== undefined) return { ...draft('link', others.length > 1 ? words.linkBesideAlike : words.link), group };
    const projects = ofProjects.get(name) ?? NONE;
    const near = [...others.slice(0, MOST_NAMED), ...projects.slice(0, MOST_NAMED)].slice(0, MOST_NAMED);
    if (!directory.given.groupList) return draft('unknown', words.noGroupList, near);
    return draft('create', others.length > 0 ? words.createBesideAlike : projects.length > 0 ? words.createBesideProject : words.create, near);
  };

  const drafts = considered.map(forecastOne);
  const keysOfIdp = new Set(considered.map(({ name }) => key(name)));
  for (const group of directory.groups) {
    if (sync.isSynced[group.place] === 0 || linkedOrMeant.has(group)) continue;
    const draft = (effect: GroupDraft['effect'], why: Reason): GroupDraft => ({ effect, group, near: NONE, why });
    if (contestedNames.has(group.name)) drafts.push(draft('ambiguous', words.candidate));
    else if (!given.groupList) drafts.push(draft('unknown', words.noIdpList));
    else drafts.push(draft('untouched', !isBlank(group.name) && keysOfIdp.has(key(group.name)) ? words.untouchedAlike : words.untouched));
  }
  return { drafts, leftOut: idpGroups.length - considered.length };
}

interface Names {
  /** Organization-level groups by name. */
  readonly exact: ReadonlyMap<string, readonly Group[]>;
  /** Organization-level groups by the key of the name. */
  readonly alike: ReadonlyMap<string, readonly Group[]>;
  /** Groups of projects by name. */
  readonly ofProjects: ReadonlyMap<string, readonly Group[]>;
}

function namesOf(groups: readonly Group[], key: Collation['key']): Names {
  const exact = new Map<string, Group[]>();
  const alike = new Map<string, Group[]>();
  const ofProjects = new Map<string, Group[]>();
  const add = (map: Map<string, Group[]>, name: string, group: Group): void => {
    const known = map.get(name);
    if (known === undefined) map.set(name, [group]);
    else known.push(group);
  };
  for (const group of groups) {
    if (!group.isOrganizationLevel) {
      add(ofProjects, group.name, group);
      continue;
    }
    add(exact, group.name, group);
    add(alike, key(group.name), group);
  }
  return { exact, alike, ofProjects };
}

// Effects of the first group sync on memberships of groups that are linked or created. Linear; users are synced before
// groups.

export interface MembershipsForecast {
  readonly groups: readonly GroupForecast[];
  readonly memberships: readonly MembershipForecast[];
  /** Inactive Basic members who stay because the same sync activates them. */
  readonly keptByActivation: number;
  /** Memberships that are kept although the provider's group lacks the member. */
  readonly keptOnlyHere: number;
  /** Groups whose members in the provider are not known. */
  readonly withoutMembers: number;
}

type Counts = Record<MembershipEffect, number>;
type Outcome = readonly [effect: 'kept', why: undefined] | readonly [effect: MembershipForecast['effect'], why: Reason];

const emptyCounts = (): Counts => ({ added: 0, kept: 0, lost: 0, skipped: 0, unknown: 0 });
const KEPT: Outcome = ['kept', undefined];

export function forecastMemberships(
  input: PreviewInput,
  { drafts }: { readonly drafts: readonly GroupDraft[] },
  users: UsersForecast,
  view: MembershipView,
): MembershipsForecast {
  const { directory, idp } = input;
  const { strangers, given, listed } = idp.directory;
  const memberships: MembershipForecast[] = [];
  let keptByActivation = 0;
  let keptOnlyHere = 0;
  let withoutMembers = 0;
  const settle = outcomes(input, users);
  const inConnect = membersOfLinked(input, drafts, view);
  const inIdp = membersOfIdp(input, drafts);
  /** By index of a user of Jama Connect: number of the group, from 1, that has the user there, and in the provider. */
  const seenInConnect = new Int32Array(directory.users.length);
  const seenInIdp = new Int32Array(directory.users.length);

  const groups = drafts.map((draft, at): GroupForecast => {
    const { effect, group, idpGroup } = draft;
    const members = emptyCounts();
    if (idpGroup === undefined || (effect !== 'link' && effect !== 'create')) return { ...draft, members };
    const mark = at + 1;
    const note = ([effectOf, why]: Outcome, about: { readonly user?: User; readonly idpUser?: IdpUser; readonly members?: number }): void => {
      members[effectOf] += about.members ?? 1;
      if (effectOf !== 'kept')
        memberships.push({ effect: effectOf, groupName: nameOf(idpGroup, group), ...(group === undefined ? {} : { group }), ...about, why });
    };
    const there = group === undefined ? NO_MEMBERS : inConnect.of(group.place);
    for (const place of there) seenInConnect[place] = mark;
    const own = inIdp.of(idpGroup.place);
    const unseen = strangers.get(idpGroup.place) ?? 0;
    const isKnown = given.members && (own.length > 0 || unseen > 0 || listed.has(idpGroup.place));
    if (!isKnown) withoutMembers++;
    for (const place of own) {
      const idpUser = idp.directory.users[place];
      const account = users.accountOf[place];
      if (account >= 0) seenInIdp[account] = mark;
      const isThere = account >= 0 && seenInConnect[account] === mark;
      const outcome = settle.ofIdpMember(idpUser, account, isThere, group !== undefined);
      if (isThere && !directory.users[account].active && outcome === KEPT && directory.users[account].authenticationType === 'basic') keptByActivation++;
      note(outcome, account >= 0 ? { user: directory.users[account], idpUser } : { idpUser });
    }
    if (unseen > 0) note(['skipped', settle.words.skippedStrangers], { members: unseen });
    for (const place of there) {
      // Repetitions of a membership in the export count once.
      if (seenInConnect[place] !== mark) continue;
      seenInConnect[place] = 0;
      if (seenInIdp[place] === mark) continue;
      const outcome = settle.ofMemberOnlyHere(place, isKnown);
      if (outcome === KEPT) keptOnlyHere++;
      if (outcome !== undefined) note(outcome, { user: directory.users[place] });
    }
    return { ...draft, members };
  });
  return { groups, memberships, keptByActivation, keptOnlyHere, withoutMembers };
}

const NO_MEMBERS = new Int32Array(0);
const nameOf = (idpGroup: IdpGroup, group: Group | undefined): string => idpGroup.name || (group?.name ?? '');

function membersOfLinked({ directory }: PreviewInput, drafts: readonly GroupDraft[], view: MembershipView): MembersByGroup {
  const isLinked = new Uint8Array(directory.groups.length);
  for (const { effect, group } of drafts) if (effect === 'link' && group !== undefined) isLinked[group.place] = 1;
  return new MembersByGroup(view, isLinked);
}

function membersOfIdp({ idp }: PreviewInput, drafts: readonly GroupDraft[]): MembersByGroup {
  const { groups, members } = idp.directory;
  const isSynced = new Uint8Array(groups.length);
  for (const { idpGroup } of drafts) if (idpGroup !== undefined) isSynced[idpGroup.place] = 1;
  const view: MembershipView = {
    forEach(visit) {
      for (let at = 0; at < members.users.length; at++) visit(members.users[at], members.groups[at]);
    },
  };
  return new MembersByGroup(view, isSynced);
}

/** Returns the effect on one membership. */
function outcomes({ directory, idp }: PreviewInput, { isCandidate, isActiveAfter }: UsersForecast) {
  const { provider } = idp.directory;
  const words = membershipWords(provider);
  const isBasic = (place: number): boolean => directory.users[place].authenticationType === 'basic';
  const isInactiveBasic = (place: number): boolean => isActiveAfter[place] === 0 && isBasic(place);
  /** Inactive Basic members are removed in any case: the guide makes no exception. */
  const ofInactiveBasic = (place: number): Outcome => {
    if (isCandidate[place] === 1) return ['unknown', words.candidate];
    return directory.users[place].active ? ['unknown', words.blockedNow] : ['lost', words.lostBasic];
  };
  return {
    words,
    /** `isThere`: the account is already a member; `isLinked`: the group exists. */
    ofIdpMember({ active }: IdpUser, account: number, isThere: boolean, isLinked: boolean): Outcome {
      if (account === CREATED) return ['added', words.addedCreated];
      if (account === NOT_PROVISIONED) return ['skipped', words.skippedBlocked];
      if (account < 0) return ['unknown', words.uncertainUser];
      if (isThere) return isInactiveBasic(account) ? ofInactiveBasic(account) : KEPT;
      if (!active) return provider === 'okta' ? ['skipped', words.skippedBlocked] : ['unknown', words.blockedMember];
      if (isLinked && !directory.given.memberships) return ['unknown', words.noMemberships];
      return ['added', words.added];
    },
    /** Undefined if nothing can be predicted because the provider's members are not known. */
    ofMemberOnlyHere(place: number, isIdpKnown: boolean): Outcome | undefined {
      if (isInactiveBasic(place)) return ofInactiveBasic(place);
      if (!isIdpKnown) return undefined;
      // Okta: by the guide, the group's members stay when it is linked; but a Basic member whom the sync may block may be removed.
      if (provider === 'okta') return isBasic(place) && isCandidate[place] === 1 ? ['unknown', words.candidate] : KEPT;
      return ['unknown', isCandidate[place] === 1 ? words.candidateMember : words.notInIdp];
    },
  };
}

/** Returns the number of memberships per effect. */
export function countMemberships(groups: readonly GroupForecast[]): Readonly<Counts> {
  const counts = emptyCounts();
  for (const { members } of groups) for (const effect of MEMBERSHIP_EFFECTS) counts[effect] += members[effect];
  return counts;
}
