/** What neither Jama Connect nor the identity provider documents. What is predicted for certain holds whichever way each turns out. */

import fc from 'fast-check';

/**
 * How usernames are compared in a lookup. RFC 7643 4.1.1 has `userName` case-insensitive; many services compare the
 * code points; Jama Connect's database ignores case and accents. Which of them its lookup does is not documented.
 */
export type Comparison = 'exact' | 'caseInsensitive' | 'collation';

export interface Latitude {
  readonly comparison: Comparison;
  /** Jama Connect asks for an email of new users; whether it refuses them or the provider stops before is not said. */
  readonly acceptsNoEmail: boolean;
  /** Okta: what it does where a lookup finds several accounts. */
  readonly takesFirst: boolean;
  /**
   * Okta: nothing is sent for a user who is suspended, and a deactivated one who was never linked has no account to be
   * deactivated; that an account is looked up only to be deactivated is not excluded.
   */
  readonly deactivatesUnlinked: boolean;
  /** Okta: a staged user who is assigned is sent at once, or only when activated. */
  readonly sendsPending: boolean;
  /** Entra: of users who share the matching attribute (DuplicateSourceEntries), each is sent or none is. */
  readonly sendsDuplicates: boolean;
  /** Entra: a disabled user who is matched has the other attributes updated as well, not `active` alone. */
  readonly updatesBlocked: boolean;
  /** Entra: look-ups of values with special characters fail; which characters those are is not said. */
  readonly failsOnSpecial: boolean;
  /** Entra: a disabled user whose account was matched is sent as a member all the same. */
  readonly sendsBlockedMembers: boolean;
}

/** `exact` is not among them: every case is held against that as well. */
export const latitudeArbitrary: fc.Arbitrary<Latitude> = fc.record({
  comparison: fc.constantFrom('caseInsensitive', 'collation'),
  acceptsNoEmail: fc.boolean(),
  takesFirst: fc.boolean(),
  deactivatesUnlinked: fc.boolean(),
  sendsPending: fc.boolean(),
  sendsDuplicates: fc.boolean(),
  updatesBlocked: fc.boolean(),
  failsOnSpecial: fc.boolean(),
  sendsBlockedMembers: fc.boolean(),
});

/** The narrowest reading, to start from. */
export const PLAIN: Latitude = {
  comparison: 'exact',
  acceptsNoEmail: false,
  takesFirst: false,
  deactivatesUnlinked: false,
  sendsPending: false,
  sendsDuplicates: false,
  updatesBlocked: false,
  failsOnSpecial: false,
  sendsBlockedMembers: false,
};
