/** Settings that no export shows: what the configuration states about them, and what enablement requires. */

import type { User } from './directory.js';
import { type IdpProvider, PROVIDER_NAMES } from './idp.js';
import { type Note, note, userId } from './note.js';

/** The account that the identity provider's SCIM requests sign in with, by its id or by its username. */
export interface StatedAdmin {
  readonly id?: string;
  readonly userName?: string;
  readonly organizationAdmin?: boolean;
  readonly license?: string;
}

/** An account by its username, or else by its id. */
export type StatedName = string | { readonly id: string } | { readonly userName: string };

/** The stated settings; one that is absent is `unsaid`. */
export interface StatedEnvironment {
  readonly idp?: IdpProvider;
  readonly multiMode?: boolean;
  readonly allowUsernameChange?: boolean;
  readonly disableSamlAutoGeneration?: boolean;
  readonly scimAdmin?: StatedAdmin;
  /** Organization administrators; which of them can administer without the provider is a rule of its own. */
  readonly administrators?: readonly StatedName[];
  /** ISO date. */
  readonly tokenIssued?: string;
}

/** What the settings are compared with. */
export interface Environment {
  readonly stated: StatedEnvironment;
  /** True if unsaid settings count as well. */
  readonly isStrict: boolean;
  /** ISO date. */
  readonly today: string;
  /** Undefined if not stated, in which case everything that is stated is checked. */
  readonly provider?: IdpProvider;
}

/** The providers that require each setting (guide: `connect-configuration`). */
const ASKED_BY = {
  multiMode: 'okta',
  allowUsernameChange: 'okta',
  disableSamlAutoGeneration: 'okta',
  scimAdmin: 'both',
  tokenIssued: 'entra',
} as const satisfies Readonly<Record<string, IdpProvider | 'both'>>;

type Topic = keyof typeof ASKED_BY;

/** Parts of the SCIM Admin are settings of their own. */
export const ENVIRONMENT_SETTINGS = [
  'multiMode',
  'allowUsernameChange',
  'disableSamlAutoGeneration',
  'scimAdmin',
  'scimAdmin.active',
  'scimAdmin.authenticationType',
  'scimAdmin.organizationAdmin',
  'scimAdmin.license',
  'tokenIssued',
] as const;
export type SettingOfEnvironment = (typeof ENVIRONMENT_SETTINGS)[number];

/** Returns a setting's name in version 1, so that fingerprints stay the same. */
export const formerSpelling = (setting: SettingOfEnvironment): string =>
  setting.replace('organizationAdmin', 'organisationAdmin').replace('scimAdmin.license', 'scimAdmin.licence');

/**
 * `wrong`: it differs from what is required. `unsaid`: it is not stated. `contradictory`: it does not fit the authentication
 * mode. `missing`, `ambiguous`: no account, or several, match the one that is named. `expiring`, `expired`: the token.
 */
export const ENVIRONMENT_PROBLEMS = ['wrong', 'unsaid', 'contradictory', 'missing', 'ambiguous', 'expiring', 'expired'] as const;
export type ProblemOfEnvironment = (typeof ENVIRONMENT_PROBLEMS)[number];

type Value = string | boolean | null;

export interface Judgment {
  readonly setting: SettingOfEnvironment;
  readonly problem: ProblemOfEnvironment;
  /** What the configuration states; null if nothing. */
  readonly stated: Value;
  /** What the export shows; null if nothing. */
  readonly exported: Value;
  /** The first day on which the token is invalid, ISO. */
  readonly expires?: string;
  /** Accounts concerned, by index. */
  readonly users: readonly User[];
}

const WANTED = { multiMode: true, allowUsernameChange: false, disableSamlAutoGeneration: true } as const;

/** Returns what is wrong with the settings, in their order. */
export function judgeEnvironment(environment: Environment, users: readonly User[], isMultiMode: boolean): Judgment[] {
  const { stated, isStrict, provider } = environment;
  const found: Judgment[] = [];
  const judge = (setting: SettingOfEnvironment, problem: ProblemOfEnvironment, more: Partial<Judgment> = {}): void => {
    found.push({ setting, problem, stated: null, exported: null, users: [], ...more });
  };
  const isJudged = (topic: Topic): boolean => provider === undefined || ASKED_BY[topic] === 'both' || ASKED_BY[topic] === provider;
  const isDemanded = (topic: Topic): boolean => isStrict && (ASKED_BY[topic] === 'both' || ASKED_BY[topic] === provider);

  for (const topic of ['multiMode', 'allowUsernameChange', 'disableSamlAutoGeneration'] as const) {
    const value = stated[topic];
    if (value === undefined) {
      if (isDemanded(topic)) judge(topic, 'unsaid');
    } else if (isJudged(topic)) {
      if (value !== WANTED[topic]) judge(topic, 'wrong', { stated: value });
      else if (topic === 'multiMode' && !isMultiMode) judge(topic, 'contradictory', { stated: value });
    }
  }
  if (stated.scimAdmin !== undefined) judgeAdmin(stated.scimAdmin, users, isStrict, judge);
  else if (isDemanded('scimAdmin')) judge('scimAdmin', 'unsaid');
  const { tokenIssued } = stated;
  if (tokenIssued === undefined) {
    if (isDemanded('tokenIssued')) judge('tokenIssued', 'unsaid');
  } else if (isJudged('tokenIssued')) {
    const expires = afterMonths(tokenIssued, TOKEN_MONTHS);
    const problem = tokenProblem(tokenIssued, expires, environment.today);
    if (problem !== undefined) judge('tokenIssued', problem, { stated: tokenIssued, expires });
  }
  return found;
}

type Judge = (setting: SettingOfEnvironment, problem: ProblemOfEnvironment, more?: Partial<Judgment>) => void;

function judgeAdmin(stated: StatedAdmin, users: readonly User[], isStrict: boolean, judge: Judge): void {
  const admins = users.filter(({ scimAdmin }) => scimAdmin !== undefined);
  const name = stated.id ?? stated.userName ?? null;
  if (admins.length === 0) judge('scimAdmin', 'missing', { stated: name });
  if (admins.length > 1) judge('scimAdmin', 'ambiguous', { stated: name, users: admins });
  const [admin] = admins.length === 1 ? admins : [];
  const about = admin === undefined ? [] : [admin];
  if (admin?.active === false) judge('scimAdmin.active', 'wrong', { exported: false, users: about });
  if (admin?.authenticationType === 'idp') {
    if (admin.scimAdmin?.isTypeGiven === true) judge('scimAdmin.authenticationType', 'wrong', { exported: 'idp', users: about });
    else if (isStrict) judge('scimAdmin.authenticationType', 'unsaid', { users: about });
  }
  if (stated.organizationAdmin === false) judge('scimAdmin.organizationAdmin', 'wrong', { stated: false, users: about });
  else if (stated.organizationAdmin === undefined && isStrict) judge('scimAdmin.organizationAdmin', 'unsaid', { users: about });
  // A deactivated user loses the license, and is reported already.
  const exported = admin?.active === true ? (admin.scimAdmin?.license ?? null) : null;
  const values = { stated: stated.license ?? null, exported, users: about };
  if (values.stated === null && exported === null) {
    if (isStrict) judge('scimAdmin.license', 'unsaid', values);
  } else if ([values.stated, exported].some((license) => license !== null && !isNamedCreator(license))) judge('scimAdmin.license', 'wrong', values);
}

/** Names of a named Creator license in lists, REST and databases, as letters. */
const NAMED_CREATOR: ReadonlySet<string> = new Set(['n', 'named', 'creator', 'namedcreator', 'creatornamed', 'ncreator', 'nnamedcreator', 'ncreatornamed']);

/** Is a license with which SCIM requests are accepted, or does a report's cell list one: a named Creator, not a floating one. */
export function isNamedCreator(license: string): boolean {
  return license.split(/[,;]/).some((part) => NAMED_CREATOR.has(part.toLowerCase().replace(/[^a-z]/g, '')));
}

const TOKEN_MONTHS = 6;
const WARNING_DAYS = 30;
const DAY = 86_400_000;

const timeOf = (date: string): number => {
  const [year, month, day] = date.split('-').map(Number);
  return Date.UTC(year, month - 1, day);
};
const dateOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** Returns the same day of a later month, or that month's last day. */
export function afterMonths(date: string, months: number): string {
  const [year, month, day] = date.split('-').map(Number);
  const lastDay = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return dateOf(Date.UTC(year, month - 1 + months, Math.min(day, lastDay)));
}

function tokenProblem(issued: string, expires: string, today: string): ProblemOfEnvironment | undefined {
  const now = timeOf(today);
  // It is already tomorrow in some time zones.
  if (timeOf(issued) > now + DAY) return 'wrong';
  if (now >= timeOf(expires)) return 'expired';
  return now >= timeOf(expires) - WARNING_DAYS * DAY ? 'expiring' : undefined;
}

/** Returns notes on how the settings were checked. */
export function environmentNotes({ stated, isStrict, provider }: Environment, users: readonly User[]): Note[] {
  const topics = Object.entries(ASKED_BY);
  const ofOthers = topics.flatMap(([topic, by]) => (by === 'both' || by === provider ? [] : [{ topic, by }]));
  const notes: Note[] = users
    .filter(({ scimAdmin }) => scimAdmin !== undefined)
    .slice(0, 20)
    .map(({ id }) => note`User ${userId(id)} is configured as the SCIM Admin, so the account is left out as with --leave-out-user: no plan changes it.`);
  if (provider === undefined) {
    if (isStrict)
      notes.push(
        `No identity provider is given (--idp, or idp in environment), so --strict-environment requires only the settings that both providers need, not ${listOf(ofOthers.map(({ topic, by }) => `${topic} (${PROVIDER_NAMES[by]})`))}.`,
      );
    return notes;
  }
  const unjudged = ofOthers.filter(({ topic }) => Object.entries(stated).some(([name, value]) => name === topic && value !== undefined));
  if (unjudged.length > 0)
    notes.push(
      `Stated in environment but not checked, because ${PROVIDER_NAMES[provider]} does not need ${unjudged.length === 1 ? 'it' : 'them'}: ${listOf(unjudged.map(({ topic }) => topic))}.`,
    );
  return notes;
}

const listOf = (names: readonly string[]): string => (names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`);
