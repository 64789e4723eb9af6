/** The lists that the providers' APIs return and scripts write: Okta's arrays of records, Graph's pages with their records in `value`, one record per line. */

import type { IdpProvider } from '../../model/idp.js';
import { note } from '../../model/note.js';
import { JsonFault, type JsonLexer, type Token } from '../json/json-lexer.js';
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
    'UserPrincipalName',
    'DisplayName',
    'AccountEnabled',
  ]),
};

/** Paths that distinguish Graph's records from Okta's, for the reader of a record. */
export const ENTRA_SIGNS = [...SIGNS.entra];

/** Returns the message for a user who gave the other provider's export. */
export const otherProvider = (name: string, provider: IdpProvider): string =>
  `this looks like an export of ${name}, not of the provider given with --idp; use --idp ${provider}.`;

/** How to read a list. */
export interface ListWishes {
  readonly visit: () => void;
  /** True if the list may be a single record; one user alone is not a list. */
  readonly mayBeAlone: boolean;
  /** Of what would be a page of Graph: does this first property begin a record instead; by default, if PowerShell wrote it. */
  readonly isRecord?: (name: string) => boolean;
  /** Returns the message if the file is one of the other provider; by default, that of a user who named a provider. */
  readonly sayOther?: typeof otherProvider;
}

/** What a file contains besides its records. */
const NO_PAGES: Pages = { pages: 0, continued: 0 };

/** Reads records to the end of the file: an array, an array of such arrays (several answers in one file), or one record per line. */
export function readRecords(lexer: JsonLexer, reader: JsonRecordReader, wishes: ListWishes): Pages & { readonly isLines: boolean } {
  const { visit } = wishes;
  let token = lexer.next();
  if (token === '{') {
    reader.begin();
    const ahead = lexer.next();
    refuseObject(lexer, ahead, wishes);
    readLines(lexer, reader, ahead, wishes);
    return { ...NO_PAGES, isLines: true };
  }
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
  refuseMore(lexer, 'merge the lists into one (jq -s add FILE), or give each in a file of its own');
  return { ...NO_PAGES, isLines: false };
}

/** Reads records one after another to the end of the file; the first has begun, and `ahead` is the token after its `{`. */
function readLines(lexer: JsonLexer, reader: JsonRecordReader, ahead: Token, { visit, mayBeAlone }: ListWishes): void {
  const { line } = reader;
  const column = lexer.columnAt(reader.offset);
  reader.finish(ahead);
  visit();
  lexer.release();
  let token = lexer.next();
  if (token === 'end' && !mayBeAlone) {
    throw new JsonFault('this is one object, not a list; save the answer of the list API, which begins with [, or one record per line.', line, column);
  }
  while (token !== 'end') {
    if (token !== '{') throw unexpected(lexer, token, 'another record {…} like the one before');
    reader.read();
    visit();
    lexer.release();
    token = lexer.next();
  }
}

/** Reads the records of an array and its `]`; `first` is the token after its `[`. */
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

/** An object although Okta's API returns an array: a page of Graph, or an error. `token` is its first name. */
function refuseObject(lexer: JsonLexer, token: Token, { sayOther = otherProvider }: ListWishes): void {
  if (token !== 'string') return;
  const name = lexer.text();
  if (name.startsWith('@odata.') || name === 'value') throw lexer.fault(sayOther('Entra', 'entra'));
  if (name.startsWith('error')) throw lexer.fault('this is an error message from the API, not a list; read the message, and export again.');
}

/** Output of PowerShell's `ConvertTo-Json`: its records begin with a name in PascalCase, unlike pages of Graph. */
const isPowerShell = (name: string): boolean => /^[A-Z]/.test(name);

/** Reads one page, an array of pages, or records as PowerShell writes them, to the end of the file. */
export function readPages(lexer: JsonLexer, reader: JsonRecordReader, wishes: ListWishes): Pages & { readonly isLines: boolean } {
  const { visit, isRecord = isPowerShell, sayOther = otherProvider } = wishes;
  let pages = 0;
  let continued = 0;
  let records = 0;
  const readOne = (isFirst: boolean): boolean => {
    reader.begin();
    const noPage = lexer.fault(NO_PAGE);
    const ahead = lexer.next();
    if (ahead === 'string' && isRecord(lexer.name())) {
      if (isFirst) readLines(lexer, reader, ahead, wishes);
      else {
        reader.finish(ahead);
        visit();
        lexer.release();
      }
      records++;
      return true;
    }
    lexer.release();
    if (readPage(lexer, reader, { visit, noPage, first: ahead, sayOther })) continued++;
    pages++;
    return false;
  };
  let token = lexer.next();
  if (token === '{') {
    if (readOne(true)) return { ...NO_PAGES, isLines: true };
  } else if (token === '[') {
    token = lexer.next();
    while (token !== ']') {
      if (token !== '{') throw unexpected(lexer, token, 'a page {…}');
      readOne(false);
      token = lexer.next();
      if (token === ']') break;
      if (token !== ',') throw unexpected(lexer, token, 'a comma or ]');
      token = lexer.next();
      if (token !== '{') throw unexpected(lexer, token, 'another page {…}');
    }
    if (pages === 0 && records === 0 && !wishes.mayBeAlone) throw lexer.fault('this list holds no page; save the response of Graph, an object with "value".');
    if (pages > 0 && records > 0) throw lexer.fault('this list holds pages of Graph and records of PowerShell; give each in a file of its own.');
  } else throw unexpected(lexer, token, 'a page that begins with {');
  refuseMore(lexer, 'put the pages into one list (jq -s . FILE), or give each in a file of its own');
  return { pages, continued, isLines: false };
}

const NO_PAGE = note`this object has no "value": it is not a page of results from Graph. Save the complete responses, with "value" and "@odata.nextLink", one per file or all in one list.`;
/** `az ad user list` omits the pages and does not say who is blocked. */
const OF_AZ = note`these records are not a page of results from Graph and do not show which users are blocked (accountEnabled); "az ad user list" writes such files. Use Graph itself: az rest --method get --url 'https://graph.microsoft.com/v1.0/users?$select=id,userPrincipalName,mail,givenName,surname,accountEnabled,userType&$top=999', and save the page of each "@odata.nextLink" as well.`;

interface PageWishes {
  readonly visit: () => void;
  /** Thrown if it is not a page. */
  readonly noPage: JsonFault;
  /** The token after its `{`. */
  readonly first: Token;
  readonly sayOther: typeof otherProvider;
}

/** Reads one page; returns whether another one follows it. */
function readPage(lexer: JsonLexer, reader: JsonRecordReader, { visit, noPage, first, sayOther }: PageWishes): boolean {
  const names = new Set<string>();
  let isContinued = false;
  let token = first;
  while (token !== '}') {
    const name = readName(lexer, token, names);
    token = lexer.next();
    if (name === 'value') {
      if (token !== '[') throw unexpected(lexer, token, "the list of the page's records");
      readArray(lexer, reader, lexer.next(), visit);
    } else {
      if (!names.has('value') && SIGNS.okta.has(name)) throw lexer.fault(sayOther('Okta', 'okta'));
      if (name === 'error') throw lexer.fault('this is an error message from Graph, not a page; read the message, and export again.');
      if (name === '@odata.nextLink') isContinued = token !== 'null';
      reader.skip(token);
    }
    token = lexer.next();
    if (token === '}') break;
    if (token !== ',') throw unexpected(lexer, token, 'a comma or }');
    token = lexer.next();
    if (token === '}') throw unexpected(lexer, token, 'another property');
  }
  if (!names.has('value')) {
    const isOfAz = names.has('userPrincipalName') && !names.has('accountEnabled');
    throw isOfAz ? new JsonFault(OF_AZ, noPage.line, noPage.column) : noPage;
  }
  return isContinued;
}

function refuseMore(lexer: JsonLexer, advice: string): void {
  if (lexer.next() !== 'end') throw lexer.fault(`there is more data after the end of the list; ${advice}.`);
}
