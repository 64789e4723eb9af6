import { escapeUnseen, jsonText } from '../../model/written-text.js';
import type { Named, Reconciliation, Result } from '../../preview/reconciliation.js';
import { isAsPredicted } from '../reconcile-words.js';
import type { Reporter, WriteOptions } from '../reporter.js';
import { listLines, type Spelling, unitsOf } from './lines.js';

/** What the first sync did, for programs: one object, one prediction or surprise per line. */
export const json: Reporter<'reconcile'> = {
  render: (reconciliation, options) => lines(reconciliation, options, jsonText, (text) => text),
  encoded: (reconciliation, options) => lines(reconciliation, options, (text) => unitsOf(jsonText(text)), unitsOf),
};

/** `spell` is for values, `encode` for JSON that is already text. */
function* lines(reconciliation: Reconciliation, { tool }: WriteOptions, spell: Spelling, encode: (json: string) => string): Iterable<string> {
  const { provider, counts, accounts, results, surprises, isRedacted, log } = reconciliation;
  const head = {
    schemaVersion: 1,
    kind: 'scim-audit/reconciliation',
    ...(isRedacted === true ? { redacted: true } : {}),
    tool: { name: tool.name, version: tool.version },
    provider,
    asPredicted: isAsPredicted(reconciliation),
    summary: {
      cameTrue: counts['came-true'],
      failed: counts.failed,
      notKnown: counts['not-known'],
      unforeseen: surprises.length,
      accounts: { before: accounts.before, found: accounts.found },
    },
    ...(log === undefined ? {} : { log }),
  };
  const headLines = Object.entries(head).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  const jsonOf = (value: unknown): string => encode(escapeUnseen(JSON.stringify(value)));
  yield encode(`{\n${headLines.join(',\n')}`);
  yield* listLines('unforeseen', surprises, jsonOf);
  yield* listLines('predictions', results, resultLines(spell, jsonOf));
  yield '\n}\n';
}

/** Returns the writer of results. Most are about users, and there are as many as users: JSON.stringify takes three times as long. */
function resultLines(spell: Spelling, jsonOf: (value: unknown) => string): (result: Result) => string {
  const effectsText = new Map<Result['effects'], string>();
  const namedText = (name: string, { id, name: called }: Named): string => `,"${name}":{"id":${spell(id)},"name":${spell(called)}}`;
  return (result) => {
    const { about, outcome, effects, user, idpUser, group, facts } = result;
    // The names of a membership follow in another order.
    if (about !== 'user' || group !== undefined) return jsonOf(result);
    const known = effectsText.get(effects) ?? JSON.stringify(effects);
    effectsText.set(effects, known);
    return (
      `{"about":"user","outcome":"${outcome}","effects":${known}` +
      (user === undefined ? '' : namedText('user', user)) +
      (idpUser === undefined ? '' : namedText('idpUser', idpUser)) +
      `,"facts":${facts.length === 0 ? '[]' : jsonOf(facts)}}`
    );
  };
}
