import { escapeUnseen, jsonText } from '../../model/written-text.js';
import type { Named, Result } from '../../preview/reconciliation.js';
import { isAsPredicted } from '../reconcile-words.js';
import type { Reporter } from '../reporter.js';
import { listLines } from './lines.js';

/** What the first sync did, for programs: one object, one prediction or surprise per line. */
export const json: Reporter<'reconcile'> = {
  *render(reconciliation, { tool }) {
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
    yield `{\n${Object.entries(head)
      .map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
      .join(',\n')}`;
    yield* listLines('unforeseen', surprises, jsonOf);
    yield* listLines('predictions', results, resultLines());
    yield '\n}\n';
  },
};

const jsonOf = (value: unknown): string => escapeUnseen(JSON.stringify(value));

/** Returns the writer of results. Most are about users, and there are as many as users: JSON.stringify takes three times as long. */
function resultLines(): (result: Result) => string {
  const effectsText = new Map<Result['effects'], string>();
  const namedText = (name: string, { id, name: called }: Named): string => `,"${name}":{"id":${jsonText(id)},"name":${jsonText(called)}}`;
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
