/** Rows of decisions.csv: as they are asked, one per subject of each finding to settle, with a valid suggestion; and as they are read back. */

import type { AuditedFinding } from '../audit/report.js';
import type { Input, User } from '../model/directory.js';
import { isEmailAddress } from '../model/email.js';
import type { Question } from '../model/finding.js';
import type { Note } from '../model/note.js';
import { ruleOf } from '../rules/registry.js';
import type { RuleContext } from '../rules/rule.js';
import { digestOf } from './digest.js';
import type { RowFacts, WrittenRow } from './plan.js';
import { hasUnseen, isTooLong, questionBinder } from './question-context.js';

/** The columns of decisions.csv, in order; only the last five are for people. */
export const DECISION_COLUMNS = [
  'fingerprint',
  'rule',
  'subject',
  'id',
  'current',
  'problem',
  'suggestion',
  'action',
  'value',
  'reason',
  'owner',
  'expires',
] as const;
export type DecisionColumn = (typeof DECISION_COLUMNS)[number];
export const WRITTEN_COLUMNS = 7;

/** What a person may write into a row. */
export interface Answer {
  readonly action: string;
  readonly value: string;
  readonly reason: string;
  readonly owner: string;
  readonly expires: string;
}

export const NO_ANSWER: Answer = { action: '', value: '', reason: '', owner: '', expires: '' };

/** A row without an answer, as the plan remembers it. */
export class AskedRow implements WrittenRow {
  readonly finding: AuditedFinding;
  readonly question: Question;
  /** The first seven cells. */
  readonly written: readonly string[];

  constructor(finding: AuditedFinding, question: Question, suggestion: string) {
    const { subject, id, current, problem } = question;
    this.finding = finding;
    this.question = question;
    this.written = [finding.fingerprint, finding.finding.rule, subject, id, current, problem, suggestion];
  }

  get fingerprint(): string {
    return this.written[0];
  }

  get id(): string {
    return this.written[3];
  }

  /** Made on request: there are many rows, and keeping all of them would take memory. */
  get digest(): string {
    return rowDigest(this.written);
  }

  get facts(): RowFacts {
    const { actions, user } = this.question;
    return { actions, ...(user === undefined ? {} : { user }) };
  }
}

/** Returns what a cell of the column `suggestion` proposes: an action, and after a blank its value. Undefined if it is not one of these actions. */
export function suggestionOf<A extends string>(cell: string, actions: readonly A[]): { readonly action: A; readonly value: string } | undefined {
  const end = cell.indexOf(' ');
  const word = end < 0 ? cell : cell.slice(0, end);
  const action = actions.find((each) => each === word);
  return action === undefined ? undefined : { action, value: end < 0 ? '' : cell.slice(end + 1) };
}

/** Returns the rows of open findings, in the order of the report. */
export function askRows(open: readonly AuditedFinding[], context: RuleContext, inputs: readonly Input[]): AskedRow[] {
  const asked: AskedRow[] = [];
  const suggest = suggester(context);
  const bind = questionBinder(context, inputs);
  for (const finding of open) {
    const rule = ruleOf(finding.finding);
    const { questions } = rule.remedy(finding.finding);
    const users = rule.users(finding.finding);
    // Rules ask about their users in order, so one pass finds all of them.
    let at = 0;
    for (const asking of questions) {
      const { subject, id } = asking;
      while (subject === 'user' && at < users.length && users[at].id !== id) at++;
      const user = subject === 'user' ? users[at] : undefined;
      const question = bind(asking, user);
      asked.push(new AskedRow(finding, question, suggest({ question, user })));
    }
  }
  return asked;
}

/** A question, with the user that it has a proposal for. */
interface Proposed {
  readonly question: Question;
  readonly user: User | undefined;
}

/** Returns a function that makes proposals concrete: with values that no name, email or other suggestion has. */
function suggester(context: RuleContext): (proposed: Proposed) => string {
  const ground = new Taken(context);
  const { key } = context.index.collation;
  const given = new Map<string, string>();
  // A group whose exact name is among those to be synced keeps it; otherwise no group would have that name.
  const names = new Set(context.sync.sought);
  return ({ question: { subject, id, actions, current, proposal }, user }) => {
    if (subject === 'group' && names.delete(current)) return '';
    if (proposal === undefined) return '';
    if (proposal.value === '') return proposal.action;
    if (hasUnseen(proposal.value) || isTooLong(proposal.value)) return '';
    // If another email was suggested before, the username follows that one.
    if (proposal.isCertain === true) return given.has(`${subject} ${id} set-email`) ? '' : `${proposal.action} ${proposal.value}`;
    // The username of a user in scope follows the email; any other one would have to be changed again.
    const isMoved = proposal.action === 'set-username' && user !== undefined && context.index.isInScope[user.place] === 1 && actions.includes('set-email');
    const action = isMoved ? 'set-email' : proposal.action;
    // Several findings may ask about one account; all suggest the same new address.
    const name = `${subject} ${id} ${action}`;
    const known = given.get(name);
    if (known !== undefined) return `${action} ${known}`;
    // Another spelling of the group's own name is kept as it is: no other group may have it, and no number may be added.
    const chosen = subject === 'group' && key(proposal.value) === key(current) ? proposal.value : ground.freeValue(proposal.value, user);
    if (chosen === undefined || isTooLong(chosen)) return '';
    given.set(name, chosen);
    return `${action} ${chosen}`;
  };
}

const squeezed = (text: string): string => text.replace(/[\s\p{Cf}]/gu, '');

/** Names and emails that a suggestion must avoid. */
class Taken {
  readonly #index: RuleContext['index'];
  readonly #groupNames: ReadonlySet<string>;
  readonly #suggested = new Map<string, number | undefined>();

  constructor({ directory, index }: RuleContext) {
    this.#index = index;
    this.#groupNames = new Set(directory.groups.map(({ name }) => index.collation.key(name)));
  }

  /** Returns the value, or a numbered one that is free. A person's own address is never numbered. */
  freeValue(value: string, user: User | undefined): string | undefined {
    if (this.#take(value, user?.place)) return value;
    const isOwn = user !== undefined && (value === user.userName || squeezed(value) === squeezed(user.email));
    if (isOwn) return undefined;
    const at = value.lastIndexOf('@');
    for (let number = 2; number < 1000; number++) {
      const numbered = at > 0 ? `${value.slice(0, at)}-${number}${value.slice(at)}` : `${value} ${number}`;
      if ((at < 0 || isEmailAddress(numbered)) && this.#take(numbered, user?.place)) return numbered;
    }
    return undefined;
  }

  /** Returns whether the value was free, and takes it. */
  #take(value: string, place: number | undefined): boolean {
    const folded = this.#index.collation.key(value);
    if (!this.#isFree(folded, place)) return false;
    this.#suggested.set(folded, place);
    return true;
  }

  #isFree(folded: string, place: number | undefined): boolean {
    if (this.#suggested.has(folded) && (place === undefined || this.#suggested.get(folded) !== place)) return false;
    if (place === undefined) return !this.#groupNames.has(folded);
    const { find, holders, emailers } = this.#index;
    const id = find(folded);
    if (id < 0) return true;
    return [holders, emailers].every((buckets) => buckets.sizeOf(id) === 0 || buckets.of(id).every((other) => other === place));
  }
}

/** Is written unchanged, like nearly every id. */
const PLAIN_INTEGER = /^[1-9]\d{0,14}$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

const TRUTH = /^(?:true|false)$/i;

/** Returns a cell without what spreadsheets change on their own: line ends, TRUE, and the format of numbers (007, 1.50, 1E5). */
export function foldCell(cell: string): string {
  if (mayBeNumber(cell)) {
    if (PLAIN_INTEGER.test(cell)) return cell;
    if (NUMBER.test(cell)) return String(Number(Number(cell).toPrecision(15)));
  }
  if ((cell.length === 4 || cell.length === 5) && TRUTH.test(cell)) return cell.toLowerCase();
  return cell.includes('\r') ? cell.replace(/\r\n?/g, '\n') : cell;
}

/** Begins like a number: with a digit, a sign or a point. Most cells do not. */
function mayBeNumber(cell: string): boolean {
  const first = cell.charCodeAt(0);
  return first >= 0x2b && first <= 0x39 && first !== 0x2c && first !== 0x2f;
}

/** Returns the digest of the cells that are not for people. */
export function rowDigest(cells: readonly string[]): string {
  return digestOf(cells.length > WRITTEN_COLUMNS ? cells.slice(0, WRITTEN_COLUMNS) : cells, foldCell);
}

/** A row of the file as it was read. */
export interface FileRow {
  /** Physical line on which it starts. */
  readonly line: number;
  readonly cells: readonly string[];
  /** True if the encoding was guessed: it is right only if the cells that are not for people are exactly as they were written. */
  readonly isGuessed?: true;
}

export interface DecisionProblem {
  readonly line: number;
  /** Cell from 1. */
  readonly column?: number;
  readonly message: Note;
}
