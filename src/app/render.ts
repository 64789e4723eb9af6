/** Writes the report of a check in one of the output formats. */

import type { Report } from '../audit/report.js';
import { UserError } from '../model/user-error.js';
import { FORMATS, loadReporter } from '../reporters/registry.js';
import { TOOL } from './tool.js';

/** Returns a report as text, without colors; `format` is one of those that `check --format` takes. Throws a UserError for another. */
export async function renderReport(report: Report, format: string): Promise<string> {
  const reporter = await loadReporter(format, 'report');
  if (reporter === undefined) {
    throw new UserError(
      `There is no format called ${JSON.stringify(format)} for reports.`,
      `Formats: ${FORMATS.flatMap(({ id, kinds }) => (kinds.report === undefined ? [] : [id])).join(', ')}.`,
    );
  }
  return [...reporter.render(report, { tool: TOOL, hasColors: false, isFile: true, sourceWords: report.snapshot.inputs[0]?.path ?? 'SOURCE' })].join('');
}
