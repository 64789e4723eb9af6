/**
 * The reasons of forecasts: a name for programs, which stays when the sentence is improved, and the sentence in plain
 * words, which contains no values.
 *
 * Sources. Jama: "SCIM configuration with Okta and Microsoft Entra" (the guide). Okta: "Okta and SCIM Version 2.0", "Group Push",
 * "Troubleshooting Group Push", "Can an application be assigned to a deactivated user". Entra: "How application
 * provisioning works", "Known issues for provisioning", "Develop a SCIM endpoint" (groups are read without members,
 * members are added and removed one by one).
 */

import { type IdpProvider, PROVIDER_NAMES } from '../model/idp.js';
import type { Reason } from './forecast.js';

const reason = (name: string, text: string): Reason => ({ names: [name], text });

const joined = (reasons: readonly Reason[]): Reason => ({ names: reasons.flatMap(({ names }) => names), text: reasons.map(({ text }) => text).join(' ') });

/** Conditions of a link, each with its sentence. */
export interface LinkFacts {
  readonly isSuspended: boolean;
  readonly isBasic: boolean;
  /** Another account has the account's email. */
  readonly isEmailShared: boolean;
  /** The person's email belongs to another account. */
  readonly isEmailElsewhere: boolean;
}

/** Returns the sentences about a link; those that apply follow one another. */
export function linkWords(provider: IdpProvider) {
  const name = PROVIDER_NAMES[provider];
  return {
    link: reason(
      'link',
      provider === 'okta'
        ? 'Okta looks for exactly this username and finds the account: it is linked, and Okta overwrites its values with the Okta profile.'
        : 'Entra looks for exactly this username and finds the account: it is matched, and the mapped attributes are updated.',
    ),
    suspended: reason('suspended', `The user is suspended in ${name}, which sends the account as inactive.`),
    basic: reason(
      'basic',
      `This only concerns signing in: the account signs in with a password today (Basic), and whether it still can after ${name} manages it is not documented.`,
    ),
    shared: reason('shared', 'This only concerns signing in: another account has the same email, and single sign-on needs an email that only one account has.'),
    subjectAndEmail: reason(
      'subject-and-email',
      "The sync takes the account with this username. The person's email belongs to another account, which may be the one that the person uses; it only matters for signing in, because single sign-on needs an email that only one account has.",
    ),
  };
}

/** Returns the reasons for what happens to users. */
export function userWords(provider: IdpProvider) {
  const name = PROVIDER_NAMES[provider];
  const { link, suspended, basic, shared, subjectAndEmail } = linkWords(provider);
  const links = Array.from({ length: 16 }, (_, bits) =>
    joined([link, ...(bits & 1 ? [suspended] : []), ...(bits & 2 ? [basic] : []), ...(bits & 4 ? [shared] : []), ...(bits & 8 ? [subjectAndEmail] : [])]),
  );
  return {
    link: ({ isSuspended, isBasic, isEmailShared, isEmailElsewhere }: LinkFacts): Reason =>
      links[(isSuspended ? 1 : 0) + (isBasic ? 2 : 0) + (isEmailShared ? 4 : 0) + (isEmailElsewhere ? 8 : 0)],
    blocked: reason(
      'blocked',
      provider === 'okta'
        ? 'The user is deactivated in Okta and so has no applications there. Okta sends a deactivation only for accounts that it has linked, so this account may stay active.'
        : 'The user is blocked in Entra, which does not provision blocked users. Whether the first cycle deactivates the account is not documented for users who were never in scope before; later cycles deactivate only accounts that Entra has matched.',
    ),
    blockedInactive: reason('blocked-inactive', `The user is blocked in ${name}, and the account is inactive already: it is left alone.`),
    create: reason('create', `${name} looks for exactly this username and finds no account, so it creates one.`),
    createNamesake: reason(
      'create-namesake',
      `${name} looks for exactly this username and finds no account, so it creates one. There is an account whose username is the part before the @: if it is the same person's, this one is a second account. The check names both (rule second-account).`,
    ),
    secondAccount: reason(
      'second-account',
      `${name} looks for exactly this username and finds no account, so it creates a second one beside the account that has this email.`,
    ),
    noEmail: reason(
      'no-email',
      `No account has this username, and the user has no email in ${name}. Jama Connect requires an email for a new account; what happens without one is not documented.`,
    ),
    noSubject: reason('no-subject', `The export of ${name} has no username for this user, so it is not known which username ${name} looks for.`),
    neverActivated: reason('never-activated', `The user was never activated in ${name}. Whether anything is sent before activation is not documented.`),
    notProvisioned: reason(
      'not-provisioned',
      provider === 'okta'
        ? 'The user is blocked in Okta and has no account with this username: Okta does not assign applications to deactivated or suspended users, so none is created.'
        : 'The user is blocked in Entra and has no account with this username: Entra does not provision blocked users, so none is created.',
    ),
    onlyAlike: reason(
      'only-alike',
      `An account has this username except for upper and lower case, accents or white space. How Jama Connect compares these is not documented: ${name} either finds the account or creates a second one.`,
    ),
    twins: reason(
      'twins',
      `Several accounts have this username, or differ from it only in upper and lower case, accents or white space. Which one ${name} finds is not documented.`,
    ),
    sameSubject: reason(
      'same-subject',
      `Several users of ${name} have this username, or differ only in upper and lower case, accents or white space. It is not certain which of them gets the account.`,
    ),
    special: reason(
      'special',
      'The username has a special character. Entra documents that it cannot look up such values, but not which characters are special, so the user may not be provisioned.',
    ),
    basicAlone: reason('basic-alone', `${name} has no user for this Basic account, so it stays as it is.`),
    inactiveAlone: reason('inactive-alone', `The account is inactive, and ${name} has no user for it, so nothing is sent for it.`),
    activeAlone: reason(
      'active-alone',
      `${name} has no user for this account, so nothing is sent for it. It signs in through the identity provider, and the guide requires such users to be added there: until then nobody can sign in to it.`,
    ),
    besideAlone: reason(
      'beside-alone',
      `A user of ${name} has this account's email but gets a second account, because the username differs. Nothing is sent for this account, so it stays as it is.`,
    ),
    candidate: reason('candidate', `A user of ${name} could be this account or another one, so it is not certain what happens to it.`),
  };
}

/** Returns the reasons for how people sign in after the sync. */
export function loginWords(provider: IdpProvider) {
  const name = PROVIDER_NAMES[provider];
  return {
    sso: reason('sso', `Single sign-on finds exactly one account with the email that ${name} sends: this one.`),
    password: reason('password', `The account is Basic, and ${name} does not manage it: its password stays valid.`),
    passwordUnsure: reason(
      'password-unsure',
      'The account is Basic. Whether it can sign in with its password depends on the authentication mode after the change.',
    ),
    managedBasic: reason('managed-basic', `The account is Basic, and ${name} has a user for it: whether its password stays valid is not documented.`),
    deactivated: reason('deactivated', 'The sync deactivates the account.'),
    unsureAccount: reason('unsure-account', 'It is not certain which accounts there are for this person after the sync.'),
    nobody: reason('nobody', `${name} has nobody with this username or email who is provisioned, so nobody can sign in to the account.`),
    severalPeople: reason('several-people', `Several users of ${name} have this username or email.`),
    pending: reason('pending', `The person was never activated in ${name}.`),
    blocked: reason('blocked', `The person is blocked in ${name} and cannot sign in there.`),
    sharedEmail: reason(
      'shared-email',
      'Several accounts, active or not, have the email that is sent: single sign-on needs an email that only one account has, so the person reaches none of them.',
    ),
    noAccount: reason('no-account', `No account has the email that ${name} sends, so single sign-on finds none.`),
    otherAccount: reason('other-account', `Another account has the email that ${name} sends: the person signs in to that one.`),
    onlyAlike: reason(
      'only-alike',
      `The email differs from what ${name} sends, but only in upper and lower case, accents or white space. The vendor requires an exact match.`,
    ),
  };
}

export type LoginWords = ReturnType<typeof loginWords>;

/** Returns the reasons for what happens to groups. */
export function groupWords(provider: IdpProvider) {
  const name = PROVIDER_NAMES[provider];
  return {
    link: reason('link', 'One organization-level group has exactly this name: it is linked, and the identity provider manages it from then on.'),
    linkBesideAlike: reason(
      'link-beside-alike',
      'One organization-level group has exactly this name and is linked. Another one has nearly this name: check that the right one is linked.',
    ),
    create: reason('create', 'No organization-level group has exactly this name, so one is created.'),
    createBesideAlike: reason(
      'create-beside-alike',
      'No organization-level group has exactly this name, so one is created beside a group with nearly this name, which keeps its members and permissions.',
    ),
    createBesideProject: reason(
      'create-beside-project',
      'Only a project group has this name. Project groups are not synced, so an organization-level group with the same name is created beside it.',
    ),
    twins: reason(
      'twins',
      'Several organization-level groups have exactly this name, so it is not certain which one is linked. Memberships are not predicted.',
    ),
    sameName: reason('same-name', `Several groups of ${name} have this name, so it is not certain which one is linked. Memberships are not predicted.`),
    blank: reason('blank', `The group has no name in the export of ${name}, so it is not known which name ${name} looks for.`),
    special: reason(
      'special',
      'The name has a special character. Entra documents that groups with such names cannot be synced, but not which characters are special. Memberships are not predicted.',
    ),
    noGroups: reason('no-groups', 'The groups of Jama Connect were not given, so it is not known whether one has this name.'),
    noGroupList: reason('no-group-list', 'No list of groups was given, so groups without members are not known, and one of them may have this name.'),
    candidate: reason('candidate', `A group of ${name} could be linked to this group or to another one with the same name.`),
    untouched: reason('untouched', `${name} sends no group with this name, so the group is not linked and stays as it is.`),
    untouchedAlike: reason('untouched-alike', `${name} only sends a group with nearly this name, so the group is not linked and stays as it is.`),
    noIdpList: reason('no-idp-list', `No list of the groups of ${name} was given, so one of them may have this name.`),
  };
}

/** Returns the reasons for what happens to memberships. */
export function membershipWords(provider: IdpProvider) {
  const name = PROVIDER_NAMES[provider];
  return {
    added: reason('added', `The group has this member in ${name}, but not yet in Jama Connect.`),
    addedCreated: reason('added-created', `The group has this member in ${name}; the same sync creates the account.`),
    lostBasic: reason('lost-basic', 'An inactive Basic user: the next group sync removes such members from a linked group.'),
    blockedNow: reason(
      'blocked-now',
      'The account is Basic and the same sync makes it inactive. Whether this sync or a later one removes it from the group is not documented.',
    ),
    skippedBlocked: reason(
      'skipped-blocked',
      provider === 'okta'
        ? 'The member is blocked in Okta, which does not push such members.'
        : 'The member is blocked in Entra and has no account, so it cannot be added.',
    ),
    blockedMember: reason('blocked-member', 'The member is blocked in Entra: whether it is added nevertheless is not documented.'),
    skippedStrangers: reason(
      'skipped-strangers',
      `Members of the group in ${name} who are not in its export of users. A group's members are added only if they are provisioned themselves.`,
    ),
    uncertainUser: reason('uncertain-user', 'It is not certain which account is this member.'),
    candidate: reason(
      'candidate',
      'The identity provider may have a user for this Basic account. It is not certain whether the account is active after the sync, and inactive Basic members are removed.',
    ),
    candidateMember: reason('candidate-member', 'The account may be one of the members of the group in Entra; it is not certain which account that member is.'),
    notInIdp: reason(
      'not-in-idp',
      'The group lacks this member in Entra. Entra reads groups without their members and adds its own members one by one, which suggests that the member stays, but this is not documented.',
    ),
    noMemberships: reason('no-memberships', 'The memberships of Jama Connect were not given, so it is not known whether the user is already a member.'),
  };
}

export type UserWords = ReturnType<typeof userWords>;

export interface ReasonsByList {
  readonly users: readonly Reason[];
  readonly logins: readonly Reason[];
  readonly groups: readonly Reason[];
  readonly memberships: readonly Reason[];
}

/** Returns the single reasons that a forecast for the provider may have, always in the same order. */
export function reasonsOf(provider: IdpProvider): ReasonsByList {
  const { link: _, ...users } = userWords(provider);
  return {
    users: [...Object.values(linkWords(provider)), ...Object.values(users)],
    logins: Object.values(loginWords(provider)),
    groups: Object.values(groupWords(provider)),
    memberships: Object.values(membershipWords(provider)),
  };
}
