/** What a report certifies: what was audited, and how it was judged. */

import { noteText } from '../model/note.js';
import { isInScope } from '../model/policy.js';
import { rulesFor } from '../rules/registry.js';
import type { Certificate, CertificateBody } from './certificate-file.js';
import { loweredBy } from './config-note.js';
import type { Report } from './report.js';

type AcceptedRisk = Certificate['accepted'][number];
type KnownFinding = Certificate['known'][number];

/** What a report does not know of itself. */
export interface CertificateFacts extends Pick<Certificate, 'tool' | 'time' | 'files'> {
  readonly reading: Pick<Certificate['settings'], 'columns' | 'tables' | 'assumeActive'>;
}

/** Returns what a report certifies. */
export function certify(
  { snapshot, policy, sync, idp, findings, notChecked, notes, summary, isReady }: Report,
  { tool, time, files, reading }: CertificateFacts,
): CertificateBody {
  const unchecked = new Set(notChecked.map(({ rule }) => rule));
  const accepted: AcceptedRisk[] = [];
  const known: KnownFinding[] = [];
  for (const { finding, fingerprint, acceptance } of findings) {
    if (acceptance === undefined) continue;
    const { reason, owner, expires, isKnown } = acceptance;
    if (isKnown === true) known.push({ fingerprint, severity: finding.severity });
    else accepted.push({ fingerprint, severity: finding.severity, reason, owner, ...(expires === undefined ? {} : { expires }) });
  }
  return {
    tool: { name: tool.name, version: tool.version },
    time,
    ready: isReady,
    snapshot: {
      inputs: snapshot.inputs.map(({ path, table, role, sha256, rows }) => ({ path, ...(table === undefined ? {} : { table }), role, sha256, rows })),
      users: snapshot.users.length,
      inScope: snapshot.users.reduce((sum, user) => sum + (isInScope(user, policy.authMode) ? 1 : 0), 0),
      groups: snapshot.groups.length,
      memberships: snapshot.memberships,
    },
    files,
    ...(idp === undefined ? {} : { idp: { provider: idp.provider, inputs: idp.inputs.map(({ path, role, sha256, rows }) => ({ path, role, sha256, rows })) } }),
    settings: {
      authMode: policy.authMode,
      syncGroups: sync.names,
      failOn: policy.failOn,
      collation: policy.collation,
      leaveOutUsers: policy.leaveOutUsers,
      authTypeMap: policy.authTypeMap,
      ...reading,
      config: policy.config ?? null,
      environment: policy.environment?.stated ?? null,
    },
    rules: rulesFor({ policy, idp })
      .filter(({ name }) => !unchecked.has(name))
      .map(({ name, severity }) => {
        const set = policy.severities[name];
        return { rule: name, severity: set === undefined || set === 'off' ? severity : set, usually: severity };
      }),
    notChecked,
    lowered: loweredBy(policy),
    notes: notes.map(noteText),
    accepted,
    known,
    summary,
  };
}
