/** Writes workbooks of a few parts, as small as they may be and as odd as tools make them. */

import { deflateRawSync } from 'node:zlib';

/** A cell: a text, a number, a truth, nothing, or XML of its own in place of `<c …>`, with `@` for its place. */
export type SheetCell = string | number | boolean | undefined | { readonly xml: string };

export interface WrittenSheet {
  readonly name?: string;
  readonly rows: readonly (readonly SheetCell[])[];
  readonly state?: 'hidden' | 'veryHidden';
  /** XML before the rows and after them. */
  readonly before?: string;
  readonly after?: string;
  /** Attributes of single rows, by number. */
  readonly rowAttributes?: Readonly<Record<number, string>>;
}

export interface WorkbookStyle {
  readonly texts?: 'shared' | 'inline';
  /** The prefix of every element, as the SDK of Microsoft writes it. */
  readonly prefix?: string;
  readonly isStrict?: boolean;
  /** Rows and cells do not say where they are. */
  readonly isWithoutPlaces?: boolean;
  readonly isStored?: boolean;
  /** A part whose size is told to be another. */
  readonly lie?: { readonly part: string; readonly size: number };
  /** Attributes and elements of the workbook. */
  readonly workbook?: string;
  /** `styles.xml` without its root. */
  readonly styles?: string;
  /** Parts in place of those that are written, or beside them; undefined leaves one out. */
  readonly parts?: Readonly<Record<string, string | Uint8Array | undefined>>;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Writes what XML cannot hold, and what looks like it, as `_xHHHH_`. */
export const asXmlText = (text: string): string =>
  escaped(
    text
      .replace(/_(?=x[0-9a-fA-F]{4}_)/g, '_x005F_')
      .replace(/[\u0000-\u0008\u000b\u000c\u000d\u000e-\u001f\ufffe\uffff]/g, (char) => `_x${char.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}_`),
  );

export function lettersOf(column: number): string {
  let letters = '';
  for (let left = column + 1; left > 0; left = Math.floor((left - 1) / 26)) letters = String.fromCharCode(65 + ((left - 1) % 26)) + letters;
  return letters;
}

/** Returns the bytes of a workbook. */
export function workbookOf(sheets: readonly WrittenSheet[], style: WorkbookStyle = {}): Buffer {
  const { prefix = '', isStrict = false, isWithoutPlaces = false, texts = 'shared' } = style;
  const p = prefix === '' ? '' : `${prefix}:`;
  const main = isStrict ? 'http://purl.oclc.org/ooxml/spreadsheetml/main' : 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
  const relations = isStrict
    ? 'http://purl.oclc.org/ooxml/officeDocument/relationships'
    : 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
  const root = (name: string, content: string, more = ''): string =>
    `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<${p}${name} xmlns${prefix === '' ? '' : `:${prefix}`}="${main}"${more}>${content}</${p}${name}>`;
  const rels = (list: readonly (readonly [string, string])[]): string =>
    `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${list.map(([type, target], at) => `<Relationship Id="rId${at + 1}" Type="${relations}/${type}" Target="${target}"/>`).join('')}</Relationships>`;
  const shared = new Map<string, number>();
  const cellOf = (cell: SheetCell, row: number, column: number): string => {
    const at = isWithoutPlaces ? '' : ` r="${lettersOf(column)}${row}"`;
    if (cell === undefined) return isWithoutPlaces ? `<${p}c/>` : '';
    if (typeof cell === 'object') return cell.xml.replaceAll('@', at);
    if (typeof cell === 'number') return `<${p}c${at}><${p}v>${cell}</${p}v></${p}c>`;
    if (typeof cell === 'boolean') return `<${p}c${at} t="b"><${p}v>${cell ? 1 : 0}</${p}v></${p}c>`;
    if (texts === 'inline') return `<${p}c${at} t="inlineStr"><${p}is><${p}t xml:space="preserve">${asXmlText(cell)}</${p}t></${p}is></${p}c>`;
    const index = shared.get(cell) ?? shared.size;
    shared.set(cell, index);
    return `<${p}c${at} t="s"><${p}v>${index}</${p}v></${p}c>`;
  };
  const written = sheets.map(({ rows, before = '', after = '', rowAttributes = {} }) => {
    const body = rows.map((cells, at) => {
      const number = isWithoutPlaces ? '' : ` r="${at + 1}"`;
      return `<${p}row${number} ${rowAttributes[at + 1] ?? ''}>${cells.map((cell, column) => cellOf(cell, at + 1, column)).join('')}</${p}row>`;
    });
    return root('worksheet', `${before}<${p}sheetData>${body.join('')}</${p}sheetData>${after}`);
  });
  const names = sheets.map(({ name }, at) => name ?? `Sheet${at + 1}`);
  const list = sheets.map(
    ({ state }, at) =>
      `<${p}sheet name="${asXmlText(names[at]).replaceAll('"', '&quot;')}" sheetId="${at + 1}"${state === undefined ? '' : ` state="${state}"`} r:id="rId${at + 1}"/>`,
  );
  const strings = [...shared.keys()].map((text) => `<${p}si><${p}t xml:space="preserve">${asXmlText(text)}</${p}t></${p}si>`).join('');
  const parts: Record<string, string | Uint8Array | undefined> = {
    '[Content_Types].xml': '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    '_rels/.rels': rels([['officeDocument', 'xl/workbook.xml']]),
    'xl/workbook.xml': root('workbook', `${style.workbook ?? ''}<${p}sheets>${list.join('')}</${p}sheets>`, ` xmlns:r="${relations}"`),
    'xl/_rels/workbook.xml.rels': rels([
      ...sheets.map((_, at) => ['worksheet', `worksheets/sheet${at + 1}.xml`] as const),
      ...(texts === 'shared' ? [['sharedStrings', 'sharedStrings.xml'] as const] : []),
      ...(style.styles === undefined ? [] : [['styles', '/xl/styles.xml'] as const]),
    ]),
    ...Object.fromEntries(written.map((xml, at) => [`xl/worksheets/sheet${at + 1}.xml`, xml])),
    ...(texts === 'shared' ? { 'xl/sharedStrings.xml': root('sst', strings) } : {}),
    ...(style.styles === undefined ? {} : { 'xl/styles.xml': root('styleSheet', style.styles) }),
    ...style.parts,
  };
  return zipOf(parts, style.isStored, style.lie);
}

/** Returns a ZIP archive of parts; one that is undefined is left out. */
export function zipOf(
  parts: Readonly<Record<string, string | Uint8Array | undefined>>,
  isStored = false,
  lie: { readonly part?: string; readonly size?: number; readonly flags?: number } = {},
): Buffer {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(parts)) {
    if (content === undefined) continue;
    const bytes = Buffer.from(content);
    const packed = isStored ? bytes : deflateRawSync(bytes);
    const path = Buffer.from(name);
    const told = lie.part === undefined || lie.part === name ? lie : {};
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(told.flags ?? 0, 2);
    fields.writeUInt16LE(isStored ? 0 : 8, 4);
    fields.writeUInt32LE(crc32Of(bytes), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(told.size ?? bytes.length, 18);
    fields.writeUInt16LE(path.length, 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), fields, path, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\u0000', 'latin1'), fields, tail, path]));
    pieces.push(local);
    offset += local.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006', 'latin1');
  end.writeUInt16LE(directory.length, 8);
  end.writeUInt16LE(directory.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...pieces, ...directory, end]);
}

/** The checksum of a part, bit by bit: another way than the reader's. */
export function crc32Of(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ~crc >>> 0;
}
