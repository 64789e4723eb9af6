/** Compares texts of an account with those of a user of the provider, mostly without creating a string. */

import { type StoredTexts, startOf } from '../collections/stored-texts.js';
import type { User } from './directory.js';
import type { IdpUser } from './idp.js';
import { isPrinted, StoredIdpUser } from './stored-idp-user.js';
import { StoredUser } from './stored-user.js';

/** Is the username exactly the subject. */
export const isCalledSubject = (user: User, idpUser: IdpUser): boolean =>
  user instanceof StoredUser && idpUser instanceof StoredIdpUser
    ? user.texts.isSame(user.nameAddress, idpUser.texts, idpUser.subjectAddress)
    : user.userName === idpUser.subject;

/** Are both emails exactly equal. */
export const haveSameEmail = (user: User, idpUser: IdpUser): boolean =>
  user instanceof StoredUser && idpUser instanceof StoredIdpUser
    ? user.texts.isSame(user.emailAddress, idpUser.texts, idpUser.emailAddress)
    : user.email === idpUser.email;

// Does the provider's value replace the account's. Blank ones are not sent: Entra skips them, and Okta has none.

export const isEmailReplaced = (user: User, idpUser: IdpUser): boolean =>
  user instanceof StoredUser && idpUser instanceof StoredIdpUser
    ? isStoredReplaced(user.texts, user.emailAddress, idpUser.texts, idpUser.emailAddress)
    : isReplaced(user.email, idpUser.email);

export function isGivenNameReplaced(user: User, idpUser: IdpUser): boolean {
  if (!(user instanceof StoredUser && idpUser instanceof StoredIdpUser)) return isReplaced(user.givenName, idpUser.givenName);
  return user.hasPerson && idpUser.has('hasGivenName') && isStoredReplaced(user.texts, user.givenNameAddress, idpUser.texts, idpUser.givenNameAddress);
}

export function isFamilyNameReplaced(user: User, idpUser: IdpUser): boolean {
  if (!(user instanceof StoredUser && idpUser instanceof StoredIdpUser)) return isReplaced(user.familyName, idpUser.familyName);
  return user.hasPerson && idpUser.has('hasFamilyName') && isStoredReplaced(user.texts, user.familyNameAddress, idpUser.texts, idpUser.familyNameAddress);
}

const isReplaced = (from: string | undefined, to: string | undefined): boolean => from !== undefined && to !== undefined && from !== to && to.trim() !== '';

const isStoredReplaced = (texts: StoredTexts, from: number, others: StoredTexts, to: number): boolean =>
  !texts.isSame(from, others, to) && others.lengthOf(to) > 0 && (isPrinted(others.bytesAt(to)[startOf(to)]) || others.text(to).trim() !== '');
