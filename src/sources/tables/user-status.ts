/** Users' cells that hold one of a few words: the status, and the authentication type. */

import type { AuthenticationType } from '../../model/directory.js';
import type { AuthMode } from '../../model/policy.js';
import { isInactiveLicense, parseActivity, parseAuthenticationType } from './cell-words.js';
import { mappedTo, type Problems, quoted, type WrongValues } from './problem.js';
import { cellPlace, type Row, type Table } from './table.js';
import { columnText } from './user-columns.js';

export type CellProblem = (table: Table, row: Row, column: string, message: string, cause?: string) => void;

/** Returns a reader of the status in a row. */
export function activityReader(table: Table, cellProblem: CellProblem): Remembered<boolean> {
  const active = columnText(table, 'active');
  const text = active ?? columnText(table, 'disabled');
  const license = columnText(table, 'licenseType');
  if (text !== undefined) {
    const column = active !== undefined ? 'active' : 'disabled';
    const refuse = (row: Row, cell: string): void => {
      const value = cell.trim();
      const what = value === '' ? 'the cell is empty, so the user may be active or not' : `${quoted(value)} is neither yes nor no`;
      const map = `--active-map ${mappedTo(value, 'active')} or ${mappedTo(value, 'inactive')}`;
      cellProblem(table, row, column, `${what}; write true or false, or define its meaning with ${map}.`, value.toLowerCase());
    };
    return remember(table.columns.get(column) ?? 0, {
      text,
      read: (cell) => parseActivity(cell, column, table.words.activeMap),
      refuse,
      otherwise: true,
    });
  }
  const isActive = table.activity === undefined ? (row: Row) => license === undefined || !isInactiveLicense(license(row)) : () => table.activity === 'active';
  return { read: isActive, count: () => 0 };
}

/** Does the cell mean a missing value, and was it not given another meaning. */
export function isNullStatus({ words }: Table, cell: string): boolean {
  const value = cell.trim();
  return words.of('disabled').has(value) && !Object.hasOwn(words.activeMap, value.toLowerCase());
}

export interface TypeWishes {
  readonly authMode: AuthMode;
  readonly authTypeMap: Readonly<Record<string, AuthenticationType>>;
}

/** Returns a reader of a row's authentication type; unknown types are added to `unknown`. */
export function typeReader(table: Table, { authMode, authTypeMap }: TypeWishes, unknown: WrongValues): (row: Row) => AuthenticationType {
  const text = columnText(table, 'authenticationType');
  // In mode `multi` a source without the column was refused when it was opened.
  if (text === undefined) return () => (authMode === 'basic' ? 'basic' : 'idp');
  const { read } = remember<AuthenticationType>(table.columns.get('authenticationType') ?? 0, {
    text,
    read: (cell) => parseAuthenticationType(cell, authTypeMap),
    refuse: (row, cell) => unknown.add(cell.trim(), row.line),
    otherwise: 'basic',
  });
  return read;
}

const MOST_SPELLINGS = 16;

interface Reading<T> {
  text(row: Row): string;
  /** Returns what a cell states; undefined if it states nothing. */
  read(cell: string): T | undefined;
  refuse(row: Row, cell: string): void;
  /** The value of a cell that was refused. */
  readonly otherwise: T;
}

export interface Remembered<T> {
  read(row: Row): T;
  /** Returns how many of the cells read so far have that value. */
  count(isMeant: (cell: string) => boolean): number;
}

/** Caches the meanings of cells: almost all cells of an enumeration are one of a few short words. Invalid values are read, and refused, every time. */
function remember<T>(column: number, { text, read, refuse, otherwise }: Reading<T>): Remembered<T> {
  // A linear scan beats a Map for up to 16 entries.
  const codes: number[] = [];
  const values: T[] = [];
  const counts: number[] = [];
  const cells: string[] = [];
  /** Meanings of cells without a code. */
  const others = new Map<string, number>();
  return {
    read(row) {
      const code = row.code(column);
      for (let at = 0; at < codes.length; at++) {
        if (codes[at] !== code) continue;
        counts[at]++;
        return values[at];
      }
      const cell = text(row);
      const value = read(cell);
      if (value === undefined) refuse(row, cell);
      else if (code < 0 || codes.length >= MOST_SPELLINGS) others.set(cell, (others.get(cell) ?? 0) + 1);
      else {
        codes.push(code);
        values.push(value);
        counts.push(1);
        cells.push(cell);
      }
      return value ?? otherwise;
    },
    count(isMeant) {
      let sum = 0;
      cells.forEach((cell, at) => {
        if (isMeant(cell)) sum += counts[at];
      });
      for (const [cell, count] of others) if (isMeant(cell)) sum += count;
      return sum;
    },
  };
}

/** Reports unknown types as one problem. */
export function refuseTypes(table: Pick<Table, 'file' | 'table' | 'columns' | 'headings'>, wrong: WrongValues, problems: Problems): void {
  const { first } = wrong;
  if (first === undefined) return;
  const { value } = first;
  problems.add({
    ...cellPlace(table, first, table.columns.get('authenticationType') ?? 0),
    message: `authentication types that are neither basic nor idp: ${wrong.describe(table.table === undefined ? 'line' : 'row')}. Accepted: basic; idp, idp-login, saml, auth0, sso, oidc. Map each with --auth-type-map ${mappedTo(value, 'basic')} or ${mappedTo(value, 'idp')}.`,
  });
  wrong.clear();
}
