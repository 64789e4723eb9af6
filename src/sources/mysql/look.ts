/** What can be told of a database without reading its rows: the server, the tables, and how usernames compare. */

import type { SourceRequest } from '../source.js';
import { parseAddress } from './address.js';
import { connect, type ServerFacts } from './connection.js';
import { type Chosen, chooseTables, readSchema } from './schema.js';
import { collationFor, selectOf, userNameColumn } from './tables.js';

export interface DatabaseLook {
  readonly server: ServerFacts;
  /** Returns the tables that would be read. Throws a UserError if one cannot be. */
  tables(): Promise<readonly Chosen[]>;
  /** Returns how usernames compare, in words. Throws a UserError if that cannot be told. */
  collation(chosen: readonly Chosen[]): string;
  close(): void;
}

/** Connects to the database of a request. Throws a UserError that says what to do. */
export async function lookAtDatabase({ source = '', database, ...names }: SourceRequest): Promise<DatabaseLook> {
  if (database === undefined) throw new Error('the request does not say how the database is reached');
  const address = parseAddress(source);
  const session = await connect(address, database);
  return {
    server: session.facts,
    async tables() {
      const chosen = chooseTables(await readSchema(session), names, address);
      // Nothing is read, but the right to read is asked for.
      for (const each of chosen) await session.rows(`${selectOf(each, true).sql} LIMIT 0`);
      return chosen;
    },
    collation(chosen) {
      const { name, collation } = userNameColumn(chosen);
      const { name: known } = collationFor(name, collation, database.collation);
      return known === collation ? known : `${known} (the column has ${collation ?? 'no collation'})`;
    },
    close: () => session.close(),
  };
}
