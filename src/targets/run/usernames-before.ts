/** The usernames from before a run, read from the copies that it kept. */

import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { readDirectory } from '../../sources/read-source.js';
import { openSource } from '../../sources/registry.js';
import type { SourceRequest } from '../../sources/source.js';
import { targetFor } from '../registry.js';
import { hashFile } from './files.js';
import { collationIn } from './journal.js';
import type { JournalDigest } from './read-journal.js';
import { isSameContent } from './runs.js';

/** Returns usernames from before the run by id; without users whose file was changed and not kept. */
export async function userNamesBefore(journal: JournalDigest, folder: string): Promise<ReadonlyMap<string, string>> {
  const request = await requestBefore(journal, folder);
  if (request === undefined) return new Map();
  const opened = await openSource(request);
  try {
    const wishes = {
      authMode: 'basic',
      collation: collationIn(journal.run),
      withNames: false,
      authTypeMap: journal.run.authTypeMap,
      leaveOutUsers: [],
    } as const;
    const listed = opened.tables.filter(({ role }) => role === 'users');
    const { users } = readDirectory(listed, wishes).directory;
    return new Map(users.map(({ id, userName }) => [id, userName]));
  } finally {
    opened.close();
  }
}

/** Returns a request that reads the users as they were before the run; undefined if no such file is left. */
async function requestBefore(journal: JournalDigest, folder: string): Promise<SourceRequest | undefined> {
  const { run, files } = journal;
  const { groups: _, ...reading } = run.reading;
  if (reading.source !== undefined) {
    const kept = files.find(({ backup }) => backup !== undefined)?.backup;
    if (kept !== undefined && existsSync(join(folder, kept))) return { ...reading, source: join(folder, kept) };
    // A run that made a copy has not touched what it read.
    const original = run.inputs.find(({ role }) => role === 'users')?.file;
    if (original === undefined || !existsSync(original)) return undefined;
    const request = { ...reading, source: original };
    return isSameContent(await targetFor(request).inspect(request), run.inputs) ? request : undefined;
  }
  const asBefore = (path: string): string[] => {
    const record = files.find(({ file }) => file === path);
    if (record?.backup !== undefined && existsSync(join(folder, record.backup))) return [join(folder, record.backup)];
    const before = record?.before ?? run.inputs.find(({ file }) => file === path)?.sha256;
    return existsSync(path) && hashFile(realpathSync(path)) === before ? [path] : [];
  };
  const users = reading.users.flatMap(asBefore);
  const inactiveUsers = reading.inactiveUsers.flatMap(asBefore);
  return users.length + inactiveUsers.length === 0 ? undefined : { ...reading, users, inactiveUsers, memberships: [] };
}
