/** A sheet of a workbook as a stream of text. Loaded only if there is a workbook. */

import { createHash } from 'node:crypto';
import { closeSync, fstatSync, readFileSync, type Stats, statSync } from 'node:fs';
import { joined, type Note, note, quotedName } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';
import { changedWhileRead, type Finished, openForReading, type ReadCells, reasonOf, type Sheet, type TextStream } from '../csv/file-stream.js';
import type { SheetFile } from '../input-files.js';
import type { Problems } from '../tables/problem.js';
import { RowWriter } from './row-writer.js';
import { SheetRows } from './sheet-rows.js';
import { chooseSheet, readWorkbook, SharedStrings, type SheetInfo } from './workbook.js';
import { XmlReader } from './xml.js';
import { Archive, type PartStream } from './zip.js';

const LARGEST_FILE = 1 << 30;
const MOST_XML = 2 ** 32;
const MOST_NAMES = 10;

/** Opens the requested sheet. Throws a UserError if the file is not a workbook or cannot be read. */
export function openSheet(named: string, { file, sheet }: SheetFile): TextStream {
  const { bytes, stats } = readWhole(file);
  const archive = new Archive(file, bytes);
  const workbook = readWorkbook(archive);
  const chosen = chooseSheet(file, workbook.sheets, sheet);
  const strings = workbook.sharedStrings === undefined ? undefined : SharedStrings.of(archive, workbook.sharedStrings);
  const writer = new RowWriter(file);
  const rows = new SheetRows({ ...workbook, file: named, strings }, writer);
  const part = archive.open(chosen.part, MOST_XML);
  return new SheetStream(
    named,
    { file, stats, bytes, part, writer, reader: new XmlReader(part, rows, 'worksheet') },
    new SheetFacts(rows, chosen, workbook.sheets, sheet !== undefined),
  );
}

function readWhole(file: string): { readonly bytes: Buffer; readonly stats: Stats } {
  const { fd, stats } = openForReading(file);
  try {
    if (stats.size > LARGEST_FILE) throw new UserError(`${file} has more than ${LARGEST_FILE >> 20} MiB, which is too large.`, 'Export it as CSV.');
    const bytes = readFileSync(fd);
    if (bytes.length !== stats.size || fstatSync(fd).mtimeMs !== stats.mtimeMs) throw changedWhileRead(file);
    return { bytes, stats };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${file}: ${reasonOf(error)}`, 'Export again or copy the file to a local disk.');
  } finally {
    closeSync(fd);
  }
}

interface Opened {
  /** The path for opening the file. */
  readonly file: string;
  readonly stats: Stats;
  readonly bytes: Buffer;
  readonly part: PartStream;
  readonly writer: RowWriter;
  readonly reader: XmlReader;
}

class SheetStream implements TextStream {
  readonly encoding = 'utf-8';
  #isAtEnd = false;

  constructor(
    readonly file: string,
    readonly opened: Opened,
    readonly sheet: Sheet,
  ) {}

  get bytes(): number {
    return this.opened.part.consumed;
  }

  fill(target: Buffer, offset: number): number {
    const { writer, reader } = this.opened;
    while (writer.isEmpty && !this.#isAtEnd) this.#isAtEnd = !reader.step();
    return writer.take(target, offset);
  }

  finish(): Finished {
    const { file, stats, bytes } = this.opened;
    const now = statSync(file);
    if (now.size !== stats.size || now.mtimeMs !== stats.mtimeMs) throw changedWhileRead(file);
    return { sha256: createHash('sha256').update(bytes).digest('hex') };
  }

  /** Does nothing: the file was read at once, so none is open. */
  close(): void {}
}

class SheetFacts implements Sheet {
  constructor(
    readonly rows: SheetRows,
    readonly chosen: SheetInfo,
    readonly sheets: readonly SheetInfo[],
    readonly isNamed: boolean,
  ) {}

  refuse(read: ReadCells, problems: Problems): void {
    this.rows.faults.refuse(read, problems);
  }

  notes(path: string, columns: Iterable<number>): readonly Note[] {
    const { chosen, sheets, isNamed } = this;
    const { hiddenRows, hasFilter, hiddenColumns } = this.rows;
    const others = sheets.filter((sheet) => sheet !== chosen).map(({ name }) => quotedName(name));
    const more = others.length > MOST_NAMES ? ` and ${(others.length - MOST_NAMES).toLocaleString('en-US')} more` : '';
    const hidden = [...columns].filter((column) => hiddenColumns.some(({ first, last }) => column >= first && column <= last)).length;
    return [
      ...(isNamed || others.length === 0
        ? []
        : [note`${path}: its first sheet, ${quotedName(chosen.name)}, was read, not ${joined(others.slice(0, MOST_NAMES), ', ')}${more}.`]),
      ...(chosen.isHidden ? [note`${path}: the sheet ${quotedName(chosen.name)} is hidden and was read like any other sheet.`] : []),
      ...(hiddenRows === 0
        ? []
        : [
            `${path}: ${hiddenRows === 1 ? '1 row is' : `${hiddenRows.toLocaleString('en-US')} rows are`} hidden${hasFilter ? ' by a filter' : ''}, and ${hiddenRows === 1 ? 'was' : 'were'} read like any other.`,
          ]),
      ...(hidden === 0 ? [] : [`${path}: ${hidden === 1 ? 'a column that is read is' : `${hidden} columns that are read are`} hidden.`]),
    ];
  }
}
