/** What `doctor` says of a database whose address it is given. */

import { prepare } from '../app/resolve-command.js';
import { UserError } from '../model/user-error.js';
import { isAddress, isLoopback, parseAddress, refuseNoAddress } from '../sources/mysql/address.js';
import { contextOf } from './context.js';
import type { DoctorFlags, Look } from './doctor.js';
import type { Io } from './io.js';

/** Returns what was found at an address; the first thing that is broken ends the list. Throws a UserError if it is no address. */
export async function databaseLooks(address: string, flags: DoctorFlags, io: Io): Promise<Look[]> {
  if (!isAddress(address)) throw refuseNoAddress(address);
  const { host } = parseAddress(address);
  const looks: Look[] = [];
  let name = 'database server';
  try {
    const { request } = await prepare(address, flags, contextOf(io));
    const { lookAtDatabase } = await import('../sources/mysql/look.js');
    const database = await lookAtDatabase(request);
    try {
      const { version, tls, isVerified } = database.server;
      const isSafe = isVerified || isLoopback(host);
      const how = tls === undefined ? 'not encrypted' : `${tls}, certificate ${isVerified ? 'verified' : 'not verified'}`;
      looks.push({
        name,
        state: isSafe ? 'ok' : 'note',
        text: `${version}, ${how}`,
        ...(isSafe ? {} : { fix: 'Give --ca FILE, so that the server is verified.' }),
      });
      name = 'database tables';
      const chosen = await database.tables();
      looks.push({
        name,
        state: 'ok',
        text: chosen.map(({ role, table, columns }) => `${role} from ${table.name} (${columns.map((each) => each.name).join(', ')})`).join('; '),
      });
      name = 'usernames';
      looks.push({ name, state: 'ok', text: `compared by ${database.collation(chosen)}` });
    } finally {
      database.close();
    }
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    looks.push({ name, state: 'broken', text: [error.message, ...error.details].join(' '), ...(error.hint === undefined ? {} : { fix: error.hint }) });
  }
  return looks;
}
