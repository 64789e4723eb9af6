import { configNote, type Report } from '../audit/report.js';
import { type FindingBase, SEVERITIES, type Severity } from '../model/finding.js';
import { ruleOf } from '../rules/registry.js';
import { count } from '../rules/rule.js';
import { cut } from './columns.js';
import { exportPlace, placesOf, placeWords } from './locations.js';
import { markdown } from './markdown/report.js';
import type { Reporter, ReportOptions } from './reporter.js';
import { sectionsOf, verdictText } from './sections.js';
import { printable } from './visible.js';

const COMMAND: Readonly<Record<Severity, 'error' | 'warning' | 'notice'>> = { error: 'error', warning: 'warning', info: 'notice' };
/** GitHub drops what a step says beyond ten of a kind; one notice is kept for the count of the rest. */
const MOST: Readonly<Record<Severity, number>> = { error: 10, warning: 10, info: 9 };
const LONGEST = 2000;
/** GitHub refuses the summary of a step that is larger than 1 MiB. */
const LARGEST_SUMMARY = 1024 * 1024;

/** Workflow commands for GitHub Actions: annotations at the records, and the verdict as a line of the log. */
export const github: Reporter = {
  *render(report) {
    const { inputs } = report.snapshot;
    const { error, warning, info, accepted } = report.summary;
    yield `${verdictText(report).text}\n`;
    let shown = 0;
    for (const finding of SEVERITIES.flatMap((severity) => choose(report, severity))) {
      shown++;
      const place = placesOf(finding, inputs, 1)[0] ?? exportPlace(finding, inputs);
      const where = [`file=${property(place.path)}`, ...(place.line === undefined ? [] : [`line=${place.line}`]), `title=${property(finding.rule)}`];
      const message = cut(printable(ruleOf(finding).message(finding)), LONGEST);
      yield `::${COMMAND[finding.severity]} ${where.join(',')}::${data(`${placeWords(place)}: ${message}`)}\n`;
    }
    const left = error + warning + info - shown;
    const rest = [
      ...(left > 0
        ? [`${count(left, 'more finding')} without an annotation: GitHub shows at most ten of a kind. The step summary and the other formats have more.`]
        : []),
      ...(accepted > 0 ? [`${count(accepted, 'finding')} accepted.`] : []),
      ...[configNote(report.policy) ?? []].flat(),
    ];
    if (rest.length > 0) yield `::notice title=scim-audit::${data(rest.join(' '))}\n`;
  },
};

/** Returns the findings of a severity that get an annotation: one of each rule, then a second one, until there is no room. */
function choose(report: Report, severity: Severity): FindingBase[] {
  const most = MOST[severity];
  const queues = sectionsOf(report).map(({ findings }) => {
    const first: FindingBase[] = [];
    for (const { finding, acceptance } of findings) {
      if (acceptance === undefined && finding.severity === severity && first.push(finding) === most) break;
    }
    return first;
  });
  const turns = Array.from({ length: most }, (_, turn) => queues.flatMap((queue) => queue.slice(turn, turn + 1)));
  const chosen = new Set(turns.flat().slice(0, most));
  return queues.flat().filter((finding) => chosen.has(finding));
}

/** Returns the Markdown report for `$GITHUB_STEP_SUMMARY`, cut between two lines if GitHub would refuse it. */
export function renderSummary(report: Report, options: ReportOptions, largest = LARGEST_SUMMARY): string {
  const encoder = new TextEncoder();
  const ending = '\n\n… cut here: GitHub takes no larger summary. The other formats have everything.\n';
  const room = largest - encoder.encode(ending).length;
  const kept: string[] = [];
  let size = 0;
  for (const piece of markdown.render(report, options)) {
    size += encoder.encode(piece).length;
    if (size > room) return kept.join('') + ending;
    kept.push(piece);
  }
  return kept.join('');
}

/** Returns a text that ends no command: a runner reads `%`, CR and LF as parts of its own grammar. */
const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');

/** Returns a text that ends no property either. */
const property = (text: string): string => data(printable(text)).replaceAll(':', '%3A').replaceAll(',', '%2C');
