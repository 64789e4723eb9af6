/**
 * Where the page keeps answers: in decisions.csv, written as `decide` writes it and read as `plan` reads it, and with
 * the program that serves the page.
 */

import { note, noteText } from '../model/note.js';
import { type Answer, type AskedRow, DECISION_COLUMNS, type DecisionProblem, NO_ANSWER } from '../plan/decision-rows.js';
import { readDecisions } from '../plan/read-decisions.js';
import { csvText } from '../reporters/csv-text.js';
import type { CsvDelimiter } from '../reporters/reporter.js';
import type { DeskRow } from './desk.js';

/** Returns the bytes of decisions.csv. */
export function decisionsFile(rows: readonly AskedRow[], answers: ReadonlyMap<number, Answer>, delimiter: CsvDelimiter): Uint8Array[] {
  const cells = rows.map(({ written }, row) => {
    const { action, value, reason, owner, expires } = answers.get(row) ?? NO_ANSWER;
    return [...written, action, value, reason, owner, expires];
  });
  // What is yielded is only valid until the next part.
  return Array.from(csvText(DECISION_COLUMNS, cells, delimiter), (bytes) => bytes.slice());
}

interface OpenedFile {
  /** By row. */
  readonly answers: ReadonlyMap<number, Answer>;
  readonly delimiter: CsvDelimiter;
  /** Answers to what is no longer asked. */
  readonly outdated: number;
  readonly problems: readonly string[];
}

/** Returns the answers of a file that was saved before. */
export function openDecisions(bytes: Uint8Array, rows: readonly AskedRow[]): OpenedFile {
  const refused = (problem: string): OpenedFile => ({ answers: new Map(), delimiter: 'comma', outdated: 0, problems: [problem] });
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refused('The file is not UTF-8. Save it as "CSV UTF-8".');
  }
  const delimiter: CsvDelimiter = /^"?fingerprint"?;/.test(text) ? 'semicolon' : 'comma';
  const records = recordsOf(text, delimiter === 'semicolon' ? ';' : ',');
  if (typeof records === 'string') return refused(records);
  const [head, ...others] = records;
  if (head === undefined) return refused('The file is empty.');
  const uneven = others.find(({ cells }) => cells.length !== head.cells.length);
  if (uneven !== undefined) return refused(`Line ${uneven.line} has ${uneven.cells.length} cells, and the headings ${head.cells.length}.`);
  const { answered, outdated, problems } = readDecisions(head.cells, others, rows, undefined);
  const places = new Map(rows.map((asked, row) => [asked, row]));
  const answers = new Map<number, Answer>();
  for (const { asked, answer } of answered) {
    const row = places.get(asked);
    if (row !== undefined && Object.values(answer).some((cell) => cell !== '')) answers.set(row, answer);
  }
  return { answers, delimiter, outdated: outdated.length, problems: problems.map(problemText) };
}

const problemText = ({ line, message }: DecisionProblem): string => noteText(note`Line ${line} of decisions.csv: ${message}`);

interface FileRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Returns the records of a CSV file with the lines on which they begin, or why it is none. */
export function recordsOf(text: string, delimiter: string): FileRecord[] | string {
  const records: FileRecord[] = [];
  let cells: string[] = [];
  let line = 1;
  let started = 1;
  const end = (): void => {
    // Empty lines are nothing.
    if (cells.length > 1 || (cells[0] ?? '') !== '') records.push({ line: started, cells });
    cells = [];
  };
  for (let at = 0; at < text.length; ) {
    if (cells.length === 0) started = line;
    let cell = '';
    if (text[at] === '"') {
      for (;;) {
        const close = text.indexOf('"', at + 1);
        if (close < 0) return `Line ${started}: a quotation mark is not closed.`;
        cell += text.slice(at + 1, close);
        at = close + 1;
        if (text[at] !== '"') break;
        cell += '"';
      }
      line += cell.match(/\r\n?|\n/g)?.length ?? 0;
    } else {
      const rest = text.slice(at).search(delimiter === ';' ? /[;\r\n]/ : /[,\r\n]/);
      const stop = rest < 0 ? text.length : at + rest;
      cell = text.slice(at, stop);
      at = stop;
    }
    cells.push(cell);
    if (at >= text.length) break;
    if (text[at] === delimiter) {
      at++;
      // The last cell of the file is empty.
      if (at === text.length) cells.push('');
      continue;
    }
    if (text[at] !== '\r' && text[at] !== '\n') return `Line ${line}: a quotation mark in the middle of a cell.`;
    at += text.startsWith('\r\n', at) ? 2 : 1;
    line++;
    end();
  }
  end();
  return records;
}

// The program that serves the page, if it does: each choice is saved as soon as it is made.

interface Server {
  /** Saves answers, with those that could not be saved before; `tell` takes how that went. */
  send(rows: readonly DeskRow[], tell: (problem: string | undefined) => void): void;
}

/** Returns the server of an address; undefined if the page is a file. */
export function serverOf(address: string | undefined): Server | undefined {
  if (address === undefined) return undefined;
  /** With the number of its last change, so that what changes while it is being saved stays. */
  const unsaved = new Map<DeskRow, number>();
  let changes = 0;
  let last: Promise<void> = Promise.resolve();
  const save = async (tell: (problem: string | undefined) => void): Promise<void> => {
    const sent = [...unsaved];
    if (sent.length === 0) return;
    const body = JSON.stringify(
      sent.map(([{ fingerprint, subject, id, action, value, reason, owner, expires }]) => ({
        fingerprint,
        subject,
        id,
        action,
        value,
        reason,
        owner,
        expires,
      })),
    );
    try {
      const answer = await fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      if (answer.ok) for (const [row, change] of sent) if (unsaved.get(row) === change) unsaved.delete(row);
      tell(answer.ok ? undefined : `Not saved yet: ${await answer.text()}`);
    } catch {
      tell('Not saved: "scim-audit decide" has ended. Start it again, or save decisions.csv here.');
    }
  };
  return {
    send(rows, tell) {
      changes++;
      for (const row of rows) unsaved.set(row, changes);
      // One after another, so that the last answer is the one that stays.
      last = last.then(() => save(tell));
    },
  };
}
