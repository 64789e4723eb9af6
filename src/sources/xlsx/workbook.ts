/** The structure of a workbook: its sheets, shared texts and number formats, found by its relations, not by the names of its parts. */

import { joined, note, Quoted, quotedName } from '../../model/note.js';
import { UserError } from '../../model/user-error.js';
import { asCell, formatOf, type NumberFormat, TextRuns } from './cell-text.js';
import { type Attributes, isTrue, XmlReader } from './xml.js';
import type { Archive } from './zip.js';

const MOST_XML = 1 << 26;

export interface SheetInfo {
  readonly name: string;
  readonly part: string;
  readonly isHidden: boolean;
}

export interface Workbook {
  /** Worksheets in the order of their tabs. */
  readonly sheets: readonly SheetInfo[];
  readonly sharedStrings?: string;
  readonly formats: readonly NumberFormat[];
  readonly is1904: boolean;
  /** True if the stored results of its formulas may be outdated. */
  readonly isToBeComputed: boolean;
}

interface Relation {
  /** The last part of its type: `worksheet`. */
  readonly type: string;
  readonly target: string;
}

const SAVE_AS = note`In Excel or LibreOffice: Save As, "Excel Workbook (.xlsx)" or "CSV UTF-8".`;

export function readWorkbook(archive: Archive): Workbook {
  const main = [...relationsOf(archive, '').values()].find(({ type }) => type === 'officeDocument')?.target;
  if (main === undefined || !archive.has(main)) throw noWorkbook(archive);
  if (main.endsWith('.bin')) throw new UserError(`${archive.file} is a binary workbook (.xlsb), which is not supported.`, SAVE_AS);
  if (!/(?:^|\/)workbook\.xml$/i.test(main) && !isSpreadsheet(archive, main)) throw noWorkbook(archive);
  const relations = relationsOf(archive, main);
  const listed: { readonly name: string; readonly id: string; readonly isHidden: boolean }[] = [];
  let is1904 = false;
  let isToBeComputed = false;
  let section = '';
  readPart(archive, main, 'workbook', (name, attributes, depth) => {
    if (depth === 1) section = name;
    if (depth === 1 && name === 'workbookPr') is1904 = isTrue(attributes.date1904);
    if (depth === 1 && name === 'calcPr') isToBeComputed = isTrue(attributes.fullCalcOnLoad);
    if (depth !== 2 || section !== 'sheets' || name !== 'sheet') return;
    listed.push({ name: attributes.name ?? '', id: idOf(attributes), isHidden: attributes.state === 'hidden' || attributes.state === 'veryHidden' });
  });
  const sheets = listed.flatMap(({ name, id, isHidden }): SheetInfo[] => {
    const relation = relations.get(id);
    if (relation === undefined) throw archive.broken(`the sheet ${JSON.stringify(name)} has no part`);
    // Chart and macro sheets have other relation types.
    return relation.type === 'worksheet' ? [{ name, part: relation.target, isHidden }] : [];
  });
  if (sheets.length === 0) throw archive.broken('it has no worksheet');
  const partOf = (type: string): string | undefined => [...relations.values()].find((relation) => relation.type === type)?.target;
  const [sharedStrings, styles] = [partOf('sharedStrings'), partOf('styles')];
  return {
    sheets,
    ...(sharedStrings === undefined ? {} : { sharedStrings }),
    formats: styles === undefined ? [] : readFormats(archive, styles),
    is1904,
    isToBeComputed,
  };
}

/** Returns the requested sheet. Throws a UserError if it is not certain which one that is. */
export function chooseSheet(file: string, sheets: readonly SheetInfo[], wanted: string | undefined): SheetInfo {
  const names = joined(
    sheets.map(({ name }) => quotedName(name)),
    ', ',
  );
  if (wanted !== undefined) {
    const same = sheets.find(({ name }) => name === wanted) ?? sheets.find(({ name }) => name.toLowerCase() === wanted.toLowerCase());
    if (same !== undefined) return same;
    throw new UserError(note`${file} has no sheet ${quotedName(wanted)}.`, note`Its sheets: ${names}.`);
  }
  const [first] = sheets;
  const shown = sheets.find(({ isHidden }) => !isHidden);
  if (!first.isHidden || shown === undefined) return first;
  throw new UserError(
    note`The first sheet of ${file}, ${quotedName(first.name)}, is hidden, so it is not clear which sheet to read.`,
    note`Name the sheet: "${file}#${new Quoted(shown.name, 'column')}". Its sheets: ${names}.`,
  );
}

function noWorkbook(archive: Archive): UserError {
  const { file } = archive;
  if (archive.has('xl/workbook.xml')) return archive.broken('it does not say which of its parts is the workbook');
  const isOpenDocument = archive.has('mimetype') && archive.has('content.xml');
  if (isOpenDocument) return new UserError(`${file} is an OpenDocument file (such as .ods), which is not supported.`, SAVE_AS);
  const isDocument = archive.has('[Content_Types].xml');
  return new UserError(
    `${file} is ${isDocument ? 'an Office document, but not an Excel workbook' : 'a ZIP archive, but not an Excel workbook (.xlsx)'}.`,
    isDocument ? 'Give the export as CSV or as .xlsx.' : 'Unpack it and give the files that it contains.',
  );
}

const isSpreadsheet = (archive: Archive, main: string): boolean => [...relationsOf(archive, main).values()].some(({ type }) => type === 'worksheet');

/** The attribute `r:id`, with any prefix. */
const idOf = (attributes: Attributes): string => Object.entries(attributes).find(([name]) => name.endsWith(':id'))?.[1] ?? '';

function readPart(archive: Archive, part: string, root: string | undefined, open: (name: string, attributes: Attributes, depth: number) => void): void {
  new XmlReader(archive.open(part, MOST_XML), { open, close: () => {} }, root).readAll();
}

/** Returns the relations of a part, or of the whole file, by their ids. */
function relationsOf(archive: Archive, part: string): ReadonlyMap<string, Relation> {
  const folder = part.slice(0, part.lastIndexOf('/') + 1);
  const path = `${folder}_rels/${part.slice(folder.length)}.rels`;
  const relations = new Map<string, Relation>();
  if (!archive.has(path)) return relations;
  readPart(archive, path, undefined, (name, { Id = '', Type = '', Target = '', TargetMode }, depth) => {
    if (depth !== 1 || name !== 'Relationship' || TargetMode === 'External') return;
    relations.set(Id, { type: Type.slice(Type.lastIndexOf('/') + 1), target: resolved(folder, Target) });
  });
  return relations;
}

/** Returns the full name of a part, which may be given relative to a folder or from the root. */
function resolved(folder: string, target: string): string {
  const names: string[] = [];
  for (const name of (target.startsWith('/') ? target : folder + target).split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return names.join('/');
}

function readFormats(archive: Archive, part: string): NumberFormat[] {
  const codes = new Map<number, string>();
  const formats: NumberFormat[] = [];
  let section = '';
  readPart(archive, part, 'styleSheet', (name, attributes, depth) => {
    if (depth === 1) section = name;
    if (depth !== 2) return;
    const id = Number(attributes.numFmtId ?? 0);
    if (section === 'numFmts' && name === 'numFmt') codes.set(id, attributes.formatCode ?? '');
    if (section === 'cellXfs' && name === 'xf') formats.push(formatOf(id, codes.get(id)));
  });
  return formats;
}

const BLOCK_BITS = 22;
const BLOCK = 1 << BLOCK_BITS;
const MOST_STRINGS = 1 << 30;
const MOST_BYTES = 1 << 29;

export class SharedStrings {
  readonly #blocks: Buffer[] = [];
  #ends = new Uint32Array(1 << 10);
  #faults = new Uint8Array(1 << 10);
  #bytes = 0;
  count = 0;

  static of(archive: Archive, part: string): SharedStrings {
    const strings = new SharedStrings();
    const runs = new TextRuns();
    const reader = new XmlReader(
      archive.open(part, MOST_STRINGS),
      {
        open(name, attributes, depth) {
          if (depth === 1) runs.begin();
          else if (depth > 1) runs.open(name, attributes, depth);
        },
        close(depth) {
          if (depth > 1) runs.close(depth);
          else if (depth === 1) strings.#add(runs, archive.file);
        },
        text: (text) => runs.add(text),
      },
      'sst',
    );
    reader.readAll();
    return strings;
  }

  #add(runs: TextRuns, file: string): void {
    runs.end();
    const bytes = Buffer.from(asCell(runs.text), 'utf8');
    if (this.count === this.#ends.length) this.#widen();
    for (let from = 0; from < bytes.length; ) {
      const block = this.#bytes >>> BLOCK_BITS;
      if (block === this.#blocks.length) this.#blocks.push(Buffer.allocUnsafe(BLOCK));
      const copied = bytes.copy(this.#blocks[block], this.#bytes & (BLOCK - 1), from);
      from += copied;
      this.#bytes += copied;
    }
    if (this.#bytes > MOST_BYTES) throw new UserError(`${file} holds more than ${MOST_BYTES >> 20} MiB of text, which is too large.`, 'Export it as CSV.');
    this.#ends[this.count] = this.#bytes;
    this.#faults[this.count] = runs.fault;
    this.count++;
  }

  #widen(): void {
    const ends = new Uint32Array(this.count * 2);
    ends.set(this.#ends);
    this.#ends = ends;
    const faults = new Uint8Array(this.count * 2);
    faults.set(this.#faults);
    this.#faults = faults;
  }

  fault(index: number): number {
    return this.#faults[index];
  }

  length(index: number): number {
    return this.#ends[index] - this.#start(index);
  }

  /** Copies a text, as a cell, into bytes with enough room. */
  copy(index: number, target: Buffer, offset: number): void {
    const end = this.#ends[index];
    let to = offset;
    for (let at = this.#start(index); at < end; ) {
      const inBlock = at & (BLOCK - 1);
      const length = Math.min(end - at, BLOCK - inBlock);
      this.#blocks[at >>> BLOCK_BITS].copy(target, to, inBlock, inBlock + length);
      at += length;
      to += length;
    }
  }

  /** Returns a text as a cell. */
  text(index: number): string {
    const bytes = Buffer.alloc(this.length(index));
    this.copy(index, bytes, 0);
    return bytes.toString('utf8');
  }

  #start(index: number): number {
    return index === 0 ? 0 : this.#ends[index - 1];
  }
}
