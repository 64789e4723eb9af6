/** What plan.html holds of an organization, as JSON: whom open findings concern, and of everybody else only salted hashes. */

import type { AuditedFinding } from '../../audit/report.js';
import type { AuthenticationType, Directory, Input, TypeListInput, User } from '../../model/directory.js';
import type { AskedUser, DecisionAction, FindingBase } from '../../model/finding.js';
import type { IdpProvider, IdpRole, IdpUser } from '../../model/idp.js';
import type { Policy } from '../../model/policy.js';
import { hasOneName } from '../../model/stored-user.js';
import { ruleOf } from '../../rules/registry.js';
import type { Answer } from '../decision-rows.js';

/** Id, username, email, state (see `ACTIVE` and the others), and what few users have. */
export type PageUser = readonly [id: string, userName: string, email: string, state: number, more?: Pick<User, 'scimAdmin' | 'signsInFor'>];

/** Id, name, state. */
type PageGroup = readonly [id: string, name: string, state: number];

/** Which list an account is in: Jama Connect's, the provider's users to be provisioned, or those of its directory who are not assigned. */
export type Side = 'connect' | 'idp' | 'unassigned';

/** Id, subject, email, state. */
export type PageIdpUser = readonly [id: string, subject: string, email: string, state: number];

/** A row of decisions.csv: the number of its finding in `findings`, what follows the column `rule`, what can be decided, and about whom. */
export type PageRow = readonly [
  finding: number,
  subject: string,
  id: string,
  current: string,
  problem: string,
  suggestion: string,
  actions: readonly DecisionAction[],
  user: Pick<AskedUser, 'isLeftOut' | 'isStatusFixed' | 'signsInFor'> | 0,
];

/** A finding about the export as a whole. The page cannot find it again in its part of the export. */
interface CarriedFinding {
  readonly fingerprint: string;
  /** Users and groups in it are numbers: see `carriedText`. */
  readonly text: string;
}

/** Accounts that are not in the page and have one state, as marks of the same width, sorted. With `RANKED`, a rank follows the marks of each. */
export interface HiddenAccounts {
  readonly side: Side;
  readonly state: number;
  /** Their username has the key of their email (for the provider: the subject). */
  readonly same: string;
  /** Two marks for each: of the username, and of the email. */
  readonly pairs: string;
  /** Blank email; blank username. */
  readonly names: string;
  readonly emails: string;
  /** There are some with neither. */
  readonly hasNameless: boolean;
}

export interface PageCounts {
  readonly actions: number;
  /** Findings that a person must settle, and that are not accepted. */
  readonly open: number;
  /** What a check would count once the plan is applied. */
  readonly error: number;
  readonly warning: number;
  readonly info: number;
}

export interface PageData {
  /** Hashes are made with it. */
  readonly salt: string;
  readonly policy: Policy;
  readonly snapshot: Pick<Directory, 'given' | 'unanswered'> & {
    readonly inputs: readonly Input[];
    readonly typeList?: TypeListInput;
    readonly memberships: number;
  };
  readonly users: readonly PageUser[];
  readonly groups: readonly PageGroup[];
  /** Indexes of users and groups, pair by pair. */
  readonly members: readonly number[];
  readonly idp?: {
    readonly provider: IdpProvider;
    readonly users: readonly PageIdpUser[];
    readonly unassigned: readonly PageIdpUser[];
    readonly groups: readonly string[];
    /** The newcomers that are not in the page (see `newcomersOf`), sorted: marks of the part before the @, of the domain, and of the subject. */
    readonly newcomers: string;
    readonly given: { readonly emails: boolean; readonly groupList: boolean; readonly members: boolean };
    readonly inputs: readonly { readonly path: string; readonly role: IdpRole; readonly rows: number }[];
  };
  readonly hidden: readonly HiddenAccounts[];
  readonly carried: readonly CarriedFinding[];
  /** Fingerprints of the findings that rows are about. */
  readonly findings: readonly string[];
  readonly rows: readonly PageRow[];
  /** Without any decision. */
  readonly base: PageCounts;
  /** Answers that the plan was made with, by row. */
  readonly answers: readonly (readonly [row: number, answer: Answer])[];
  /** What separates the cells of decisions.csv; absent: commas. */
  readonly csvDelimiter?: 'comma' | 'semicolon';
}

export const ACTIVE = 1;
export const BY_IDP = 2;
export const LEFT_OUT = 4;
const SIGNS_IN = 8;
/** Username and email are not the same text, although they have one key. */
export const SPELLED_OTHERWISE = 16;
/** The username has no @, and is the part before the @ of a newcomer's subject. */
export const IS_LOCAL_PART = 32;

export function stateOf(user: User): number {
  const { active, authenticationType, isLeftOut, signsInFor } = user;
  return (
    (active ? ACTIVE : 0) |
    (authenticationType === 'idp' ? BY_IDP : 0) |
    (isLeftOut === true ? LEFT_OUT : 0) |
    (signsInFor === undefined ? 0 : SIGNS_IN) |
    (hasOneName(user) ? 0 : SPELLED_OTHERWISE)
  );
}

/** Returns a user with such a state. */
export function userOf(names: Pick<User, 'place' | 'id' | 'userName' | 'email'>, state: number): User {
  const authenticationType: AuthenticationType = (state & BY_IDP) === 0 ? 'basic' : 'idp';
  return {
    ...names,
    input: 0,
    line: 0,
    active: (state & ACTIVE) !== 0,
    authenticationType,
    ...((state & LEFT_OUT) === 0 ? {} : { isLeftOut: true }),
    ...((state & SIGNS_IN) === 0 ? {} : { signsInFor: [''] }),
  };
}

const PENDING = 2;
export const GUEST = 4;
const SUSPENDED = 8;
/** Entra may not be able to look the subject up. */
export const SPECIAL = 32;
/** Others of the list have the same subject or email: which of them comes first follows from the rank. */
export const RANKED = 128;
/** Hex digits of a rank. */
export const RANK = 6;
/** The part before the @ is also that of somebody who is not in the page. */
export const SHARES_LOCAL_PART = 256;

export const idpStateOf = ({ active, isPending, isGuest, isSuspended }: IdpUser): number =>
  (active ? ACTIVE : 0) | (isPending === true ? PENDING : 0) | (isGuest === true ? GUEST : 0) | (isSuspended === true ? SUSPENDED : 0);

export function idpUserOf(names: Pick<IdpUser, 'place' | 'id' | 'subject' | 'email'>, state: number): IdpUser {
  return {
    ...names,
    path: '',
    line: 0,
    active: (state & ACTIVE) !== 0,
    ...((state & PENDING) === 0 ? {} : { isPending: true }),
    ...((state & GUEST) === 0 ? {} : { isGuest: true }),
    ...((state & SUSPENDED) === 0 ? {} : { isSuspended: true }),
  };
}

export const ORGANIZATION_LEVEL = 1;
export const HAS_MARK = 2;
export const MARKED = 4;

// Findings about the export as a whole, as text: the page has only a part of the export and could not find them again.

/** Is about the export as a whole: it can only be accepted. */
export const isAboutExport = ({ finding }: AuditedFinding): boolean => ruleOf(finding).decisions.every((action) => action === 'accept');

/** Lists of subjects, by which subjects in a finding are replaced with numbers and found again. */
type Subjects = Readonly<Record<'user' | 'group' | 'idpUser', readonly object[]>>;

/** Begins a text that stands for a subject. No text of an export is mistaken for one: `$` is doubled. */
const SIGN = '$';

/** Returns the finding with numbers instead of subjects; `placeOf` is by list and subject. */
export function carriedOf({ finding, fingerprint }: AuditedFinding, placeOf: ReadonlyMap<unknown, string>): CarriedFinding {
  const text = JSON.stringify(finding, (_, value: unknown) => {
    const place = placeOf.get(value);
    if (place !== undefined) return place;
    return typeof value === 'string' && value.startsWith(SIGN) ? SIGN + value : value;
  });
  return { fingerprint, text };
}

/** Returns how each subject is written. */
export function placesOf(subjects: Subjects): Map<unknown, string> {
  return new Map(Object.entries(subjects).flatMap(([kind, list]) => list.map((subject, place) => [subject, `${SIGN}:${kind}:${place}`] as const)));
}

const REFERENCE = /^\$:(user|group|idpUser):(\d+)$/;

/** Returns the finding again, with its subjects. */
export function restored({ fingerprint, text }: CarriedFinding, subjects: Subjects): AuditedFinding {
  const finding: FindingBase = JSON.parse(text, (_, value: unknown) => {
    if (typeof value !== 'string' || !value.startsWith(SIGN)) return value;
    const [, kind, place] = REFERENCE.exec(value) ?? [];
    if (kind === 'user' || kind === 'group' || kind === 'idpUser') return subjects[kind][Number(place)];
    return value.slice(SIGN.length);
  });
  return { finding, fingerprint };
}
