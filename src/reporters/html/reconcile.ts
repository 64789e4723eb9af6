import { type Cell, grouped } from '../../rules/rule.js';
import { isAsPredicted, logText, reconcileSections, reconcileTitle, reconcileVerdict } from '../reconcile-words.js';
import type { Reporter } from '../reporter.js';
import { stackedRow, text } from './report.js';
import { STYLE, STYLE_DIGEST } from './style.js';

/** Rows of a section; a browser has trouble with more in one table. */
const MOST = 10_000;
/** Nothing but the page's own style: no script, no network, no frames, no forms. */
const CONTENT_POLICY = `default-src 'none'; style-src '${STYLE_DIGEST}'; base-uri 'none'; form-action 'none'`;

/** What the first sync did, as one page without a script and without a network. */
export const html: Reporter<'reconcile'> = {
  *render(reconciliation, { tool }) {
    const title = text(reconcileTitle(reconciliation));
    const isGood = isAsPredicted(reconciliation);
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n';
    yield `<meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}">\n`;
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n';
    yield `<title>${title}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n<a class="skip" href="#what">To what happened</a>\n`;
    yield `<header>\n<h1>${title}</h1>\n<p class="${isGood ? 'good' : 'bad'}"><b>${isGood ? '✔' : '✖'} ${text(reconcileVerdict(reconciliation))}</b></p>\n`;
    const log = logText(reconciliation);
    if (log !== '') yield `<p class="soft">${text(log)}</p>\n`;
    yield '</header>\n<main id="what">\n';
    for (const section of reconcileSections(reconciliation, MOST)) {
      yield `<details class="rule" id="${section.id}" open>\n<summary><h2>${text(section.title)}</h2> <span class="${section.look}">${grouped(section.total)}</span></summary>\n`;
      yield `<p>${text(section.fix)}</p>\n<div class="scroll" role="region" aria-label="${text(section.title)}" tabindex="0"><table class="list stack"><thead><tr>`;
      for (const heading of section.headings) yield `<th scope="col">${text(heading)}</th>`;
      yield '</tr></thead>\n<tbody>';
      const cells = (row: readonly string[]): Cell[] => row.map((cell) => ({ text: cell }));
      for (const row of section.rows) yield stackedRow(cells(row), section.headings);
      yield '</tbody></table></div>\n';
      if (section.rows.length < section.total)
        yield `<p class="wary">${grouped(section.total - section.rows.length)} more are not listed here; the JSON lists them.</p>\n`;
      yield '</details>\n';
    }
    yield `</main>\n<footer>${text(`${tool.name} ${tool.version}`)}</footer>\n</body>\n</html>\n`;
  },
};
