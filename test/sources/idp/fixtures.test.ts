import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { IdpDirectory, PROVIDER_NAMES } from '../../../src/model/idp.js';
import { noteText } from '../../../src/model/note.js';
import { UserError } from '../../../src/model/user-error.js';
import { type IdpRequest, readIdp } from '../../../src/sources/idp/read-idp.js';
import { readyWorkbooks, splitMembersFlag } from '../../../src/sources/input-files.js';
import { expectOnPage, unpack } from '../../support/fixture-pages.js';
import { temporaryFolders } from '../../support/temporary.js';

const root = unpack('sources/idp', temporaryFolders()());

// Where the program reads, what reads a workbook is loaded before.
beforeAll(() => readyWorkbooks([join(root, 'bad/not-a-text/users.xlsx')]));

interface Request {
  readonly provider: keyof typeof PROVIDER_NAMES;
  readonly users: readonly string[];
  readonly groups: readonly string[];
  /** As `--idp-members` takes them. */
  readonly members: readonly string[];
  readonly application?: string;
  readonly columns?: NonNullable<IdpRequest['columns']>;
  readonly activeMap?: NonNullable<IdpRequest['activeMap']>;
  readonly nulls?: readonly string[];
}

/** Reads a case as a person in its folder would. */
function readCase(folder: string): IdpDirectory {
  const before = process.cwd();
  process.chdir(folder);
  try {
    const { members, ...request }: Request = JSON.parse(readFileSync('request.json', 'utf8'));
    return readIdp({ ...request, members: members.map((text) => splitMembersFlag(text)) });
  } finally {
    process.chdir(before);
  }
}

/** Returns all of a directory that a person can check against the files. */
function shown({ users, groups, members, listed, strangers, given, inputs, notes }: IdpDirectory) {
  const names = (group: number): string[] => [...members.users].filter((_, at) => members.groups[at] === group).map((place) => users[place].subject);
  return {
    users: users.map(({ place, path, line, active, ...rest }, at) => {
      expect(place).toBe(at);
      return { at: `${path}:${line}`, ...(active ? {} : { active }), ...rest };
    }),
    groups: groups.map(({ place, path, line, ...rest }) => ({
      at: `${path}:${line}`,
      ...rest,
      members: names(place),
      strangers: strangers.get(place) ?? 0,
      ...(listed.has(place) ? {} : { isUnlisted: true }),
    })),
    given,
    inputs: inputs.map(({ path, role, rows, sha256 }) => `${path} ${role} ${rows} ${sha256.length}`),
    notes: notes.map(noteText),
  };
}

const casesOf = (kind: string): string[] => readdirSync(join(root, kind)).sort();

describe('exports that are read', () => {
  it.each(casesOf('ok'))('%s', (name) => {
    const folder = join(root, 'ok', name);
    expectOnPage('sources/idp/ok', name, shown(readCase(folder)));
  });
});

describe('exports that are refused', () => {
  it.each(casesOf('bad'))('%s', (name) => {
    const folder = join(root, 'bad', name);
    const refused = refusalOf(() => readCase(folder));
    expectOnPage('sources/idp/bad', name, { message: refused.message, hint: refused.hint, details: refused.details });
  });

  it('every case has a request', () => {
    const all = ['ok', 'bad'].flatMap((kind) => casesOf(kind).map((name) => join(root, kind, name)));
    expect(all.filter((folder) => !existsSync(join(folder, 'request.json')))).toEqual([]);
  });
});

function refusalOf(read: () => unknown): UserError {
  try {
    read();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('it was read');
}
