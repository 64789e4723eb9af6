/** Booleans and enumerations as exports spell them: trimmed, without case; everything else is refused. */

import type { Activity, AuthenticationType } from '../../model/directory.js';

const TRUE = new Set(['true', 't', '1', 'yes', 'y', 'active', 'activated', 'enabled']);
const FALSE = new Set(['false', 'f', '0', 'no', 'n', 'inactive', 'deactivated', 'disabled']);
/** A disabled user: the flag is set, or the status is spelled out. */
const DISABLED = new Set(['true', 't', '1', 'yes', 'y', 'disabled', 'inactive', 'deactivated']);
/** Jama Connect reads a NULL flag as not disabled; dumps write NULL in three ways. */
const NOT_DISABLED = new Set(['false', 'f', '0', 'no', 'n', '', 'null', '\\n', 'enabled', 'active', 'activated']);

const pick = (text: string, yes: ReadonlySet<string>, no: ReadonlySet<string>): boolean | undefined => {
  const value = text.trim().toLowerCase();
  return yes.has(value) ? true : no.has(value) ? false : undefined;
};

/** Returns what a yes/no cell says, undefined where it is no boolean. */
export const parseBoolean = (text: string): boolean | undefined => pick(text, TRUE, FALSE);

/** Returns whether a cell of `active` or `disabled` says that the user is active; `further` are words that a person mapped, by lower-case value. */
export function parseActivity(text: string, column: 'active' | 'disabled', further: Readonly<Record<string, Activity>>): boolean | undefined {
  const value = text.trim().toLowerCase();
  if (Object.hasOwn(further, value)) return further[value] === 'active';
  if (column === 'active') return parseBoolean(value);
  const isDisabled = pick(value, DISABLED, NOT_DISABLED);
  return isDisabled === undefined ? undefined : !isDisabled;
}

/** A license type that says that the user is inactive, as code or as word. */
export const isInactiveLicense = (text: string): boolean => /^(?:i|inactive|i - inactive)$/i.test(text.trim());

const ACCEPTED: Readonly<Record<string, AuthenticationType>> = {
  basic: 'basic',
  idp: 'idp',
  'idp-login': 'idp',
  saml: 'idp',
  auth0: 'idp',
  sso: 'idp',
  oidc: 'idp',
};

/** Returns the authentication type; `further` are spellings that a person mapped, by lower-case value. */
export function parseAuthenticationType(text: string, further: Readonly<Record<string, AuthenticationType>>): AuthenticationType | undefined {
  const value = text.trim().toLowerCase();
  if (Object.hasOwn(further, value)) return further[value];
  return Object.hasOwn(ACCEPTED, value) ? ACCEPTED[value] : undefined;
}

const ORGANIZATION = new Set(['organization', 'organisation', 'org']);

/** Returns what a scope cell says, undefined where it says neither. */
export function parseScope(text: string): 'organization' | 'project' | undefined {
  const value = text.trim().toLowerCase();
  if (ORGANIZATION.has(value)) return 'organization';
  return value === 'project' ? 'project' : undefined;
}
