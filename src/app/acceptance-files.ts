/** The files by which findings stop counting: decisions with acceptances, and a baseline report. */

import { basename, dirname } from 'node:path';
import { withAcceptances, withBaseline } from '../audit/not-counted.js';
import type { Acceptance, Report } from '../audit/report.js';
import { formerVersionText } from '../audit/sealed-document.js';
import type { FindingBase } from '../model/finding.js';
import { foreign, note, quoted } from '../model/note.js';
import { UserError } from '../model/user-error.js';
import { unguardCell } from '../model/written-text.js';
import { acceptanceOf } from '../plan/answer-validation.js';
import { problemsOfAnswered } from '../plan/compare-rows.js';
import { askRows, DECISION_COLUMNS, type FileRow, WRITTEN_COLUMNS } from '../plan/decision-rows.js';
import type { WrittenRow } from '../plan/plan.js';
import { RULES, ruleOf } from '../rules/registry.js';
import type { RuleContext } from '../rules/rule.js';
import { firstWrong } from '../setup/json-locations.js';
import type { Encoding } from '../sources/csv/encoding.js';
import { readWholeText } from '../sources/csv/file-stream.js';
import { readyWorkbooks } from '../sources/input-files.js';
import { readDecisionCells } from '../sources/tables/cells.js';
import { type SourceProblem, SourceRefused } from '../sources/tables/problem.js';
import type { ProcessInfo } from '../targets/run/stops.js';
import { shellWord } from './command-words.js';
import { rowsOfPlanBeside } from './plan-source.js';
import type { Prepared } from './resolve-command.js';
import { settlePlanFolder } from './whole-folder.js';

const ACTIONS: ReadonlySet<string> = new Set(RULES.flatMap(({ decisions }) => decisions));

/** Returns what can be decided about a finding. */
function actionsFor(finding: FindingBase): ReadonlySet<string> {
  const rule = ruleOf(finding);
  return new Set(rule.mayBeAccepted?.(finding) === false ? rule.decisions.filter((action) => action !== 'accept') : rule.decisions);
}

export interface DecisionsFile {
  readonly file: string;
  /** What was said of the whole run. */
  readonly encoding: Encoding | undefined;
}

/** When acceptances are judged, and the process that may find a half-written plan beside them. */
interface Surroundings {
  /** ISO date. */
  readonly today: string;
  readonly self: Pick<ProcessInfo, 'pid' | 'isAlive'>;
}

/**
 * Returns the report with the acceptances of a decisions file. Throws where one is expired, unused or incomplete, where an
 * action is none, and where a row that is answered is not what the finding asks.
 */
export async function acceptFrom(report: Report, context: RuleContext, { file, encoding }: DecisionsFile, { today, self }: Surroundings): Promise<Report> {
  await readyWorkbooks([file]);
  settlePlanFolder(dirname(file), self);
  const { headings, rows: read } = readDecisionCells(file, encoding);
  const rows = read.map((row) => ({ ...row, cells: row.cells.map(unguardCell) }));
  const problems: SourceProblem[] = [];
  if (DECISION_COLUMNS.some((name, at) => headings[at]?.trim() !== name)) {
    problems.push({ file, line: 1, message: note`the headings are not ${DECISION_COLUMNS.join(', ')}; give the decisions.csv of "scim-audit plan".` });
  }
  const found = new Map(report.findings.map((audited) => [audited.fingerprint, audited]));
  if (problems.length === 0) problems.push(...alteredRows(rows, context, report, rowsOfPlanBeside(file)).map((problem) => ({ file, ...problem })));
  const acceptances = new Map<string, Acceptance>();
  const answersByFinding = new Map<string, { readonly line: number; readonly answer: string }>();
  for (const { line, cells: plain } of problems.length > 0 ? [] : rows) {
    const [action, value, reason, owner, expires] = plain.slice(WRITTEN_COLUMNS).map((cell) => cell.trim());
    const isAccepted = action.toLowerCase() === 'accept';
    const possible = found.get(plain[0]);
    const actions = possible === undefined ? ACTIONS : actionsFor(possible.finding);
    if (action !== '' && !actions.has(action.toLowerCase())) {
      problems.push({
        file,
        line,
        column: WRITTEN_COLUMNS + 1,
        heading: 'action',
        message: note`${quoted(action)} is ${ACTIONS.has(action.toLowerCase()) ? 'not possible here' : 'not an action'}; ${actions.size === 0 ? 'leave it blank, and fix what the finding reports' : `possible: ${[...actions].join(', ')}, or blank to leave it open`}.`,
      });
      continue;
    }
    if (action !== '') {
      // Rows of one finding are one decision: it is accepted, in the same words, or changed.
      const said = isAccepted ? JSON.stringify([reason, owner, expires]) : '';
      const before = answersByFinding.get(plain[0]);
      if (before !== undefined && before.answer !== said && (isAccepted || before.answer !== '')) {
        problems.push({
          file,
          line,
          column: WRITTEN_COLUMNS + 1,
          heading: 'action',
          message: `line ${before.line} has a different decision about this finding: write the same in both rows, or leave one blank.`,
        });
      }
      answersByFinding.set(plain[0], { line, answer: said });
    }
    if (!isAccepted) continue;
    const answer = { action: 'accept', value, reason, owner, expires };
    const acceptance = acceptanceOf(
      { answer },
      { today, collation: context.index.collation },
      (column, message) => void problems.push({ file, line, column: DECISION_COLUMNS.indexOf(column) + 1, heading: column, message }),
    );
    if (!found.has(plain[0])) {
      problems.push({
        file,
        line,
        column: 1,
        heading: 'fingerprint',
        message: note`the acceptance is unused: no finding has the fingerprint ${/^[a-z-]+:[0-9a-f]+$/.test(plain[0]) ? plain[0] : foreign(plain[0])}. It was resolved or has changed; clear the action in this row, or run the plan again.`,
      });
    }
    if (acceptance !== undefined) acceptances.set(plain[0], acceptance);
  }
  if (problems.length > 0) throw new SourceRefused(problems.slice(0, 50), problems.length, 'decisions');
  return withAcceptances(report, acceptances);
}

/** Returns what is wrong with the rows of answered findings: they must be as the plan wrote them, or as this export asks them. */
function alteredRows(
  rows: readonly FileRow[],
  context: RuleContext,
  { snapshot, findings, notChecked }: Report,
  previous: readonly WrittenRow[] | undefined,
): Omit<SourceProblem, 'file'>[] {
  if (rows.every(({ cells }) => cells[WRITTEN_COLUMNS].trim() === '')) return [];
  const inFile = new Set(rows.map(({ cells }) => cells[0]));
  // What is suggested in one row depends on the rows before it: all findings of the file are asked about.
  const asked = findings.filter(({ fingerprint }) => inFile.has(fingerprint));
  const unchecked = new Set(notChecked.map(({ rule }) => rule));
  for (const { fingerprint } of asked) inFile.delete(fingerprint);
  const hasChanged = [...inFile].some((fingerprint) => !unchecked.has(fingerprint.slice(0, fingerprint.lastIndexOf(':'))));
  return problemsOfAnswered(rows, askRows(asked, context, snapshot.inputs), { previous, hasChanged }).map(({ line, column, message }) => ({
    line,
    ...(column === undefined ? {} : { column, heading: DECISION_COLUMNS[column - 1] }),
    message,
  }));
}

const SCHEMA_VERSION = 1;

/** What a message needs to show the command that makes a file again. */
type CommandContext = Pick<Prepared, 'sourceWords' | 'shell'>;

/** Returns the report with the findings of an earlier JSON report as known. Throws a UserError if the file is not one, or is of another organization. */
export function holdAgainst(report: Report, file: string, today: string, { sourceWords, shell }: CommandContext): Report {
  const { fingerprints, ids } = readBaseline(file, today, { sourceWords, shell });
  const known = new Set(report.snapshot.users.map(({ id }) => id));
  if (ids.length > 0 && !ids.some((id) => known.has(id))) {
    throw new UserError(
      `${file} is the report of another organization: none of its ${ids.length} users is in this export.`,
      'Give an earlier JSON report of the same organization.',
    );
  }
  return withBaseline(report, fingerprints, basename(file));
}

const WHOLE = 'Give a whole JSON report: scim-audit check … --format json --output FILE';

function parseReport(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const { line, column, message } = firstWrong(text);
    throw new UserError(note`${file}, line ${line}, column ${column}: it is damaged (${foreign(message)}).`, WHOLE);
  }
}

function readBaseline(file: string, today: string, { sourceWords, shell }: CommandContext): { readonly fingerprints: Set<string>; readonly ids: string[] } {
  const text = readWholeText(file, { cure: WHOLE });
  const value = parseReport(text, file);
  const report = isRecord(value) ? value : {};
  if (!isRecord(report.tool) || report.tool.name !== 'scim-audit' || !Array.isArray(report.findings)) {
    throw new UserError(`${file}, line 1: it is not a JSON report of scim-audit.`, 'Give a report of: scim-audit check … --format json');
  }
  if (report.schemaVersion !== SCHEMA_VERSION) {
    throw new UserError(
      `${file}, line 2: it has schemaVersion ${String(report.schemaVersion)}, this program reads ${SCHEMA_VERSION}.`,
      'Update scim-audit, or make the baseline with this version.',
    );
  }
  // Version 1 knew one way to compare names, and did not name it.
  if (!isRecord(report.settings) || typeof report.settings.collation !== 'string') {
    throw new UserError(formerVersionText(file), `Make the baseline again: scim-audit check ${sourceWords} --format json --output ${shellWord(file, shell)}`);
  }
  const fingerprints = new Set<string>();
  const ids = new Set<string>();
  for (const finding of report.findings) {
    if (!isRecord(finding) || typeof finding.fingerprint !== 'string') {
      throw new UserError(`${file}: a finding has no fingerprint; the report is damaged.`, 'Make the baseline again.');
    }
    // An acceptance that has ended is not revived by a report of the time when it held.
    const accepted = isRecord(finding.accepted) ? finding.accepted : {};
    if (typeof accepted.expires !== 'string' || accepted.expires >= today) fingerprints.add(finding.fingerprint);
    for (const user of [finding.user, ...(Array.isArray(finding.users) ? finding.users : [])]) {
      if (isRecord(user) && typeof user.id === 'string') ids.add(user.id);
    }
  }
  return { fingerprints, ids: [...ids] };
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
