/** The lists that the providers' APIs answer with: Okta's arrays of records, and Graph's pages with their records in `value`. */

import type { IdpProvider } from '../../model/idp.js';
import type { JsonLexer, Token } from '../json/json-lexer.js';
import { type JsonRecordReader, readName, unexpected } from '../json/json-record.js';

/** How many pages a file holds, and how many of them say that another one follows. */
export interface Pages {
  readonly pages: number;
  readonly continued: number;
}

/** Properties that only one provider's answers have. */
const SIGNS: Readonly<Record<IdpProvider, ReadonlySet<string>>> = {
  okta: new Set(['profile', 'credentials', 'errorCode', 'errorSummary', '_links', 'syncState']),
  entra: new Set([
    '@odata.context',
    '@odata.nextLink',
    '@odata.type',
    '@odata.count',
    '@odata.id',
    'value',
    'userPrincipalName',
    'displayName',
    'accountEnabled',
  ]),
};

/** Paths that tell Graph's records from Okta's, for the reader of a record. */
export const ENTRA_SIGNS = [...SIGNS.entra];

/** Yields what an administrator is told who gave the other provider's export. */
export const otherProvider = (name: string, provider: IdpProvider): string =>
  `this looks like an export of ${name}, not of what --idp says; say --idp ${provider}.`;

/** Reads an array of records to the end of the file; an array of such arrays, as several answers in one file, is one list. */
export function readRecords(lexer: JsonLexer, reader: JsonRecordReader, visit: () => void): Pages {
  let token = lexer.next();
  if (token === '{') refuseObject(lexer);
  if (token !== '[') throw unexpected(lexer, token, 'a list that begins with [');
  token = lexer.next();
  if (token === '[') {
    for (;;) {
      readArray(lexer, reader, lexer.next(), visit);
      token = lexer.next();
      if (token === ']') break;
      if (token !== ',') throw unexpected(lexer, token, 'a comma or ]');
      token = lexer.next();
      if (token !== '[') throw unexpected(lexer, token, 'another list');
    }
  } else readArray(lexer, reader, token, visit);
  refuseMore(lexer, 'put the lists into one, or give each as a file of its own');
  return { pages: 0, continued: 0 };
}

/** Reads the records of an array, of which `first` is what follows its `[`, and its `]`. */
function readArray(lexer: JsonLexer, reader: JsonRecordReader, first: Token, visit: () => void): void {
  let token = first;
  if (token === ']') return;
  for (;;) {
    if (token !== '{') throw unexpected(lexer, token, 'a record {…}');
    reader.read();
    visit();
    lexer.release();
    token = lexer.next();
    if (token === ']') return;
    if (token !== ',') throw unexpected(lexer, token, 'a comma or ]');
    token = lexer.next();
  }
}

/** An object where Okta's API answers with an array: a page of Graph, an error, or one record. */
function refuseObject(lexer: JsonLexer): never {
  const fault = lexer.fault('this is one object, not a list; save the answer of the list API, which begins with [.');
  const token = lexer.next();
  if (token !== 'string') throw fault;
  const name = lexer.text();
  if (name.startsWith('@odata.') || name === 'value') throw lexer.fault(otherProvider('Entra', 'entra'));
  if (name.startsWith('error')) throw lexer.fault('this is an error that the API answered with, not a list; see what it says, and export again.');
  throw fault;
}

/** Reads one page, or an array of pages, to the end of the file. */
export function readPages(lexer: JsonLexer, reader: JsonRecordReader, visit: () => void): Pages {
  let token = lexer.next();
  let pages = 0;
  let continued = 0;
  const readOne = (): void => {
    pages++;
    if (readPage(lexer, reader, visit)) continued++;
  };
  if (token === '[') {
    token = lexer.next();
    while (token !== ']') {
      if (token !== '{') throw unexpected(lexer, token, 'a page {…}');
      readOne();
      token = lexer.next();
      if (token === ']') break;
      if (token !== ',') throw unexpected(lexer, token, 'a comma or ]');
      token = lexer.next();
      if (token !== '{') throw unexpected(lexer, token, 'another page {…}');
    }
    if (pages === 0) throw lexer.fault('this list holds no page; save the answer of Graph, an object with "value".');
  } else if (token === '{') readOne();
  else throw unexpected(lexer, token, 'a page that begins with {');
  refuseMore(lexer, 'put the pages into one list, or give each as a file of its own');
  return { pages, continued };
}

/** Reads one page, whose `{` is at hand; yields whether another one follows it. */
function readPage(lexer: JsonLexer, reader: JsonRecordReader, visit: () => void): boolean {
  const noPage = lexer.fault(
    'this object has no "value": it is no page as Graph answers with. Save the answers whole, with "value" and "@odata.nextLink", one a file or all in one list.',
  );
  const names = new Set<string>();
  let isContinued = false;
  let token = lexer.next();
  while (token !== '}') {
    const name = readName(lexer, token, names);
    token = lexer.next();
    if (name === 'value') {
      if (token !== '[') throw unexpected(lexer, token, "the list of the page's records");
      readArray(lexer, reader, lexer.next(), visit);
    } else {
      if (!names.has('value') && SIGNS.okta.has(name)) throw lexer.fault(otherProvider('Okta', 'okta'));
      if (name === 'error') throw lexer.fault('this is an error that Graph answered with, not a page; see what it says, and export again.');
      if (name === '@odata.nextLink') isContinued = token !== 'null';
      reader.skip(token);
    }
    token = lexer.next();
    if (token === '}') break;
    if (token !== ',') throw unexpected(lexer, token, 'a comma or }');
    token = lexer.next();
    if (token === '}') throw unexpected(lexer, token, 'another property');
  }
  if (!names.has('value')) throw noPage;
  return isContinued;
}

function refuseMore(lexer: JsonLexer, advice: string): void {
  if (lexer.next() !== 'end') throw lexer.fault(`the list has ended, and here is more; ${advice}.`);
}
