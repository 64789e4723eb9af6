/** Converts the elements of a worksheet to rows of text: each row of the sheet is one line, even if empty, so that a line's number is the row's. */

import { SourceRefused } from '../tables/problem.js';
import {
  asCell,
  CellFaults,
  DATE,
  dateText,
  HALF_CHARACTER,
  isPlainInteger,
  type NumberFormat,
  numberText,
  PLAIN,
  TEXT_FAULTS,
  TextRuns,
  withoutEscapes,
} from './cell-text.js';
import type { RowWriter } from './row-writer.js';
import type { SharedStrings } from './workbook.js';
import { type Attributes, isTrue, type XmlVisitor } from './xml.js';

const LAST_ROW = 1_048_576;
const LAST_COLUMN = 16_384;
/** No spreadsheet supports a longer text, but some tools write longer ones. */
const LONGEST_TEXT = 1 << 20;
const MOST_MERGES = 10_000;

export interface SheetWishes {
  readonly file: string;
  readonly strings: SharedStrings | undefined;
  readonly formats: readonly NumberFormat[];
  readonly is1904: boolean;
  readonly isToBeComputed: boolean;
}

export class SheetRows implements XmlVisitor {
  readonly faults = new CellFaults();
  hiddenRows = 0;
  hasFilter = false;
  readonly hiddenColumns: { readonly first: number; readonly last: number }[] = [];
  /** The current element of the sheet. */
  #section = '';
  #hasData = false;
  /** Of the current row and cell; columns from 0. */
  #row = 0;
  #column = -1;
  #isHidden = false;
  #type = '';
  #style = 0;
  #hasFormula = false;
  #isInCell = false;
  /** Where text is added. */
  #isValue = false;
  #isInline = false;
  #value = '';
  readonly #runs = new TextRuns();

  constructor(
    readonly wishes: SheetWishes,
    readonly writer: RowWriter,
  ) {}

  open(name: string, attributes: Attributes, depth: number): void {
    if (depth === 4) this.#openInCell(name);
    else if (depth === 3) this.#openCell(name, attributes);
    else if (depth === 2) this.#openItem(name, attributes);
    else if (depth === 1) {
      this.#section = name;
      if (name === 'autoFilter') this.hasFilter = true;
      if (name === 'sheetData' && this.#hasData) throw this.#refused('the sheet has two sections of data');
      if (name === 'sheetData') this.#hasData = true;
    } else if (depth > 4 && this.#isInline) this.#runs.open(name, attributes, depth);
  }

  text(text: string): void {
    if (this.#isValue) this.#value += text;
    else if (this.#isInline) this.#runs.add(text);
    if (this.#value.length > LONGEST_TEXT || this.#runs.text.length > LONGEST_TEXT) throw this.#refused('a cell is longer than any spreadsheet allows');
  }

  close(depth: number): void {
    if (depth > 4) {
      if (this.#isInline) this.#runs.close(depth);
    } else if (depth === 4) {
      this.#isValue = false;
      this.#isInline = false;
    } else if (depth === 3) {
      if (this.#isInCell) this.#takeCell();
      this.#isInCell = false;
    } else if (depth === 2 && this.#section === 'sheetData') {
      if (this.writer.endRow() && this.#isHidden) this.hiddenRows++;
    } else if (depth === 1) this.#section = '';
  }

  #openItem(name: string, attributes: Attributes): void {
    if (this.#section === 'sheetData') this.#openRow(name, attributes);
    else if (this.#section === 'cols' && name === 'col' && isTrue(attributes.hidden)) {
      if (this.hiddenColumns.length < LAST_COLUMN) this.hiddenColumns.push({ first: Number(attributes.min) - 1, last: Number(attributes.max) - 1 });
    } else if (this.#section === 'mergeCells' && name === 'mergeCell') this.#merge(attributes.ref ?? '');
  }

  #openRow(name: string, { r, hidden }: Attributes): void {
    const row = r === undefined ? this.#row + 1 : /^\d{1,7}$/.test(r) ? Number(r) : 0;
    if (name !== 'row' || row <= this.#row || row > LAST_ROW)
      throw this.#refused(`the row that follows does not belong in a sheet, or is out of order (${r ?? name})`);
    this.#row = row;
    this.#column = -1;
    this.#isHidden = isTrue(hidden);
    this.writer.beginRow(row);
  }

  #openCell(name: string, { r, t, s }: Attributes): void {
    if (this.#section !== 'sheetData' || name !== 'c') return;
    const column = r === undefined ? this.#column + 1 : this.#columnOf(r);
    if (column <= this.#column || column >= LAST_COLUMN)
      throw this.#refused(`the cell that follows does not belong in this row, or is out of order (${r ?? 'without a place'})`);
    this.#column = column;
    this.#type = t ?? 'n';
    this.#style = s === undefined ? 0 : Number(s);
    this.#hasFormula = false;
    this.#value = '';
    this.#runs.begin();
    this.#isInCell = true;
  }

  #openInCell(name: string): void {
    if (!this.#isInCell) return;
    if (name === 'v') this.#isValue = true;
    else if (name === 'is') this.#isInline = true;
    else if (name === 'f') this.#hasFormula = true;
  }

  /** Returns the column of a reference such as `AB12`; -1 if it is not in this row. */
  #columnOf(place: string): number {
    let column = 0;
    let at = 0;
    for (; at < place.length && at < 4; at++) {
      const letter = place.charCodeAt(at) - 64;
      if (letter < 1 || letter > 26) break;
      column = column * 26 + letter;
    }
    let row = 0;
    for (; at < place.length; at++) {
      const digit = place.charCodeAt(at) - 48;
      if (digit < 0 || digit > 9) return -1;
      row = row * 10 + digit;
    }
    return row === this.#row ? column - 1 : -1;
  }

  #merge(ref: string): void {
    const [, left, top, right, bottom] = /^([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})$/.exec(ref) ?? [];
    if (left === undefined) return;
    if (this.faults.merges >= MOST_MERGES) throw this.#refused('the sheet has too many merged cells to be a list');
    this.faults.merge({ text: ref, top: Number(top), bottom: Number(bottom), left: indexOf(left), right: indexOf(right) });
  }

  #takeCell(): void {
    const { strings, formats } = this.wishes;
    // Cells beyond the widest row that may hold the headings are in no column.
    if (!this.writer.takes(this.#column)) return;
    const value = this.#value;
    if (this.#hasFormula && (this.wishes.isToBeComputed || (value === '' && this.#type !== 'str'))) {
      this.#fault('formula', value);
      return;
    }
    switch (this.#type) {
      case 'n':
        if (value !== '') this.#takeNumber(value.trim(), formats[this.#style] ?? PLAIN);
        break;
      case 's': {
        if (value === '') break;
        const index = Number(value);
        if (strings === undefined || !(index >= 0 && index < strings.count && Number.isInteger(index))) {
          throw this.#refused(`the text ${value} of this cell is not in the workbook`);
        }
        const length = strings.length(index);
        if (length === 0) break;
        strings.copy(index, ...this.writer.reserve(this.#column, length));
        const fault = strings.fault(index);
        if (fault !== 0) this.#note(TEXT_FAULTS[fault], strings.text(index));
        break;
      }
      case 'str': {
        const text = withoutEscapes(value);
        if (!text.isWellFormed()) this.#note(TEXT_FAULTS[HALF_CHARACTER], text);
        this.writer.text(this.#column, asCell(text));
        break;
      }
      case 'inlineStr': {
        const runs = this.#runs;
        runs.end();
        if (runs.fault !== 0) this.#note(TEXT_FAULTS[runs.fault], runs.text);
        this.writer.text(this.#column, asCell(runs.text));
        break;
      }
      case 'b':
        if (value !== '') this.writer.text(this.#column, isTrue(value) ? 'true' : 'false');
        break;
      case 'e':
        this.#fault('error', value);
        break;
      case 'd':
        this.#note('date', value);
        this.writer.text(this.#column, asCell(value));
        break;
      default:
        throw this.#refused(`the cell has an unknown type (${this.#type})`);
    }
  }

  #takeNumber(value: string, format: NumberFormat): void {
    if (format === DATE) {
      const date = dateText(value, this.wishes.is1904);
      if (date !== undefined) {
        this.#note('date', date);
        this.writer.text(this.#column, date);
        return;
      }
    }
    // Almost every number is an id.
    const text = format <= DATE && isPlainInteger(value) ? value : numberText(value, format);
    if (text === undefined) this.#fault('digits', value);
    else this.writer.text(this.#column, text);
  }

  /** Records a fault of a cell that is written nevertheless. */
  #note(fault: Parameters<CellFaults['add']>[0], value: string): void {
    this.faults.add(fault, this.#row, this.#column, value);
  }

  /** Records a fault of a cell and writes what it shows: a row with nothing else is still a row. */
  #fault(fault: Parameters<CellFaults['add']>[0], value: string): void {
    this.#note(fault, value);
    this.writer.text(this.#column, value === '' ? '=' : asCell(value));
  }

  #refused(why: string): SourceRefused {
    const { file } = this.wishes;
    const column = this.#isInCell ? { column: this.#column + 1 } : {};
    return new SourceRefused(
      [{ file, line: Math.max(this.#row, 1), ...column, message: `${why}. Save the workbook in Excel or LibreOffice again, or export it as CSV.` }],
      1,
    );
  }
}

/** Returns the index of a column by its letters. */
const indexOf = (letters: string): number => [...letters].reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0) - 1;
