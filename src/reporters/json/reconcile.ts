import { escapeUnseen } from '../../model/written-text.js';
import { isAsPredicted } from '../reconcile-words.js';
import type { Reporter } from '../reporter.js';

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
    yield* list('unforeseen', surprises);
    yield* list('predictions', results);
    yield '\n}\n';
  },
};

function* list(name: string, values: readonly unknown[]): Iterable<string> {
  yield `,\n  ${JSON.stringify(name)}: [`;
  let separator = '\n    ';
  for (const value of values) {
    yield separator + escapeUnseen(JSON.stringify(value));
    separator = ',\n    ';
  }
  yield values.length === 0 ? ']' : '\n  ]';
}
