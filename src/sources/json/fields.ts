/** The properties that are read from a record of Jama Connect's REST API, by role, and the type of each. */

import type { Role } from '../../model/directory.js';
import { foreign, type Note, note, noteText, quoted } from '../../model/note.js';
import type { Problems } from '../tables/problem.js';
import type { JsonLexer } from './json-lexer.js';
import { type JsonKind, type JsonRecordReader, KIND_NAMES } from './json-record.js';

type Holds = 'id' | 'text' | 'flag' | 'project' | 'any';

interface Field {
  readonly column: string;
  readonly property: string;
  readonly holds: Holds;
  /** True if each record must have it. */
  readonly isRequired?: true;
  /** True if some record must have it: REST omits nulls, but a list in which no record has it is a different list. */
  readonly isExpected?: true;
}

const FIELDS: Readonly<Record<Role, readonly Field[]>> = {
  users: [
    { column: 'id', property: 'id', holds: 'id', isRequired: true },
    { column: 'userName', property: 'username', holds: 'text', isRequired: true },
    { column: 'email', property: 'email', holds: 'text', isExpected: true },
    { column: 'active', property: 'active', holds: 'flag', isRequired: true },
    { column: 'licenseType', property: 'licenseType', holds: 'text' },
    { column: 'firstName', property: 'firstName', holds: 'text' },
    { column: 'lastName', property: 'lastName', holds: 'text' },
  ],
  groups: [
    { column: 'id', property: 'id', holds: 'id', isRequired: true },
    { column: 'name', property: 'name', holds: 'text', isRequired: true },
    { column: 'project', property: 'project', holds: 'project' },
  ],
  memberships: [{ column: 'userId', property: 'id', holds: 'id', isRequired: true }],
};

/** Returns the fields of a role; `named` are properties that the user named, by column. */
export function fieldsOf(role: Role, named: Readonly<Record<string, string>>): readonly Field[] {
  const known = FIELDS[role].map((field) => (Object.hasOwn(named, field.column) ? { ...field, property: named[field.column] } : field));
  const further = Object.entries(named)
    .filter(([column]) => !known.some((field) => field.column === column))
    .map(([column, property]): Field => ({ column, property, holds: 'any', isExpected: true }));
  return [...known, ...further];
}

/** Properties that reveal another kind of record, after the fields. */
const SIGNS = ['data', 'name', 'username', 'authenticationType'] as const;

const WANTED: Readonly<Record<Holds, string>> = {
  id: 'a whole number or a text that is not blank',
  text: 'a text or null',
  flag: 'true or false',
  project: 'the id of a project or null',
  any: 'a text, a number, true or false',
};

interface Wrong {
  readonly line: number;
  readonly column: number;
  readonly heading?: string;
  readonly message: Note;
  count: number;
}

/** Checks each record of one file before it is taken, and reports what is wrong in many of them once. */
export class RecordCheck {
  readonly #wrong = new Map<string, Wrong>();
  readonly #isSeen: boolean[];
  readonly paths: readonly string[];

  constructor(
    readonly role: Role,
    readonly fields: readonly Field[],
  ) {
    this.paths = [...fields.map(({ property }) => property), ...SIGNS.filter((sign) => !fields.some(({ property }) => property === sign))];
    this.#isSeen = fields.map(() => false);
  }

  /** Can the current record be taken. */
  isRight(reader: JsonRecordReader, lexer: JsonLexer): boolean {
    const { fields, role } = this;
    const other = this.#otherKind(reader);
    if (other !== undefined) {
      this.#note('record', reader.line, lexer.columnAt(reader.offset), other);
      return false;
    }
    let isRight = true;
    for (let at = 0; at < fields.length; at++) {
      const kind = reader.kinds[at];
      if (kind === 'absent') {
        if (fields[at].isRequired !== true) continue;
        isRight = false;
        this.#note(
          `lacks ${at}`,
          reader.line,
          lexer.columnAt(reader.offset),
          note`the record has no ${quoted(fields[at].property)}, although every record of ${LISTS[role]} has one.`,
        );
        continue;
      }
      this.#isSeen[at] = true;
      const message = faultOf(fields[at].holds, kind, reader.texts[at]);
      if (message === undefined) continue;
      isRight = false;
      this.#note(`${noteText(message)} ${at}`, reader.lines[at], lexer.columnAt(reader.offsets[at]), message, fields[at].property);
    }
    return isRight;
  }

  /** Reports a member that the list holds already. */
  repeats(reader: JsonRecordReader, lexer: JsonLexer, list: string): void {
    const message = `${list} already holds this member. REST lists each member once, so a page is repeated, or the list changed while it was fetched: fetch all of it again.`;
    this.#note('repeats', reader.line, lexer.columnAt(reader.offset), message);
  }

  /** Returns what is wrong if the record does not belong to this role. */
  #otherKind({ kinds }: JsonRecordReader): Note | undefined {
    const { role, paths, fields } = this;
    const has = (sign: string): boolean => kinds[paths.indexOf(sign)] !== 'absent';
    if (has('data') && !fields.some(({ property }) => property === 'data')) {
      return note`this is a whole response inside a list; save each response in a file of its own, or one after the other in one file (jq -c ".[]").`;
    }
    if (role === 'groups')
      return has('username') && !has('name') ? 'this is a user, not a group; fetch GET /rest/v1/usergroups, or give the file with --users.' : undefined;
    if (!has('username') && has('name') && !fields.some(({ property }) => property === 'name')) {
      return `this is a group, not a user; fetch ${role === 'users' ? 'GET /rest/v1/users?includeInactive=true' : 'GET /rest/v1/usergroups/ID/users'}, or give the file with --groups.`;
    }
    if (role === 'users' && has('authenticationType') && !fields.some(({ column }) => column === 'authenticationType')) {
      return 'the record has an authenticationType, which the REST API never returns; to have it read, add --column users.authenticationType=authenticationType.';
    }
    return undefined;
  }

  #note(key: string, line: number, column: number, message: Note, heading?: string): void {
    const known = this.#wrong.get(key);
    if (known !== undefined) known.count++;
    else this.#wrong.set(key, { line, column, ...(heading === undefined ? {} : { heading }), message, count: 1 });
  }

  /** Passes on the problems, after the file was read. */
  end(file: string, rows: number, problems: Problems): void {
    for (const { count, message, ...place } of this.#wrong.values()) {
      const more = count === 1 ? '' : ` The same is wrong with ${(count - 1).toLocaleString('en-US')} more ${count === 2 ? 'record' : 'records'} of the file.`;
      problems.add({ file, ...place, message: note`${message}${more}` });
    }
    if (rows === 0 || this.#wrong.size > 0) return;
    this.fields.forEach(({ property, isExpected }, at) => {
      if (isExpected !== true || this.#isSeen[at]) return;
      problems.add({
        file,
        line: 1,
        message: note`no record has the property ${quoted(property)}; ${LISTS[this.role]} has it, so fetch that, or name the property with --column ${this.role}.${this.fields[at].column}=…`,
      });
    });
  }
}

const LISTS: Readonly<Record<Role, string>> = {
  users: "REST's list of users",
  groups: "REST's list of groups",
  memberships: "REST's list of a group's members",
};

/** Returns what is wrong with a value. */
function faultOf(holds: Holds, kind: JsonKind, text: string): Note | undefined {
  const isTyped = kind === 'string' || kind === 'number' || kind === 'boolean';
  const fault = (found: Note): Note => note`found ${found} instead of ${WANTED[holds]}.`;
  if (kind === 'string') {
    if (text.includes('\0')) return 'the text holds the character U+0000, which no name can hold; correct it in Jama Connect, or fetch it again.';
    if (!text.isWellFormed()) return 'the text begins or ends in the middle of a character (a lone surrogate); fetch it again.';
  }
  switch (holds) {
    case 'flag':
      return kind === 'boolean' ? undefined : fault(kind === 'string' ? note`the text ${quoted(text)}` : KIND_NAMES[kind]);
    case 'text':
      return kind === 'string' || kind === 'null' ? undefined : fault(KIND_NAMES[kind]);
    case 'any':
      return isTyped || kind === 'null' ? undefined : fault(KIND_NAMES[kind]);
    case 'id':
      if (kind === 'number') return /^(?:0|-?[1-9]\d*)$/.test(text) ? undefined : fault(note`the number ${foreign(text.slice(0, 40))}`);
      return kind === 'string' && text.trim() !== '' ? undefined : fault(kind === 'string' ? note`the text ${quoted(text)}` : KIND_NAMES[kind]);
    case 'project':
      if (kind === 'null') return undefined;
      if ((kind === 'number' || kind === 'string') && /^[1-9]\d*$/.test(text)) return undefined;
      return fault(isTyped ? (kind === 'string' ? note`the text ${quoted(text)}` : note`${foreign(text.slice(0, 40))}`) : KIND_NAMES[kind]);
  }
}
