import { type AuditedFinding, configNote, type Report } from '../../audit/report.js';
import { ruleOf } from '../../rules/registry.js';
import { idpUsersOf, type Place, placesOf, subjectsOf } from '../locations.js';
import { type Table, tableOf } from '../reporter.js';
import { printable } from '../visible.js';

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

/** Returns a row per subject of each finding, and one for the config that the verdict rests on. */
export const reportTable = (report: Report): Table => tableOf(COLUMNS, reportRows(report));

function* reportRows(report: Report): Iterable<Row> {
  for (const audited of report.findings) yield* rowsOf(audited, report);
  const note = configNote(report.policy);
  if (note !== undefined) yield { rule: 'config', severity: 'info', message: printable(note), subject: 'config', path: report.policy.config ?? '' };
}

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
