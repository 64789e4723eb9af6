import { configNote } from '../audit/config-note.js';
import type { AuditedFinding, Report } from '../audit/report.js';
import { ruleOf } from '../rules/registry.js';
import { csvLines } from './csv-lines.js';
import { idpUsersOf, type Place, placesOf, subjectsOf } from './locations.js';
import type { Reporter } from './reporter.js';
import { printable } from './visible.js';

const COLUMNS = [
  'rule',
  'severity',
  'fingerprint',
  'message',
  'subject',
  'id',
  'userName',
  'email',
  'active',
  'authenticationType',
  'group',
  'path',
  'line',
  'table',
  'rowid',
  'accepted',
  'reason',
  'owner',
  'expires',
] as const;

type Row = Partial<Record<(typeof COLUMNS)[number], string>>;

/**
 * One row a subject of each finding, RFC 4180 with CRLF. Values are as the export holds them, with an apostrophe
 * before what a spreadsheet would take for a formula (`unguardCell` takes it off); on a terminal, what is unseen in them is spelled out.
 */
export const csv: Reporter = {
  *render(report, options) {
    const lineOf = csvLines(options);
    const lineFor = (row: Row): string => lineOf(COLUMNS.map((column) => row[column] ?? ''));
    yield lineOf(COLUMNS);
    for (const audited of report.findings) for (const row of rowsOf(audited, report)) yield lineFor(row);
    const note = configNote(report.policy);
    if (note !== undefined) yield lineFor({ rule: 'config', severity: 'info', message: printable(note), subject: 'config', path: report.policy.config ?? '' });
  },
};

function* rowsOf({ finding, fingerprint, acceptance }: AuditedFinding, { snapshot }: Report): Iterable<Row> {
  const about: Row = {
    rule: finding.rule,
    severity: finding.severity,
    fingerprint,
    message: printable(ruleOf(finding).message(finding)),
    accepted: String(acceptance !== undefined),
    reason: acceptance?.reason ?? '',
    owner: acceptance?.owner ?? '',
    expires: acceptance?.expires ?? '',
  };
  const subjects = subjectsOf(finding);
  const others = idpUsersOf(finding);
  const places = placesOf(finding, snapshot.inputs, Math.max(1, subjects.length + others.length), ({ path }) => path);
  if (subjects.length + others.length === 0) {
    yield { ...about, subject: 'snapshot', ...placeCells(places[0]) };
    return;
  }
  for (const [at, subject] of subjects.entries()) {
    const cells: Row =
      'userName' in subject
        ? {
            subject: 'user',
            userName: subject.userName,
            email: subject.email,
            active: String(subject.active),
            authenticationType: subject.authenticationType,
          }
        : { subject: 'group', group: subject.name };
    yield { ...about, ...cells, id: subject.id, ...placeCells(places[at]) };
  }
  for (const [at, { id, subject, email, active }] of others.entries()) {
    yield { ...about, subject: 'idp-user', id, userName: subject, email, active: String(active), ...placeCells(places[subjects.length + at]) };
  }
}

function placeCells(place: Place | undefined): Row {
  if (place === undefined) return {};
  const { path, line, row } = place;
  return row === undefined ? { path, line: line === undefined ? '' : String(line) } : { path, table: row.table, rowid: String(row.rowid) };
}
