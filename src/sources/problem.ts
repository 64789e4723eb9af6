/** What cannot be read for certain, collected so that all of it is told at once. */

import { Mistake } from '../model/mistake.js';

export interface SourceProblem {
  /** As the operating system finds it. */
  readonly file: string;
  readonly table?: string;
  /** Physical line from 1, or rowid. */
  readonly line?: number;
  /** Cell from 1. */
  readonly column?: number;
  readonly heading?: string;
  /** What is wrong, and what to do. */
  readonly message: string;
}

const MOST = 50;

const placeOf = ({ file, table }: Pick<SourceProblem, 'file' | 'table'>): string => `${file}\u0000${table ?? ''}`;

/** Yields a value fit for a message: cut, and in quotes that show where it ends. */
export function quoted(value: string): string {
  const cut = value.length > 60 ? `${value.slice(0, 57)}…` : value;
  return JSON.stringify(cut);
}

/** Yields `users.csv, line 18, column 3 (active): …`. */
export function describeProblem({ file, table, line, column, heading, message }: SourceProblem): string {
  const place = [file];
  if (table !== undefined) place.push(`table ${table}`);
  if (line !== undefined) place.push(`${table === undefined ? 'line' : 'row'} ${line}`);
  if (column !== undefined) place.push(`column ${column}${heading === undefined ? '' : ` (${heading})`}`);
  else if (heading !== undefined) place.push(`column ${quoted(heading)}`);
  return `${place.join(', ')}: ${message}`;
}

/** A source that was refused, with its problems in the order of reading. */
export class SourceRefused extends Mistake {
  override readonly name = 'SourceRefused';

  constructor(
    readonly problems: readonly SourceProblem[],
    readonly total: number,
    readonly subject: 'source' | 'decisions' = 'source',
  ) {
    super(
      `${subject === 'source' ? 'The source cannot be read for certain' : 'The decisions cannot be taken as they are'}: ${total.toLocaleString('en-US')} ${total === 1 ? 'problem' : 'problems'}.`,
      subject === 'source'
        ? 'Mend the export, or export again; nothing was skipped and nothing was judged.'
        : 'Correct these rows; nothing was written and nothing was judged.',
      [...problems.map(describeProblem), ...(total > problems.length ? [`… and ${(total - problems.length).toLocaleString('en-US')} more problems.`] : [])],
    );
  }
}

const byLine = (a: SourceProblem, b: SourceProblem): number => (a.line ?? 0) - (b.line ?? 0);

/** Keeps the first 50 problems of each file and counts the rest. */
export class Problems {
  readonly #byPlace = new Map<string, SourceProblem[]>();
  #total = 0;

  add(problem: SourceProblem): void {
    this.#total++;
    const place = placeOf(problem);
    const first = this.#byPlace.get(place);
    if (first === undefined) this.#byPlace.set(place, [problem]);
    else if (first.length < MOST) first.push(problem);
    else if (byLine(problem, first[MOST - 1]) < 0) {
      // What only a whole file shows comes after it, and may lie in front.
      first.push(problem);
      first.sort(byLine).pop();
    }
  }

  get total(): number {
    return this.#total;
  }

  /** Throws SourceRefused where there is any: by file in the order given, then by line. */
  refuse(order: readonly Pick<SourceProblem, 'file' | 'table'>[] = [], subject: SourceRefused['subject'] = 'source'): void {
    if (this.#total === 0) return;
    const places = new Set([...order.map(placeOf), ...this.#byPlace.keys()]);
    const problems = [...places].flatMap((place) => [...(this.#byPlace.get(place) ?? [])].sort(byLine));
    throw new SourceRefused(problems.slice(0, MOST), this.#total, subject);
  }
}
