/** Responses of Jama Connect's REST API as users save them: complete with their envelope, bare lists, or one record per line. */

import { foreign, note } from '../../model/note.js';
import { JsonFault, type JsonLexer, type Token } from './json-lexer.js';
import { JsonRecordReader, readName, unexpected } from './json-record.js';

/** The position that a response states within the whole list. */
export interface PageInfo {
  readonly startIndex: number;
  readonly resultCount: number;
  readonly totalResults: number;
  /** Where it is in the file. */
  readonly line: number;
  readonly column: number;
}

export interface AnswerVisitor {
  /** Called when the reader holds the next record. */
  record(): void;
  /** Called before the records if the response states pageInfo first; returns whether the records are to be visited. */
  begin(info: PageInfo): boolean;
  /** Called at the end of a response. */
  end(rows: number, info: PageInfo | undefined): void;
}

/** Properties of the envelope; no record begins with one of them. */
const ENVELOPE: ReadonlySet<string> = new Set(['meta', 'links', 'linked', 'data']);

const META = ['status', 'message', 'pageInfo', 'pageInfo/startIndex', 'pageInfo/resultCount', 'pageInfo/totalResults'] as const;
const [STATUS, MESSAGE, PAGE_INFO, FIRST_NUMBER] = [0, 1, 2, 3];

/** Reads a file to its end. Throws JsonFault for anything that is not JSON or not a REST response. */
export function readAnswers(lexer: JsonLexer, reader: JsonRecordReader, visitor: AnswerVisitor): void {
  const meta = new JsonRecordReader(lexer, META);
  let kind: 'answer' | 'list' | 'record' | undefined;
  let records = 0;
  const be = (now: NonNullable<typeof kind>): void => {
    if (kind !== undefined && kind !== now) {
      throw lexer.fault(`${NAMED[now]} follows ${NAMED[kind]} here; do not mix forms in one file: save each form in a file of its own.`);
    }
    kind = now;
  };
  for (let token = lexer.next(); token !== 'end'; token = lexer.next()) {
    if (token === '[') {
      be('list');
      visitor.end(
        readArray(lexer, reader, () => visitor.record()),
        undefined,
      );
      continue;
    }
    if (token !== '{') throw unexpected(lexer, token, "a response of Jama Connect's REST API: {…} or […]");
    const names = new Set<string>();
    reader.begin();
    const first = lexer.next();
    const name = first === '}' ? undefined : readName(lexer, first, names);
    if (name !== undefined && ENVELOPE.has(name)) {
      be('answer');
      lexer.release();
      readEnvelope({ lexer, reader, meta, visitor }, name, names);
      continue;
    }
    be('record');
    if (name !== undefined) reader.readAfter(name);
    visitor.record();
    lexer.release();
    records++;
  }
  if (kind === 'record') visitor.end(records, undefined);
  if (kind === undefined) throw lexer.fault('the file is empty, although an empty list is saved as [] or with its envelope; fetch it again.');
}

const NAMED = { answer: 'a response with its envelope', list: 'a list', record: 'a record' } as const;

interface Reading {
  readonly lexer: JsonLexer;
  readonly reader: JsonRecordReader;
  readonly meta: JsonRecordReader;
  readonly visitor: AnswerVisitor;
}

/** Reads the rest of an envelope, after the name of its first property. */
function readEnvelope({ lexer, reader, meta, visitor }: Reading, first: string, names: Set<string>): void {
  const { line, offset } = reader;
  const column = lexer.columnAt(offset);
  let info: PageInfo | undefined;
  let rows: number | undefined;
  let isWanted = true;
  let said = '';
  for (let name = first; ; ) {
    let token = lexer.next();
    if (name === 'data') {
      if (token === '{') throw lexer.fault('this response holds one record, not a list; save the response of the list itself.');
      if (token !== '[') throw unexpected(lexer, token, 'the list of records');
      rows = readArray(lexer, reader, () => {
        if (isWanted) visitor.record();
      });
    } else if (name === 'meta') {
      if (token !== '{') throw unexpected(lexer, token, 'the object "meta"');
      meta.read();
      said = [STATUS, MESSAGE].flatMap((at) => (meta.texts[at] === '' ? [] : [JSON.stringify(meta.texts[at].slice(0, 200))])).join(': ');
      info = pageInfoOf(lexer, meta);
      lexer.release();
      if (info !== undefined && rows === undefined) isWanted = visitor.begin(info);
    } else reader.skip(token);
    token = lexer.next();
    if (token === '}') break;
    if (token !== ',') throw unexpected(lexer, token, 'a comma or }');
    name = readName(lexer, lexer.next(), names);
  }
  if (rows === undefined) {
    const answer = said === '' ? '' : note` Jama Connect answered ${foreign(said)}.`;
    throw new JsonFault(note`this response has no "data", so it is not a list.${answer} Check the address and the sign-in, and fetch it again.`, line, column);
  }
  visitor.end(rows, info);
}

function pageInfoOf(lexer: JsonLexer, { kinds, texts, lines, offsets }: JsonRecordReader): PageInfo | undefined {
  if (kinds[PAGE_INFO] === 'absent') return undefined;
  const line = lines[PAGE_INFO];
  const column = lexer.columnAt(offsets[PAGE_INFO]);
  const [startIndex, resultCount, totalResults] = [0, 1, 2].map((at) => {
    const text = texts[FIRST_NUMBER + at];
    if (kinds[FIRST_NUMBER + at] === 'number' && /^\d{1,15}$/.test(text)) return Number(text);
    throw new JsonFault(note`pageInfo holds no whole number as "${META[FIRST_NUMBER + at].split('/')[1]}"; save the response unchanged.`, line, column);
  });
  return { startIndex, resultCount, totalResults, line, column };
}

/** Reads the records of a list after its `[`, and its `]`; returns how many there are. */
function readArray(lexer: JsonLexer, reader: JsonRecordReader, visit: () => void): number {
  let rows = 0;
  let token: Token = lexer.next();
  if (token === ']') return rows;
  for (;;) {
    if (token !== '{') throw unexpected(lexer, token, 'a record {…}');
    reader.read();
    rows++;
    visit();
    lexer.release();
    token = lexer.next();
    if (token === ']') return rows;
    if (token !== ',') throw unexpected(lexer, token, 'a comma or ]');
    token = lexer.next();
  }
}
