/**
 * The reasons of forecasts, in plain words. They contain no values, so that equal reasons are equal texts. Programs are
 * given the names used here (see `reasons.ts`): a name stays when its words are improved.
 *
 * Sources. Jama: "SCIM provisioning for users and groups" (the guide). Okta: "Okta and SCIM Version 2.0", "Group Push",
 * "Troubleshooting Group Push", "Can an application be assigned to a deactivated user". Entra: "How application
 * provisioning works", "Known issues for provisioning", "Develop a SCIM endpoint" (groups are read without members,
 * members are added and removed one by one).
 */

import { type IdpProvider, PROVIDER_NAMES } from '../model/idp.js';

/** Conditions of a link, each with its sentence. */
export interface LinkFacts {
  readonly isBasic: boolean;
  readonly isBlocked: boolean;
  readonly isEmailShared: boolean;
}

/** Returns the sentences about a link; those that apply follow one another. */
export function linkWords(provider: IdpProvider) {
  const name = PROVIDER_NAMES[provider];
  return {
    link:
      provider === 'okta'
        ? 'Okta looks for exactly this username and finds the account: it is linked, and Okta overwrites its values with the Okta profile.'
        : 'Entra looks for exactly this username and finds the account: it is matched, and the mapped attributes are updated.',
    blocked:
      provider === 'okta'
        ? 'The user is blocked in Okta. If Okta sends that, the account becomes inactive; but a deactivated user of Okta has no applications, and what Okta sends for a suspended user is not documented.'
        : 'The user is blocked in Entra, and the account that is found becomes inactive if it is not already. Whether different values are overwritten as well is not documented.',
    basic: `The account signs in with a password today (Basic). Whether it still can after ${name} manages it is not documented.`,
    shared: 'Another account has the same email: single sign-on needs an email that only one account has.',
  };
}

/** Returns the reasons for what happens to users. */
export function userWords(provider: IdpProvider) {
  const name = PROVIDER_NAMES[provider];
  const { link, blocked, basic, shared } = linkWords(provider);
  const links = Array.from({ length: 8 }, (_, bits) =>
    [link, ...(bits & 1 ? [blocked] : []), ...(bits & 2 ? [basic] : []), ...(bits & 4 ? [shared] : [])].join(' '),
  );
  return {
    link: ({ isBlocked, isBasic, isEmailShared }: LinkFacts): string => links[(isBlocked ? 1 : 0) + (isBasic ? 2 : 0) + (isEmailShared ? 4 : 0)],
    create: `${name} looks for exactly this username and finds no account, so it creates one.`,
    secondAccount: `${name} looks for exactly this username and finds no account, so it creates a second one beside the account that has this email.`,
    noEmail: `No account has this username, and the user has no email in ${name}. Jama Connect requires an email for a new account; what happens without one is not documented.`,
    noSubject: `The export of ${name} has no username for this user, so it is not known which username ${name} looks for.`,
    neverActivated: `The user was never activated in ${name}. Whether anything is sent before activation is not documented.`,
    notProvisioned:
      provider === 'okta'
        ? 'The user is blocked in Okta and has no account with this username: Okta does not assign applications to deactivated or suspended users, so none is created.'
        : 'The user is blocked in Entra and has no account with this username: Entra does not provision blocked users, so none is created.',
    onlyAlike: `An account has this username except for upper and lower case, accents or white space. How Jama Connect compares these is not documented: ${name} either finds the account or creates a second one.`,
    twins: `Several accounts have this username, or differ from it only in upper and lower case, accents or white space. Which one ${name} finds is not documented.`,
    sameSubject: `Several users of ${name} have this username, or differ only in upper and lower case, accents or white space. It is not certain which of them gets the account.`,
    subjectAndEmail: `${name} looks for the username and finds one account, but another account has the email. It is not certain which one single sign-on opens.`,
    special:
      'The username has a special character. Entra documents that it cannot look up such values, but not which characters are special, so the user may not be provisioned.',
    basicAlone: `${name} has no user for this Basic account, so it stays as it is.`,
    inactiveAlone: `The account is inactive, and ${name} has no user for it, so nothing is sent for it.`,
    activeAlone: `The account signs in through the identity provider, but ${name} has no user for it. The guide requires such users to be added there; what happens to them otherwise is not documented.`,
    besideAlone: `A user of ${name} has this account's email but gets a second account, because the username differs. What happens to this account is not documented.`,
    candidate: `A user of ${name} could be this account or another one, so it is not certain what happens to it.`,
  };
}

/** Returns the reasons for what happens to groups. */
export function groupWords(provider: IdpProvider) {
  const name = PROVIDER_NAMES[provider];
  return {
    link: 'One organization-level group has exactly this name: it is linked, and the identity provider manages it from then on.',
    linkBesideAlike: 'One organization-level group has exactly this name and is linked. Another one has nearly this name: check that the right one is linked.',
    create: 'No organization-level group has exactly this name, so one is created.',
    createBesideAlike:
      'No organization-level group has exactly this name, so one is created beside a group with nearly this name, which keeps its members and permissions.',
    createBesideProject:
      'Only a project group has this name. Project groups are not synced, so an organization-level group with the same name is created beside it.',
    twins: 'Several organization-level groups have exactly this name, so it is not certain which one is linked. Memberships are not predicted.',
    sameName: `Several groups of ${name} have this name, so it is not certain which one is linked. Memberships are not predicted.`,
    blank: `The group has no name in the export of ${name}, so it is not known which name ${name} looks for.`,
    special:
      'The name has a special character. Entra documents that groups with such names cannot be synced, but not which characters are special. Memberships are not predicted.',
    noGroups: 'The groups of Jama Connect were not given, so it is not known whether one has this name.',
    noGroupList: 'No list of groups was given, so groups without members are not known, and one of them may have this name.',
    candidate: `A group of ${name} could be linked to this group or to another one with the same name.`,
    untouched: `${name} has no group with this name, so the group is not linked and stays as it is.`,
    untouchedAlike: `${name} only has a group with nearly this name, so the group is not linked and stays as it is.`,
    noIdpList: `No list of the groups of ${name} was given, so one of them may have this name.`,
  };
}

/** Returns the reasons for what happens to memberships. */
export function membershipWords(provider: IdpProvider) {
  const name = PROVIDER_NAMES[provider];
  return {
    added: `The group has this member in ${name}, but not yet in Jama Connect.`,
    addedCreated: `The group has this member in ${name}; the same sync creates the account.`,
    lostBasic: 'An inactive Basic user: the next group sync removes such members from a linked group.',
    blockedNow: 'The account is Basic and the same sync makes it inactive. Whether this sync or a later one removes it from the group is not documented.',
    skippedBlocked:
      provider === 'okta'
        ? 'The member is blocked in Okta, which does not push such members.'
        : 'The member is blocked in Entra and has no account, so it cannot be added.',
    blockedMember: 'The member is blocked in Entra: whether it is added nevertheless is not documented.',
    skippedStrangers: `Members of the group in ${name} who are not in its export of users. A group's members are added only if they are provisioned themselves.`,
    uncertainUser: 'It is not certain which account is this member.',
    candidate:
      'The identity provider may have a user for this Basic account. It is not certain whether the account is active after the sync, and inactive Basic members are removed.',
    candidateMember: 'The account may be one of the members of the group in Entra; it is not certain which account that member is.',
    notInIdp:
      'The group lacks this member in Entra. Entra reads groups without their members and adds its own members one by one, which suggests that the member stays, but this is not documented.',
    noMemberships: 'The memberships of Jama Connect were not given, so it is not known whether the user is already a member.',
  };
}

export type UserWords = ReturnType<typeof userWords>;
