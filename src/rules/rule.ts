/**
 * What a rule is, and the words and questions that rules share. Each rule is one file, made with a builder of `define.ts`,
 * which fills in most of `Rule`. No code outside a rule's file depends on its name, but the table of questions to people (plan/question-words.ts).
 */

import { isUnseen } from '../model/compare.js';
import type { Contest } from '../model/contest.js';
import type { Directory, Group, RecordLocation, Snapshot, Subject, UnknownMember, User } from '../model/directory.js';
import { isEmailAddress } from '../model/email.js';
import type { DecisionAction, FindingBase, Proposal, Question, Remedy, Severity } from '../model/finding.js';
import type { ClauseId } from '../model/guide.js';
import type { IdentityIndex } from '../model/identity-index.js';
import type { IdpProvider, IdpUser } from '../model/idp.js';
import type { IdpMatch } from '../model/idp-match.js';
import type { Policy, SyncSelection } from '../model/policy.js';

/** Describes a value of the JSON report, as data: the JSON Schema and the rule's page in docs/rules are made from it. */
export type Shape = (
  | { readonly type: 'text' | 'date' | 'flag' | 'user' | 'placedUser' | 'group' | 'idpUser' | 'location' }
  | { readonly type: 'number'; readonly min: number }
  | { readonly type: 'choice'; readonly of: readonly string[] }
  | { readonly type: 'list'; readonly of: Shape; readonly min?: number; readonly max?: number }
  | { readonly type: 'object'; readonly fields: Shapes }
  | { readonly type: 'either'; readonly of: readonly Shape[] }
) & {
  readonly about?: string;
  readonly isNullable?: true;
  readonly isOptional?: true;
};

/** By name, in the order of the report. */
export type Shapes = Readonly<Record<string, Shape>>;

/** Input that a rule may need besides users. `groups` and `memberships` are those of Jama Connect. */
export type RuleInput = 'groups' | 'groupList' | 'memberships' | 'idpGroups' | 'idpEmails';

/** What an input is called in a sentence. */
export const INPUT_NAMES: Readonly<Record<RuleInput, string>> = {
  groups: 'groups',
  groupList: 'list of groups',
  memberships: 'memberships',
  idpGroups: 'groups of the identity provider',
  idpEmails: 'emails of the identity provider',
};

/** What a rule may look at. A user's or group's `place` is its index in the directory, and in every array of `index` and `contest` that is by place. */
export interface RuleContext {
  readonly directory: Directory;
  readonly policy: Policy;
  readonly index: IdentityIndex;
  readonly contest: Contest;
  readonly sync: SyncSelection;
  /** Names of the rules that are checked. */
  readonly checked: ReadonlySet<string>;
  /** Which users of Jama Connect the identity provider's users match; absent if its exports were not given. */
  readonly idp?: IdpMatch;
}

/** One run of a rule over one snapshot. The audit passes each membership to `member`, then calls `findings` once. */
export interface RuleRun<F> {
  /** Takes a membership, as the places of its user and group. */
  member?(user: number, group: number): void;
  /** Takes a membership whose user or group is not in the export. */
  unknown?(member: UnknownMember): void;
  /** Returns the findings by the place of the first subject. The audit then applies the severities of the configuration. */
  findings(snapshot: Snapshot): Iterable<F>;
}

/** A value in a table. `against` is the value to compare it with: reports mark the difference. */
export interface Cell {
  readonly text: string;
  readonly against?: string;
}

/** Replaces subjects and values by their aliases, for a redacted report. */
export interface Redactor {
  user(user: User): User;
  group(group: Group): Group;
  idpUser(user: IdpUser): IdpUser;
  member(member: UnknownMember): UnknownMember;
  /** For a username or an email, or the key of one. */
  identity(text: string): string;
  groupName(text: string): string;
  /** For the name of another system, which may be the username that it signs in with. */
  system(name: string): string;
  /** Returns the same list for the same list, so that findings that share one still do. */
  users(users: readonly User[]): readonly User[];
}

/** Returns the location of a user's or group's record in the source. */
export type Locate = (subject: Subject) => RecordLocation;

/** What the planner may assume about the findings of a rule. It assumes nothing that is absent. */
export interface Effects {
  /** A decision may lead to new ones, and is applied nevertheless: the next plan asks about them. Without it, a decision that leads to a new finding is refused. */
  readonly mayFollowDecision?: true;
  /** Renaming users to their emails does not change them. */
  readonly outlastsRenames?: true;
  /** They depend on emails alone: a changed username does not cause any. */
  readonly isOfEmails?: true;
  /** They are about memberships that the first group sync removes. */
  readonly losesMembers?: true;
}

export interface Rule<F extends FindingBase = FindingBase> {
  readonly name: F['rule'];
  /** The highest severity that it gives by default. `finds` says which findings get a lower one. */
  readonly severity: Severity;
  /** Heading of its findings. */
  readonly title: string;
  /** What it finds, in one sentence. */
  readonly finds: string;
  /** Why it matters for SCIM. */
  readonly why: string;
  /** How to fix it. */
  readonly fix: string;
  /** One case with names and values. */
  readonly example: string;
  /** The clause of the vendor's guide that it rests on. */
  readonly clause: ClauseId;
  /** Inputs that it requires: without one of them, the check is refused unless the rule is skipped. */
  needs(policy: Policy): readonly RuleInput[];
  /** Inputs without which it finds nothing: the report then lists the rule as not checked, and the check goes on. */
  readonly isIdleWithout?: RuleInput | readonly RuleInput[];
  /** Runs only if the exports of this identity provider, or of any, are given; otherwise no report names the rule. */
  readonly idp?: IdpProvider | 'any';
  /** Returns whether the settings give what it judges; if not, no report names the rule. Absent: always. */
  isAskedFor?(policy: Policy): boolean;
  start(context: RuleContext): RuleRun<F>;
  /** Returns one sentence about the finding, with values as the export holds them. */
  message(finding: F): string;
  /** Returns what the fingerprint is made of: ids and values of the subjects, in an order that does not depend on the order of the source. */
  identity(finding: F): readonly string[];
  /** Returns what the finding is about, the same while values change: two findings of a rule with the same topic are one question to the user. */
  topic(finding: F): string;
  /** What `data` returns: the JSON Schema and the rule's page in docs/rules are made from it. */
  readonly shapes: Shapes;
  /** Returns the rule's own fields of the JSON report, in order. */
  data(finding: F, locate: Locate): Readonly<Record<string, unknown>>;
  /** Returns the finding with an alias for every username, email and name in it. */
  redact(finding: F, redactor: Redactor): F;
  readonly headings: readonly string[];
  /** Returns the subjects as table rows under `headings`, in source order. */
  rows(finding: F, locate: Locate): readonly (readonly Cell[])[];
  /** Returns the number of subjects, if `rows` does not have all of them. */
  size?(finding: F): number;
  readonly effects: Effects;
  /** Returns the users of Jama Connect that it is about. */
  users(finding: F): readonly User[];
  groups(finding: F): readonly Group[];
  /** Returns the users of the identity provider that it is about. */
  idpUsers?(finding: F): readonly IdpUser[];
  /** What the user can decide about each of its subjects. */
  readonly decisions: readonly DecisionAction[];
  /** Returns whether the finding may be accepted. Absent: each may. */
  mayBeAccepted?(finding: F): boolean;
  /** Returns the changes that fix it without a decision, and the questions to ask if they are not possible. */
  remedy(finding: F): Remedy;
}

/** Returns a user's fields of the JSON report. */
export function userData(user: User) {
  const { id, userName, email, active, authenticationType } = user;
  return { id, userName, email, active, authenticationType };
}

export const cell = (text: string): Cell => ({ text });

/** Returns a location as tables show it: `users.csv:18`, or `userbase, row 18`. */
export function placeText(location: RecordLocation): string {
  return 'table' in location ? `${location.table}, row ${location.rowid}` : `${location.path}:${location.line}`;
}

/** Returns a user's state as tables show it: `inactive Basic`. */
export function stateText(user: User): string {
  return `${user.active ? 'active' : 'inactive'} ${user.authenticationType === 'idp' ? 'IdP' : 'Basic'}`;
}

/** Returns a number with commas. `toLocaleString` would load locale data, which takes as long as a small check. */
export const grouped = (n: number): string => String(n).replace(/\B(?=(?:\d{3})+$)/g, ',');

/** Returns `n thing` or `n things`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${grouped(n)} ${n === 1 ? one : many}`;
}

/** Returns `user "jdoe"`, or `user 17` if the username is blank. */
export const calledUser = ({ id, userName }: User): string => (isUnseen(userName) ? `user ${id}` : `user "${userName}"`);

/** Returns the first few values quoted, and how many more there are. */
export function few(values: readonly string[], most = 3): string {
  return listed(
    values.slice(0, most).map((value) => `"${value}"`),
    values.length,
  );
}

/** Returns the ids of the first few, and how many more there are: `id 7`, `ids 7 and 12`. */
export function idsOf(subjects: readonly { readonly id: string }[], most = 3): string {
  const shown = subjects.slice(0, most).map(({ id }) => id);
  return `${subjects.length === 1 ? 'id' : 'ids'} ${listed(shown, subjects.length)}`;
}

function listed(shown: string[], total: number): string {
  const rest = total - shown.length;
  if (rest > 0) return `${shown.join(', ')} and ${count(rest, 'other')}`;
  const last = shown.pop() ?? '';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

/** Returns the ids with values, sorted by id, so that the order of rows does not change an identity. */
export function sortedIdentity<S extends Subject>(subjects: readonly S[], values: (subject: S) => readonly string[]): string[] {
  return [...subjects].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)).flatMap((subject) => [subject.id, ...values(subject)]);
}

/** A question that is asked about each user of a finding. */
export interface AskedOfEach {
  readonly problem: string;
  readonly actions: Question['actions'];
  /** Returns the value that the question is about; absent: `username <email>`. */
  current?(user: User): string;
  /** Returns a suggested answer, or undefined if there is none. */
  propose?(user: User): Proposal | undefined;
}

/** Returns a remedy that asks the same about each user. */
export function askEach(users: readonly User[], { problem, actions, current = nameAndEmail, propose }: AskedOfEach): Remedy {
  return {
    wants: [],
    questions: users.map((user) => {
      const proposal = propose?.(user);
      return { subject: 'user', id: user.id, current: current(user), problem, actions, ...(proposal === undefined ? {} : { proposal }) };
    }),
  };
}

const nameAndEmail = ({ userName, email }: User): string => `${userName} <${email}>`;

/** Returns an anonymous address in the same domain, for an account that must give up its own. The vendor advises this. */
export function anonymousAddress({ id, email, userName }: Pick<User, 'id' | 'email' | 'userName'>): string {
  const domain = [email, userName].map((text) => text.slice(text.lastIndexOf('@') + 1)).find((text) => isEmailAddress(`a@${text}`));
  return `former-${id.replace(/[^A-Za-z0-9]+/g, '-').replace(/^-+|-+$/g, '') || 'user'}@${domain ?? 'anonymized.invalid'}`;
}

/** Returns the remedy of a finding that is settled only by a better export, or by accepting it. */
export function askAboutExport(current: string, problem: string): Remedy {
  return { wants: [], questions: [{ subject: 'snapshot', id: '', actions: ['accept'], current, problem }] };
}
