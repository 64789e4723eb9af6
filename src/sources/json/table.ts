/** One file of REST responses as a table. */

import type { Activity, Role } from '../../model/directory.js';
import { FileStream } from '../csv/file-stream.js';
import { CellWords } from '../tables/cell-words.js';
import type { Problems } from '../tables/problem.js';
import { type OnProgress, type Row, type Table, type TableEnd, TextRow } from '../tables/table.js';
import { readAnswers } from './answers.js';
import type { PagedList, RoleLists } from './completeness.js';
import { fieldsOf, RecordCheck } from './fields.js';
import { JsonFault, JsonLexer } from './json-lexer.js';
import { JsonRecordReader } from './json-record.js';

export interface JsonWishes {
  readonly role: Role;
  readonly path: string;
  readonly file: string;
  /** Id of the group whose members it lists. */
  readonly group?: string;
  readonly activity?: Activity;
  readonly named?: Readonly<Record<string, string>>;
  readonly lists: RoleLists;
  readonly onProgress?: OnProgress;
}

/** Progress is reported whenever these bits of the record count are zero: every 16,384 records. */
const REPORT_MASK = 0x3fff;

const GROUP = 'group of the file';

/** Returns a file as a table. Opens it only when it is read, because there may be one file per group. */
export function jsonTable(wishes: JsonWishes): Table {
  const { role, path, file, group, activity } = wishes;
  const fields = fieldsOf(role, wishes.named ?? {});
  const list = wishes.lists.add(group);
  const columns = new Map(fields.map(({ column }, at) => [column, at]));
  if (group !== undefined) columns.set('groupId', fields.length);
  const notes = [
    ...(/\.json$/i.test(file) ? [] : [`${path} holds JSON and was read as JSON.`]),
    ...(activity === 'inactive' ? [`${path} was given as a list of inactive users, but states the status of each user: that status was used.`] : []),
  ];
  return {
    role,
    path,
    file,
    headings: [...fields.map(({ property }) => property), ...(group === undefined ? [] : [GROUP])],
    columns,
    isIdFromUserName: false,
    // JSON has its own null, so "NULL" is an ordinary text.
    words: new CellWords(role, {}, false),
    ...(activity === undefined ? {} : { activity }),
    ...(group === undefined ? {} : { membersOf: group }),
    proof: () => ({ ...(list.isProved ? { isComplete: true } : {}), ...(list.hasInactive ? { includesInactive: true } : {}) }),
    notes,
    read: (visit, problems) => readFile(wishes, { list, check: new RecordCheck(role, fields), visit, problems }),
  };
}

class JsonRow extends TextRow {
  constructor(
    readonly reader: JsonRecordReader,
    readonly lexer: JsonLexer,
    width: number,
    /** Index of the cell that the file states for all records, and its value. */
    readonly groupAt: number,
    readonly group: string,
  ) {
    super(width);
  }

  get startColumn(): number {
    return this.lexer.columnAt(this.reader.offset);
  }

  text(column: number): string {
    return column === this.groupAt ? this.group : this.reader.texts[column];
  }
}

interface Reading {
  readonly list: PagedList;
  readonly check: RecordCheck;
  readonly visit: (row: Row) => void;
  readonly problems: Problems;
}

function readFile(wishes: JsonWishes, { list, check, visit, problems }: Reading): TableEnd {
  const { path, file, group, role, onProgress } = wishes;
  const stream = new FileStream(file);
  try {
    const lexer = new JsonLexer(stream);
    const reader = new JsonRecordReader(lexer, check.paths);
    const row = new JsonRow(reader, lexer, check.fields.length, group === undefined ? -1 : check.fields.length, group ?? '');
    const activeAt = role === 'users' ? check.fields.findIndex(({ column }) => column === 'active') : -1;
    const memberAt = group === undefined ? -1 : check.fields.findIndex(({ column }) => column === 'userId');
    let rows = 0;
    let isRead = true;
    try {
      readAnswers(lexer, reader, {
        record() {
          rows++;
          if ((rows & REPORT_MASK) === 0) onProgress?.({ path, bytes: stream.bytes, rows });
          if (!check.isRight(reader, lexer)) return;
          if (activeAt >= 0 && reader.texts[activeAt] === 'false') list.hasInactive = true;
          if (memberAt >= 0 && list.isRepeated(reader.texts[memberAt].trim())) check.repeats(reader, lexer, list.what);
          row.line = reader.line;
          visit(row);
        },
        begin: (info) => list.begin({ path, file }, info, problems),
        end: (count, info) => list.end({ path, file, rows: count, info }, problems),
      });
      onProgress?.({ path, bytes: stream.bytes, rows });
    } catch (error) {
      if (!(error instanceof JsonFault)) throw error;
      problems.add({ file, line: error.line, column: error.column, message: error.note });
      isRead = false;
    }
    check.end(file, rows, problems);
    list.endFile(isRead, problems);
    const notes = wishes.lists.endFile();
    return { sha256: problems.total > 0 ? '' : stream.finish().sha256, rows, notes };
  } finally {
    stream.close();
  }
}
