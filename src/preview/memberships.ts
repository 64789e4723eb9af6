/** Effects of the first group sync on memberships of groups that are linked or created. Linear; users are synced before groups. */

import type { Group, User } from '../model/directory.js';
import type { IdpGroup, IdpUser } from '../model/idp.js';
import { type GroupForecast, MEMBERSHIP_EFFECTS, type MembershipEffect, type MembershipForecast, type Reason } from './forecast.js';
import type { GroupDraft } from './groups.js';
import { MembersByGroup, type MembershipView, type PreviewInput } from './preview-input.js';
import { CREATED, NOT_PROVISIONED, type UsersForecast } from './users.js';
import { membershipWords } from './words.js';

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
