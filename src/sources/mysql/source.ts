/** Jama Connect's own database on MySQL or MariaDB. The driver is loaded only with a connection. */

import type { SourceFormat } from '../source.js';
import { isAddress, parseAddress, refuseFiles } from './address.js';

export const mysqlSource: SourceFormat = {
  id: 'mysql',
  title: 'the address of a MySQL or MariaDB database, as mysql://USER@HOST/DATABASE',
  claims({ source, users, inactiveUsers, groups, memberships }) {
    if (!isAddress(source)) return false;
    const { path } = parseAddress(source);
    const [file] = [...users, ...inactiveUsers, ...(groups === undefined ? [] : [groups]), ...memberships];
    if (file !== undefined) throw refuseFiles(path, file);
    return true;
  },
  filesOf: () => undefined,
  async open(request, onProgress) {
    const { openDatabase } = await import('./tables.js');
    return openDatabase(request, onProgress);
  },
};
