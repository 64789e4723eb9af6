/**
 * What forecasts rest on, in plain words. They hold no values, so that equal reasons are equal texts. What they are called
 * here is what programs are told (see `reasons.ts`): a name stays when its words are put better.
 *
 * Sources. Jama: "SCIM provisioning for users and groups" (the guide). Okta: "Okta and SCIM Version 2.0", "Group Push",
 * "Troubleshooting Group Push", "Can an application be assigned to a deactivated user". Entra: "How application
 * provisioning works", "Known issues for provisioning", "Develop a SCIM endpoint" (groups are read without members,
 * members are added and removed one by one).
 */

import { type IdpProvider, PROVIDER_NAMES } from '../model/idp.js';

/** What is said of a link, each where it holds. */
export interface LinkFacts {
  readonly isBasic: boolean;
  readonly isBlocked: boolean;
  readonly isEmailShared: boolean;
}

/** Returns the sentences of a link; those that hold follow one another. */
export function linkWords(provider: IdpProvider) {
  const name = PROVIDER_NAMES[provider];
  return {
    link:
      provider === 'okta'
        ? 'Okta looks for exactly this username and finds the account: it is linked, and Okta writes its own profile over it.'
        : 'Entra looks for exactly this username and finds the account: it is matched, and the mapped attributes are updated.',
    blocked:
      provider === 'okta'
        ? 'The user is blocked in Okta. If Okta sends that, the account becomes inactive; but a deactivated user of Okta has no applications, and what is sent for a suspended one is not documented.'
        : 'The user is blocked in Entra, and an account that is found is updated with that: it becomes inactive, if it is not so already. Whether values that differ are overwritten as well is not documented.',
    basic: `The account signs in with a password today (Basic): whether it still can once ${name} manages it is not documented.`,
    shared: 'Another account has the same email: single sign-on needs it to be one account only.',
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
    secondAccount: `${name} looks for exactly this username and finds no account, so it creates one: a second one beside the account that has this email.`,
    noEmail: `No account has this username, and the user has no email in ${name}. Jama Connect wants one for a new account; what happens without is not documented.`,
    noSubject: `The export of ${name} has no username for this user, so it is not known what is looked for.`,
    neverActivated: `The user was never activated in ${name}. Whether anything is sent before that is not documented.`,
    notProvisioned:
      provider === 'okta'
        ? 'The user is blocked in Okta and has no account with this username: Okta assigns applications to nobody who is deactivated or suspended, so none is created.'
        : 'The user is blocked in Entra and has no account with this username: Entra does not provision blocked users, so none is created.',
    onlyAlike: `An account has this username but for upper and lower case, accents or white space. How Jama Connect compares them is not documented: ${name} finds the account, or it creates a second one.`,
    twins: `Several accounts have this username, or differ from it only in upper and lower case, accents or white space. Which one ${name} is shown is not documented.`,
    sameSubject: `Several users of ${name} have this username, or differ only in upper and lower case, accents or white space: which of them gets the account is not certain.`,
    subjectAndEmail: `${name} looks for the username and finds one account, but another one has the email: which one single sign-on opens is not certain.`,
    special:
      'The username has a special character. Entra documents that it cannot look such values up, but not which characters it means: the user may not be provisioned.',
    basicAlone: `${name} has nobody for this Basic account: it is left alone.`,
    inactiveAlone: `The account is inactive, and ${name} has nobody for it: nothing is sent that names it.`,
    activeAlone: `The account signs in through the identity provider, and ${name} has nobody for it. The guide wants such users to be added there; what happens to them otherwise is not documented.`,
    besideAlone: `A user of ${name} has this account's email, but gets a second account, because the username is another one. What becomes of this account is not documented.`,
    candidate: `A user of ${name} could be this account or another one: what happens to it is not certain.`,
  };
}

/** Returns the reasons for what happens to groups. */
export function groupWords(provider: IdpProvider) {
  const name = PROVIDER_NAMES[provider];
  return {
    link: 'One organization-level group has exactly this name: it is linked, and managed by the identity provider from then on.',
    linkBesideAlike: 'One organization-level group has exactly this name and is linked. Another has nearly this name: look whether the right one is meant.',
    create: 'No organization-level group has exactly this name, so one is created.',
    createBesideAlike:
      'No organization-level group has exactly this name, so one is created beside a group of nearly this name, which keeps its members and permissions.',
    createBesideProject:
      'Only a group of a project has this name, and those are not synced: an organization-level group of the same name is created beside it.',
    twins: 'Several organization-level groups have exactly this name: which one is linked is not certain. Memberships are not predicted.',
    sameName: `Several groups of ${name} have this name: which one is linked is not certain. Memberships are not predicted.`,
    blank: `The group has no name in the export of ${name}, so it is not known what is looked for.`,
    special:
      'The name has a special character. Entra documents that groups with such names cannot be synced, but not which characters it means. Memberships are not predicted.',
    noGroups: 'The groups of Jama Connect were not given, so it is not known whether there is one of this name.',
    noGroupList: 'No list of groups was given: groups without members are not known, so there may be one of this name.',
    candidate: `A group of ${name} could be linked to this group or to another one of its name.`,
    untouched: `${name} has no group of this name: the group is not linked and stays as it is.`,
    untouchedAlike: `${name} has a group of nearly this name only: the group is not linked and stays as it is.`,
    noIdpList: `No list of the groups of ${name} was given: there may be one of this name.`,
  };
}

/** Returns the reasons for what happens to memberships. */
export function membershipWords(provider: IdpProvider) {
  const name = PROVIDER_NAMES[provider];
  return {
    added: `The group has this member in ${name}, and not yet in Jama Connect.`,
    addedCreated: `The group has this member in ${name}; the account is created by the same sync.`,
    lostBasic: 'An inactive Basic user: the next group sync takes such members out of a group that is linked.',
    blockedNow: 'The account is Basic and becomes inactive by the same sync: whether this sync or a later one takes it out of the group is not documented.',
    skippedBlocked:
      provider === 'okta'
        ? 'The member is blocked in Okta, which does not push such members.'
        : 'The member is blocked in Entra and has no account, so there is nobody to add.',
    blockedMember: 'The member is blocked in Entra: whether it is added all the same is not documented.',
    skippedStrangers: `Members of the group in ${name} who are no user of its export: a group's members are added only where they are provisioned themselves.`,
    uncertainUser: 'It is not certain which account is this member.',
    candidate:
      'This Basic account may be one that the identity provider has a user for: whether it is active after the sync is not certain, and inactive Basic members are taken out.',
    candidateMember: 'The account may be a member whom the group has in Entra: which account that is is not certain.',
    notInIdp:
      'The group lacks this member in Entra. Entra reads groups without their members and adds its own one by one, which suggests that the member stays; it is not documented.',
    noMemberships: 'The memberships of Jama Connect were not given: whether the user is a member already is not known.',
  };
}

export type UserWords = ReturnType<typeof userWords>;
