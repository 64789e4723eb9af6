import type { Reconciliation } from '../../preview/reconciliation.js';
import { effectsText, factsText, OUTCOME_TEXT } from '../reconcile-words.js';
import { type Table, tableOf } from './table.js';

const COLUMNS = ['what', 'about', 'user id', 'username', 'in the provider', 'group id', 'group', 'predicted', 'found'] as const;

/** Returns a row per surprise, then one per prediction. */
export const reconcileTable = ({ results, surprises }: Reconciliation): Table => tableOf(COLUMNS, rowsOf({ results, surprises }));

function* rowsOf({ results, surprises }: Pick<Reconciliation, 'results' | 'surprises'>): Iterable<Partial<Record<(typeof COLUMNS)[number], string>>> {
  for (const { kind, user, idpUser, group, facts } of surprises) yield { what: kind, ...subjects({ user, idpUser, group }), found: factsText(facts) };
  for (const { outcome, about, user, idpUser, group, effects, facts } of results)
    yield { what: OUTCOME_TEXT[outcome], about, ...subjects({ user, idpUser, group }), predicted: effectsText(effects), found: factsText(facts) };
}

type Subjects = { readonly [K in 'user' | 'idpUser' | 'group']: { readonly id: string; readonly name: string } | undefined };

const subjects = ({ user, idpUser, group }: Subjects) => ({
  ...(user === undefined ? {} : { 'user id': user.id, username: user.name }),
  ...(idpUser === undefined ? {} : { 'in the provider': idpUser.name }),
  ...(group === undefined ? {} : { 'group id': group.id, group: group.name }),
});
