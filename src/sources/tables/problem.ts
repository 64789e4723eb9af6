/** Problems that make a source unreadable, collected so that all of them are reported at once. */

import { joined, type Note, note, noteText, Quoted, quoted, quotedHeading } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';

export interface SourceProblem {
  /** The path for opening the file. */
  readonly file: string;
  readonly table?: string;
  /** Physical line from 1, or rowid. */
  readonly line?: number;
  /** Cell from 1. */
  readonly column?: number;
  readonly heading?: string;
  /** What is wrong, and what to do; values of the export are parts of it. */
  readonly message: Note;
  /** Common to rows of one column that are wrong in the same way, such as the value: these are one problem. */
  readonly cause?: string;
  /** How many rows are wrong in the same way, and the first of them; only if there are several. */
  readonly rows?: { readonly count: number; readonly first: readonly number[] };
}

const MOST_PROBLEMS = 50;
/** Number of lines listed for rows with one cause. */
const MOST_LINES = 5;
/** Number of causes that are distinguished: later ones are counted row by row. */
const MOST_CAUSES = 10_000;

const sourceKey = ({ file, table }: Pick<SourceProblem, 'file' | 'table'>): string => `${file}\u0000${table ?? ''}`;

/** Of a longer value no option is shown that maps it. */
const LONGEST_VALUE = 60;

/** Returns the argument of an option that maps a value, or `VALUE=active` if the value is too long for a message. */
export const mappedTo = (value: string, meaning: string): Quoted | string =>
  value.length > LONGEST_VALUE ? `VALUE=${meaning}` : new Quoted(value, 'heading', `=${meaning}`);

/** Returns `line 2, line 5 and 3 more`. */
function listRows({ count, first }: NonNullable<SourceProblem['rows']>, word: 'line' | 'row'): string {
  const more = count - first.length;
  return `${first.map((line) => `${word} ${line}`).join(', ')}${more > 0 ? ` and ${more.toLocaleString('en-US')} more` : ''}`;
}

/** Returns `users.csv, line 18, column 3 (active): …`, with the rows if a problem has several. */
export function describeProblem({ file, table, line, column, heading, message, rows }: SourceProblem): Note {
  const location = [file];
  if (table !== undefined) location.push(`table ${table}`);
  if (line !== undefined) location.push(`${table === undefined ? 'line' : 'row'} ${line}`);
  if (column !== undefined) location.push(`column ${column}`);
  const named = heading === undefined ? [] : column === undefined ? note`, column ${quotedHeading(heading)}` : [' (', new Quoted(heading, 'column'), ')'];
  const all = rows === undefined ? '' : ` In ${rows.count.toLocaleString('en-US')} rows: ${listRows(rows, table === undefined ? 'line' : 'row')}.`;
  return note`${location.join(', ')}${named}: ${message}${all}`;
}

/** Wrong values of one column with their counts, for a problem that lists them all. */
export class WrongValues {
  readonly #seen = new Map<string, { count: number; readonly line: number }>();
  #others = 0;

  add(value: string, line: number): void {
    const seen = this.#seen.get(value);
    if (seen !== undefined) seen.count++;
    else if (this.#seen.size < MOST_CAUSES) this.#seen.set(value, { count: 1, line });
    else this.#others++;
  }

  /** The first value and its line; undefined if there is none. */
  get first(): { readonly value: string; readonly line: number } | undefined {
    for (const [value, { line }] of this.#seen) return { value, line };
    return undefined;
  }

  /** Returns the first 20 values as `"LDAP" (2) from line 2, "Crowd" (1) on line 4`; rows of a table are called `word`. */
  describe(word: 'line' | 'row' = 'line'): Note {
    const shown = [...this.#seen].slice(0, 20);
    const found = shown.map(
      ([value, { count, line }]) => note`${quoted(value)} (${count.toLocaleString('en-US')}) ${count === 1 ? 'on' : 'from'} ${word} ${line}`,
    );
    const more = this.#seen.size - shown.length;
    return note`${joined(found, ', ')}${more + this.#others > 0 ? ` and ${more.toLocaleString('en-US')}${this.#others > 0 ? ' or more' : ''} other values` : ''}`;
  }

  clear(): void {
    this.#seen.clear();
    this.#others = 0;
  }
}

/** A problem whose message is a plain text. */
export interface ToldProblem extends Omit<SourceProblem, 'message' | 'cause'> {
  readonly message: string;
}

/** A source that was refused, with its problems in the order of reading. */
export class SourceRefused extends UserError {
  override readonly name = 'SourceRefused';
  /** The problems as texts. */
  readonly problems: readonly ToldProblem[];

  constructor(
    /** The problems, with their values as parts of the messages. */
    readonly found: readonly SourceProblem[],
    readonly total: number,
    readonly subject: 'source' | 'decisions' = 'source',
    /** What to do about a source; by default, for a command that takes the options which the problems name. */
    hint = 'Fix the export, or export again. No check was made, since no row is ever skipped.',
  ) {
    super(
      `${subject === 'source' ? 'The source cannot be read for certain' : 'The decisions cannot be used as they are'}: ${total.toLocaleString('en-US')} ${total === 1 ? 'problem' : 'problems'}.`,
      subject === 'source' ? hint : 'Correct these rows; nothing was checked and nothing was written.',
      [...found.map(describeProblem), ...(total > found.length ? [`… and ${(total - found.length).toLocaleString('en-US')} more problems.`] : [])],
    );
    this.problems = found.map(({ cause: _, message, ...location }) => ({ ...location, message: noteText(message) }));
  }
}

/** A problem to which rows with the same cause may still be added. */
type Kept = { -readonly [K in keyof SourceProblem]: SourceProblem[K] };

const byLine = (a: SourceProblem, b: SourceProblem): number => (a.line ?? 0) - (b.line ?? 0);

/** Keeps the first 50 problems of each file and counts the rest. Rows of a column with one cause are one problem. */
export class Problems {
  readonly #byPlace = new Map<string, SourceProblem[]>();
  readonly #byCause = new Map<string, Kept>();
  #total = 0;

  /** Adds a problem; one with a `cause` is merged into the problem of the same column with that cause. */
  add(found: SourceProblem): void {
    const location = sourceKey(found);
    let problem = found;
    if (found.cause !== undefined) {
      const name = `${location}\u0000${found.column ?? found.heading ?? ''}\u0000${found.cause}`;
      const known = this.#byCause.get(name);
      if (known !== undefined) {
        addRow(known, found.line);
        return;
      }
      if (this.#byCause.size < MOST_CAUSES) {
        const kept: Kept = { ...found };
        this.#byCause.set(name, kept);
        problem = kept;
      }
    }
    this.#total++;
    const first = this.#byPlace.get(location);
    if (first === undefined) this.#byPlace.set(location, [problem]);
    else if (first.length < MOST_PROBLEMS) first.push(problem);
    else if (byLine(problem, first[MOST_PROBLEMS - 1]) < 0) {
      // Problems of the whole file are found last but may belong to its beginning.
      first.push(problem);
      first.sort(byLine).pop();
    }
  }

  get total(): number {
    return this.#total;
  }

  /** Throws SourceRefused if there is a problem: ordered by file as given, then by line. */
  refuse(order: readonly Pick<SourceProblem, 'file' | 'table'>[] = [], subject: SourceRefused['subject'] = 'source'): void {
    if (this.#total === 0) return;
    const places = new Set([...order.map(sourceKey), ...this.#byPlace.keys()]);
    const problems = [...places].flatMap((location) => [...(this.#byPlace.get(location) ?? [])].sort(byLine));
    throw new SourceRefused(problems.slice(0, MOST_PROBLEMS), this.#total, subject);
  }
}

function addRow(problem: Kept, line: number | undefined): void {
  const { count, first } = problem.rows ?? { count: 1, first: problem.line === undefined ? [] : [problem.line] };
  problem.rows = { count: count + 1, first: line === undefined || first.length >= MOST_LINES ? first : [...first, line] };
}
