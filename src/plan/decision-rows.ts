/** What people are asked: one row for each subject of each finding that they must settle, with a valid suggestion. */

import { createHash } from 'node:crypto';
import type { AuditedFinding } from '../audit/report.js';
import { key } from '../model/compare.js';
import { isEmailAddress } from '../model/email.js';
import type { Proposal, Question } from '../model/finding.js';
import { ruleOf } from '../rules/registry.js';
import type { RuleContext } from '../rules/rule.js';
import type { WrittenRow } from './plan.js';

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

/** A row before anybody has answered. */
export interface AskedRow {
  readonly finding: AuditedFinding;
  readonly question: Question;
  /** The first seven cells. */
  readonly written: readonly string[];
}

/** Yields the rows of open findings, in the order of the report. */
export function askRows(open: readonly AuditedFinding[], context: RuleContext): AskedRow[] {
  const suggest = suggester(context);
  return open.flatMap((finding) => {
    const rule = ruleOf(finding.finding);
    return rule.remedy(finding.finding).questions.map((question): AskedRow => {
      const suggestion = question.proposal === undefined ? '' : suggest(question.proposal, question.id);
      const written = [finding.fingerprint, rule.name, question.subject, question.id, question.current, question.problem, suggestion];
      return { finding, question, written };
    });
  });
}

/** Yields what makes proposals concrete: values that no other name, no other email and no other suggestion has. */
function suggester(context: RuleContext): (proposal: Proposal, id: string) => string {
  let ground: ReturnType<typeof groundOf> | undefined;
  const given = new Map<string, string>();
  return ({ action, value }, id) => {
    if (value === '') return action;
    ground ??= groundOf(context);
    // One account is asked about by several findings; it is suggested one new address, not three.
    const known = given.get(`${id}\n${value}`);
    const chosen = known ?? freeValue(value, ground, id);
    if (chosen === undefined) return '';
    ground.suggested.add(key(chosen));
    given.set(`${id}\n${value}`, chosen);
    return `${action} ${chosen}`;
  };
}

const MANY = '';

/** Yields who has which name or email key: an id, or MANY. */
function groundOf({ directory }: RuleContext) {
  const owners = new Map<string, string>();
  const own = (text: string, id: string): void => {
    const folded = key(text);
    const owner = owners.get(folded);
    owners.set(folded, owner === undefined || owner === id ? id : MANY);
  };
  for (const { id, userName, email } of directory.users) {
    own(userName, id);
    own(email, id);
  }
  const groupNames = new Set(directory.groups.map(({ name }) => key(name)));
  return { owners, groupNames, suggested: new Set<string>() };
}

function freeValue(value: string, { owners, groupNames, suggested }: ReturnType<typeof groundOf>, id: string): string | undefined {
  const isFree = (text: string): boolean => {
    const folded = key(text);
    const owner = owners.get(folded);
    return (owner === undefined || owner === id) && !groupNames.has(folded) && !suggested.has(folded);
  };
  if (isFree(value)) return value;
  const at = value.lastIndexOf('@');
  for (let number = 2; number < 1000; number++) {
    const numbered = at > 0 ? `${value.slice(0, at)}-${number}${value.slice(at)}` : `${value} ${number}`;
    if (isFree(numbered) && (at < 0 || isEmailAddress(numbered))) return numbered;
  }
  return undefined;
}

/** Spreadsheets change line ends inside cells; nothing else of what was written may change. */
const foldLines = (cell: string): string => cell.replace(/\r\n?/g, '\n');

/** Yields the digest of the cells that are not for people. */
export function rowDigest(written: readonly string[]): string {
  return createHash('sha256')
    .update(JSON.stringify(written.slice(0, WRITTEN_COLUMNS).map(foldLines)))
    .digest('hex')
    .slice(0, 16);
}

/** Yields the row as the plan remembers it. */
export const writtenRow = ({ written }: AskedRow): WrittenRow => ({ fingerprint: written[0], id: written[3], digest: rowDigest(written) });
