/** Settings that no export shows: what a person states of them, and what enablement asks. */

import type { User } from './directory.js';
import { type IdpProvider, PROVIDER_NAMES } from './idp.js';
import { type Note, note, userId } from './note.js';

/** The account that the identity provider's SCIM requests sign in with; named by its id or by its username. */
export interface StatedAdmin {
  readonly id?: string;
  readonly userName?: string;
  readonly organizationAdmin?: boolean;
  readonly license?: string;
}

/** What a person states; a setting of which nothing is said is unsaid. */
export interface StatedEnvironment {
  readonly idp?: IdpProvider;
  readonly multiMode?: boolean;
  readonly allowUsernameChange?: boolean;
  readonly disableSamlAutoGeneration?: boolean;
  readonly scimAdmin?: StatedAdmin;
  /** ISO date. */
  readonly tokenIssued?: string;
}

/** What the settings are judged by. */
export interface Environment {
  readonly stated: StatedEnvironment;
  /** What is unsaid counts as well. */
  readonly isStrict: boolean;
  /** ISO date. */
  readonly today: string;
  /** Undefined: nobody said, so everything that is stated is judged. */
  readonly provider?: IdpProvider;
}

/** Who asks for each setting (guide: `connect-configuration`). */
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

/** Returns a setting as version 1 spelled it, so that fingerprints stay as they were. */
export const formerSpelling = (setting: SettingOfEnvironment): string =>
  setting.replace('organizationAdmin', 'organisationAdmin').replace('scimAdmin.license', 'scimAdmin.licence');

/**
 * `wrong`: it is otherwise than it must be. `unsaid`: nobody says. `contradictory`: it does not go with the authentication
 * mode. `missing`, `ambiguous`: no account, or several, answer to the one that is named. `expiring`, `expired`: the token.
 */
export const ENVIRONMENT_PROBLEMS = ['wrong', 'unsaid', 'contradictory', 'missing', 'ambiguous', 'expiring', 'expired'] as const;
export type ProblemOfEnvironment = (typeof ENVIRONMENT_PROBLEMS)[number];

type Value = string | boolean | null;

export interface Judgment {
  readonly setting: SettingOfEnvironment;
  readonly problem: ProblemOfEnvironment;
  /** What the configuration says; null where it says nothing. */
  readonly stated: Value;
  /** What the export shows; null where it shows nothing. */
  readonly exported: Value;
  /** The first day on which the token is none, ISO. */
  readonly expires?: string;
  /** Accounts that it is about, by place. */
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
  // Whoever is deactivated loses the license: that is said already.
  const exported = admin?.active === true ? (admin.scimAdmin?.license ?? null) : null;
  const values = { stated: stated.license ?? null, exported, users: about };
  if (values.stated === null && exported === null) {
    if (isStrict) judge('scimAdmin.license', 'unsaid', values);
  } else if ([values.stated, exported].some((license) => license !== null && !isNamedCreator(license))) judge('scimAdmin.license', 'wrong', values);
}

/** What lists, REST and databases call a Creator license of one's own, as letters. */
const NAMED_CREATOR: ReadonlySet<string> = new Set(['n', 'named', 'creator', 'namedcreator', 'creatornamed', 'ncreator', 'nnamedcreator', 'ncreatornamed']);

/** Is a license, or one of several in a report's cell, that SCIM requests are let in with: a Creator by name, not a floating one. */
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

/** Returns the same day of a later month, or that month's last. */
export function afterMonths(date: string, months: number): string {
  const [year, month, day] = date.split('-').map(Number);
  const lastDay = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return dateOf(Date.UTC(year, month - 1 + months, Math.min(day, lastDay)));
}

function tokenProblem(issued: string, expires: string, today: string): ProblemOfEnvironment | undefined {
  const now = timeOf(today);
  // Somewhere it is tomorrow already.
  if (timeOf(issued) > now + DAY) return 'wrong';
  if (now >= timeOf(expires)) return 'expired';
  return now >= timeOf(expires) - WARNING_DAYS * DAY ? 'expiring' : undefined;
}

/** Returns what a reader must know of how the settings were judged. */
export function environmentNotes({ stated, isStrict, provider }: Environment, users: readonly User[]): Note[] {
  const topics = Object.entries(ASKED_BY);
  const ofOthers = topics.flatMap(([topic, by]) => (by === 'both' || by === provider ? [] : [{ topic, by }]));
  const notes: Note[] = users
    .filter(({ scimAdmin }) => scimAdmin !== undefined)
    .slice(0, 20)
    .map(({ id }) => note`User ${userId(id)} is named as the SCIM Admin: the account is left out as if by --leave-out-user, and is in no plan.`);
  if (provider === undefined) {
    if (isStrict)
      notes.push(
        `No identity provider is named (--idp, or idp of environment): --strict-environment asks only for what both need, not for ${listOf(ofOthers.map(({ topic, by }) => `${topic} (${PROVIDER_NAMES[by]})`))}.`,
      );
    return notes;
  }
  const unjudged = ofOthers.filter(({ topic }) => Object.entries(stated).some(([name, value]) => name === topic && value !== undefined));
  if (unjudged.length > 0)
    notes.push(
      `Stated in environment and not judged, because ${PROVIDER_NAMES[provider]} does not ask for ${unjudged.length === 1 ? 'it' : 'them'}: ${listOf(unjudged.map(({ topic }) => topic))}.`,
    );
  return notes;
}

const listOf = (names: readonly string[]): string => (names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1]}`);
