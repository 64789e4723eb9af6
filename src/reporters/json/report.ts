import { loweredBy, type Report } from '../../audit/report.js';
import { locationOf, type Subject } from '../../model/directory.js';
import type { IdpDirectory } from '../../model/idp.js';
import { noteText } from '../../model/note.js';
import { escapeUnseen } from '../../model/written-text.js';
import { ruleOf } from '../../rules/registry.js';
import type { Reporter } from '../reporter.js';

const SCHEMA_VERSION = 1;

/** The report for programs (contract 4): one object, one finding per line, the same bytes for the same input. */
export const json: Reporter = {
  *render(report, { tool }) {
    const { schemaVersion, ...rest } = headOf(report, tool);
    yield `{\n  "schemaVersion": ${schemaVersion}`;
    for (const [name, value] of Object.entries(rest)) yield `,\n  ${JSON.stringify(name)}: ${indent(value)}`;
    yield ',\n  "findings": [';
    const { inputs } = report.snapshot;
    const locate = (subject: Subject) => locationOf(inputs, subject);
    let separator = '\n    ';
    for (const { finding, fingerprint, acceptance } of report.findings) {
      const rule = ruleOf(finding);
      const fields = {
        rule: finding.rule,
        severity: finding.severity,
        fingerprint,
        message: rule.message(finding),
        ...rule.data(finding, locate),
        ...(acceptance === undefined ? {} : { accepted: acceptance }),
      };
      // Two pieces: joined here, they would be copied once more.
      yield separator;
      yield escapeUnseen(JSON.stringify(fields));
      separator = ',\n    ';
    }
    yield report.findings.length === 0 ? ']\n}\n' : '\n  ]\n}\n';
  },
};

const indent = (value: unknown): string => escapeUnseen(JSON.stringify(value, undefined, 2)).replaceAll('\n', '\n  ');

function headOf({ snapshot, policy, sync, idp, isReady, summary, fixed, notChecked, notes }: Report, tool: { name: string; version: string }) {
  return {
    schemaVersion: SCHEMA_VERSION,
    tool: { name: tool.name, version: tool.version },
    snapshot: {
      inputs: snapshot.inputs.map(({ path, table, role, sha256, rows }) => ({ path, ...(table === undefined ? {} : { table }), role, sha256, rows })),
      users: snapshot.users.length,
      groups: snapshot.groups.length,
      memberships: snapshot.memberships,
    },
    ...(idp === undefined ? {} : { idp: idpHead(idp) }),
    settings: {
      authMode: policy.authMode,
      syncGroups: sync.names,
      failOn: policy.failOn,
      collation: policy.collation,
      config: policy.config ?? null,
      lowered: loweredBy(policy),
    },
    ready: isReady,
    summary,
    ...(fixed === undefined ? {} : { fixed }),
    notChecked,
    notes: notes.map(noteText),
  };
}

/** Returns what was read of the identity provider, as reports for programs have it. */
export const idpHead = ({ provider, inputs, users, groups, members }: IdpDirectory) => ({
  provider,
  inputs: inputs.map(({ path, role, sha256, rows }) => ({ path, role, sha256, rows })),
  users: users.length,
  groups: groups.length,
  members: members.users.length,
});
