/** Compares predicted accounts with those of after the sync. */

import type { User } from '../model/directory.js';
import { isAddressed, isCalled, isFamilyNamed, isGivenNamed } from '../model/stored-user.js';
import type { PredictedAccount, PredictedUser, Prediction } from './prediction.js';
import type { Accounts } from './reconcile-accounts.js';
import { certain, type Fact, named, type Outcome, person, type Result, type Surprise, type SyncLog } from './reconciliation.js';

const yesNo = (value: boolean): string => (value ? 'true' : 'false');

/** The values of an account that a sync may change, with what each needs in order to be foreseen. */
const VALUES = [
  { what: 'userName', attribute: 'userName', needs: undefined },
  { what: 'email', attribute: 'emails[type eq "work"].value', needs: 'emails' },
  { what: 'givenName', attribute: 'name.givenName', needs: 'names' },
  { what: 'familyName', attribute: 'name.familyName', needs: 'names' },
] as const;

const NONE: readonly never[] = [];

/** Judges the prediction at an index. */
export function judgeUser(
  at: number,
  accounts: Accounts,
  { users, foresees }: Prediction,
  log: SyncLog | undefined,
  results: Result[],
  surprises: Surprise[],
): void {
  const predicted = users[at];
  const { effects, user: before, idpUser } = predicted;
  const add = (outcome: Outcome, facts: readonly Fact[] = NONE): void => {
    if (before === undefined) results.push({ about: 'user', outcome, effects, ...(idpUser === undefined ? {} : { idpUser: person(idpUser) }), facts });
    else if (idpUser === undefined) results.push({ about: 'user', outcome, effects, user: named(before), facts });
    else results.push({ about: 'user', outcome, effects, user: named(before), idpUser: person(idpUser), facts });
  };
  const verdict = idpUser === undefined ? undefined : log?.user(idpUser);
  const logFact = verdict === undefined || verdict.status === 'success' ? NONE : [{ what: 'log', expected: 'success', found: verdict.reason } as const];

  if (before === undefined) {
    if (idpUser === undefined) return;
    if (effects.includes('create')) {
      const made = accounts.created.get(predicted);
      if (made === undefined) add('failed', [{ what: 'account', expected: 'a new account', found: 'none' }, ...logFact]);
      else {
        const facts: Fact[] = [];
        if (made.userName !== idpUser.subject) facts.push({ what: 'userName', expected: idpUser.subject, found: made.userName });
        if (idpUser.email !== '' && made.email !== idpUser.email) facts.push({ what: 'email', expected: idpUser.email, found: made.email });
        if (!made.active) facts.push({ what: 'active', expected: 'true', found: 'false' });
        add(facts.length === 0 ? 'came-true' : 'failed', facts);
      }
      return;
    }
    if (certain(effects)) add('came-true');
    else {
      const made = accounts.claim(idpUser.subject);
      if (made !== undefined) surprises.push({ kind: 'second-account', user: named(made), idpUser: person(idpUser), facts: [] });
      add('not-known', [...(made === undefined ? [] : [{ what: 'account', expected: '', found: 'a new account', id: made.id } as const]), ...logFact]);
    }
    return;
  }

  const after = accounts.after(at);
  if (after === undefined) {
    surprises.push({ kind: 'account-gone', user: named(before), facts: [] });
    add(certain(effects) ? 'failed' : 'not-known', [{ what: 'account', expected: 'the account', found: 'none' }]);
    return;
  }
  const changes = changesOf(predicted, before, after, foresees);
  if (!certain(effects)) {
    add('not-known', [...changes.unforeseen, ...changes.unforeseeable, ...logFact]);
    return;
  }
  for (const fact of changes.unforeseen) {
    const kind = fact.what !== 'active' ? 'overwritten' : fact.found === 'true' ? 'activated' : 'deactivated';
    surprises.push({ kind, user: named(after), facts: [fact] });
  }
  const second = effects.includes('link') && idpUser !== undefined ? accounts.claim(idpUser.subject) : undefined;
  if (second !== undefined && idpUser !== undefined) surprises.push({ kind: 'second-account', user: named(second), idpUser: person(idpUser), facts: [] });
  const failed: Fact[] = [
    ...changes.missing,
    ...(second === undefined ? [] : [{ what: 'account', expected: 'the account', found: 'a new account', id: second.id } as const]),
  ];
  if (failed.length > 0) add('failed', [...failed, ...logFact]);
  else if (changes.isSeen || !effects.includes('link')) add('came-true');
  // A link that changes nothing leaves no trace in an export.
  else if (verdict?.status === 'success') add('came-true');
  else if (logFact.length > 0) add('failed', logFact);
  else add('not-known');
}

interface Changes {
  /** Predicted values that are not there. */
  readonly missing: readonly Fact[];
  /** Values that changed although nothing was predicted. */
  readonly unforeseen: readonly Fact[];
  /** Values that changed and that the preview could not foresee. */
  readonly unforeseeable: readonly Fact[];
  /** A predicted change is there. */
  readonly isSeen: boolean;
}

function changesOf({ effects, overwrites }: PredictedUser, before: PredictedAccount, after: User, foresees: Prediction['foresees']): Changes {
  const wanted = effects.includes('activate') ? true : effects.includes('deactivate') ? false : undefined;
  if (overwrites === undefined && wanted === undefined && isUnchanged(before, after)) return UNCHANGED;
  const missing: Fact[] = [];
  const unforeseen: Fact[] = [];
  const unforeseeable: Fact[] = [];
  let isSeen = false;
  const compare = (what: Fact['what'], predicted: string | undefined, was: string, is: string, isForeseen: boolean): void => {
    if (predicted !== undefined) {
      if (is === predicted) isSeen = true;
      else missing.push({ what, expected: predicted, found: is });
    } else if (is !== was) (isForeseen ? unforeseen : unforeseeable).push({ what, expected: was, found: is });
  };
  const isLinked = effects.includes('link');
  for (const { what, attribute, needs } of VALUES) {
    const was = before[what];
    const is = after[what];
    if (was === undefined || is === undefined) continue;
    compare(what, overwrites?.find((each) => each.attribute === attribute)?.to, was, is, !isLinked || needs === undefined || foresees[needs]);
  }
  compare('active', wanted === undefined ? undefined : yesNo(wanted), yesNo(before.active), yesNo(after.active), true);
  return { missing, unforeseen, unforeseeable, isSeen };
}

/** Has the account the values that it had, as most have. */
const isUnchanged = (before: PredictedAccount, after: User): boolean =>
  isCalled(after, before.userName) &&
  isAddressed(after, before.email) &&
  before.active === after.active &&
  // Names of which one side does not know are not compared.
  (before.givenName === undefined || isGivenNamed(after, before.givenName) || after.givenName === undefined) &&
  (before.familyName === undefined || isFamilyNamed(after, before.familyName) || after.familyName === undefined);

const UNCHANGED: Changes = { missing: NONE, unforeseen: NONE, unforeseeable: NONE, isSeen: false };
