import { CLAUSES } from '../../model/guide.js';
import { noteText } from '../../model/note.js';
import { escapeUnseen } from '../../model/written-text.js';
import { MAPPING_CHECKS, type MappingReport } from '../../setup/mapping-check.js';
import type { Reporter, WriteOptions } from '../reporter.js';

/** The check of a mapping as one JSON object for programs, one finding per line. */
export const json: Reporter<'mapping'> = { render: mappingLines };

function* mappingLines({ file, user, group, findings, summary, isAsGuided, isRedacted }: MappingReport, { tool }: WriteOptions): Iterable<string> {
  yield '{\n  "schemaVersion": 1';
  for (const [name, value] of Object.entries({
    ...(isRedacted === true ? { redacted: true } : {}),
    tool,
    file,
    asGuided: isAsGuided,
    summary,
    userMapping: user,
    groupMapping: group ?? null,
  })) {
    yield `,\n  ${JSON.stringify(name)}: ${escapeUnseen(JSON.stringify(value, undefined, 2)).replaceAll('\n', '\n  ')}`;
  }
  yield ',\n  "findings": [';
  let separator = '\n    ';
  for (const { check, severity, path, line, column, message } of findings) {
    const { fix, clause } = MAPPING_CHECKS[check];
    const isOnlyStated = severity === 'info' || fix === '';
    yield separator +
      escapeUnseen(
        JSON.stringify({ check, severity, path, line, column, message: noteText(message), ...(isOnlyStated ? {} : { fix }), guide: CLAUSES[clause] }),
      );
    separator = ',\n    ';
  }
  yield findings.length === 0 ? ']\n}\n' : '\n  ]\n}\n';
}
