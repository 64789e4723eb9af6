/** The account that a live run signs in with: what Jama Connect tells of it, and whether it can change users at all. */

import { note, quoted } from '../../model/note.js';
import { JamaError } from '../../rest/jama-error.js';
import type { JamaLive, OwnAccount } from './jama-live.js';

/**
 * License types without a Creator license. REST is for Creators since 9.4, and for Named Creators since 9.28 and 9.29: a floating
 * Creator is not among these, because the version is not told.
 */
const NO_CREATOR: ReadonlySet<string> = new Set([
  'STAKEHOLDER',
  'FLOATING_COLLABORATOR',
  'RESERVED_COLLABORATOR',
  'FLOATING_REVIEWER',
  'RESERVED_REVIEWER',
  'NAMED_REVIEWER',
  'TEST_RUNNER',
  'INACTIVE',
]);

const HINT = 'Use API credentials or an account with a Named Creator license that may change users and groups (organization administrator).';

/** Returns the account; undefined if Jama Connect does not tell. Throws a JamaError if what it tells forbids the run. */
export async function ownAccount(live: JamaLive): Promise<OwnAccount | undefined> {
  const own = await live.current();
  if (own === undefined) return undefined;
  const { userName, isInactive, licenseType } = own;
  if (isInactive)
    throw new JamaError(
      'forbidden',
      note`The account ${quoted(userName)}, which this command signs in with, is inactive in Jama Connect, so it cannot change users.`,
      HINT,
    );
  if (licenseType !== undefined && NO_CREATOR.has(licenseType))
    throw new JamaError(
      'forbidden',
      note`The account ${quoted(userName)}, which this command signs in with, has the license type ${licenseType}, and Jama Connect lets only Creators change users through its REST API (from 9.28 on, Named Creators).`,
      HINT,
    );
  return own;
}
