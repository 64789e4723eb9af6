import { noteText } from '../../model/note.js';
import { grouped } from '../../rules/rule.js';
import { MAPPING_CHECKS, type MappingReport } from '../../setup/mapping-check.js';
import { wrap } from '../columns.js';
import { findingsByCheck, MOST_OF_A_CHECK, mappingSubject, mappingVerdict } from '../mapping-words.js';
import type { Reporter, WriteOptions } from '../reporter.js';
import { printable } from '../visible.js';
import { paintFor } from './paint.js';

/** The check of a mapping for people, on a terminal. */
export const pretty: Reporter<'mapping'> = { render: mappingLines };

function* mappingLines(report: MappingReport, { width, hasColors }: WriteOptions): Iterable<string> {
  const paint = paintFor(hasColors);
  const { isAsGuided, summary, file, user, group, findings } = report;
  const lines = (text: string, indent: string): string[] => wrap(printable(text), width, indent);
  const color = isAsGuided ? (summary.warning > 0 ? 'yellow bold' : 'green bold') : 'red bold';
  for (const line of lines(`${isAsGuided ? (summary.warning > 0 ? '▲' : '✔') : '✖'} ${mappingVerdict(report)}`, '')) yield `${paint(color, line)}\n`;
  for (const line of lines(`${file}: ${mappingSubject(user, 'users')}`, '')) yield `${paint('dim', line)}\n`;
  if (group !== undefined) for (const line of lines(mappingSubject(group, 'groups'), '')) yield `${paint('dim', line)}\n`;
  for (const { check, found } of findingsByCheck(report)) {
    const { title, fix } = MAPPING_CHECKS[check];
    const isError = found.some(({ severity }) => severity === 'error');
    yield `\n${paint(isError ? 'red bold' : 'yellow bold', `${isError ? '✖' : '▲'} ${title}`)}\n`;
    for (const { severity, line, column, path, message } of found.slice(0, MOST_OF_A_CHECK)) {
      const [first = '', ...rest] = lines(`${severity === 'error' || !isError ? '' : 'To be looked at: '}${noteText(message)}`, '    ');
      yield `  - ${first.trimStart()}\n`;
      for (const further of rest) yield `${further}\n`;
      for (const place of lines(`line ${line}, column ${column}${path === '' ? '' : `: ${path}`}`, '    ')) yield `${paint('dim', place)}\n`;
    }
    if (found.length > MOST_OF_A_CHECK) yield `  … and ${grouped(found.length - MOST_OF_A_CHECK)} more; --format json lists them\n`;
    if (fix !== '') for (const line of lines(`What to do: ${fix}`, '  ')) yield `${line}\n`;
  }
  const notes = findings.filter(({ severity }) => severity === 'info');
  if (notes.length > 0) yield '\nPlease note\n';
  for (const { message, line } of notes.slice(0, MOST_OF_A_CHECK)) {
    const [first = '', ...rest] = lines(`${noteText(message)} (line ${line})`, '    ');
    yield `  - ${first.trimStart()}\n`;
    for (const further of rest) yield `${further}\n`;
  }
  if (notes.length > MOST_OF_A_CHECK) yield `  … and ${grouped(notes.length - MOST_OF_A_CHECK)} more; --format json lists them\n`;
  yield '\nNext\n';
  const next = isAsGuided
    ? 'This file is the mapping as it was when it was exported. Export it once more right before provisioning is started.'
    : 'Leave provisioning off, change what is listed, save, export the schema again, and run this again.';
  for (const line of lines(next, '  ')) yield `${line}\n`;
}
