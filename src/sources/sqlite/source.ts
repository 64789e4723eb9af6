/** One SQLite file: plain tables, or Jama Connect's own. The native module is loaded only here. */

import { existsSync, statSync } from 'node:fs';
import { UserError } from '../../model/user-error.js';
import type { SourceFormat } from '../source.js';

export const sqliteSource: SourceFormat = {
  id: 'sqlite',
  title: 'a SQLite file with tables users, groups and memberships, or userbase, role and user_role',
  claims(request) {
    const { source } = request;
    if (source === undefined) return false;
    if (!existsSync(source)) {
      throw new UserError(`${source}: the file or folder does not exist.`, 'Give a folder with users.csv, or a SQLite file, as SOURCE.');
    }
    if (statSync(source).isDirectory()) return false;
    const flags = [...request.users, ...request.inactiveUsers, ...(request.groups === undefined ? [] : [request.groups]), ...request.memberships];
    if (flags.length > 0) {
      throw new UserError(
        `${source} is a database, but ${flags[0]} was given as well: CSV files and a database cannot be combined.`,
        'Give only the database, or only CSV files.',
      );
    }
    return true;
  },
  filesOf: () => undefined,
  async open({ source = '', tables, columns, nulls, activeMap, isAssumedActive }, onProgress) {
    const { openSqlite } = await import('./tables.js');
    return openSqlite({ file: source, tables, columns, nulls, activeMap, isAssumedActive, ...(onProgress === undefined ? {} : { onProgress }) });
  },
};
