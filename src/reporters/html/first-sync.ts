/** The first sync, as it is predicted and as it came. */

import { GUIDE } from '../../model/guide.js';
import { isCalm, outcomeText, type Preview, previewInputs, titleText } from '../../preview/preview.js';
import { type Cell, count, grouped } from '../../rules/rule.js';
import { type Section, sectionsOf } from '../preview-sections.js';
import { notesOf, summaryHeadings, summaryRows } from '../preview-summary.js';
import { isAsPredicted, logText, reconcileSections, reconcileTitle, reconcileVerdict } from '../reconcile-words.js';
import type { Reporter } from '../reporter.js';
import { idpText, sourceText } from '../sections.js';
import { stackedRow, text } from './report.js';
import { STYLE, STYLE_DIGEST } from './style.js';

/** Subjects of one reason; a browser has trouble with more in one table. */
const MOST = 10_000;
/** Nothing but the page's own style: no script, no network, no frames, no forms. */
const CONTENT_POLICY = `default-src 'none'; style-src '${STYLE_DIGEST}'; base-uri 'none'; form-action 'none'`;

/** One page for a browser, without a script and without a network. */
export const htmlPreview: Reporter<'preview'> = {
  *render(preview, { tool }) {
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n';
    yield `<meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}">\n`;
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n';
    yield `<title>${text(titleText(preview))}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n<a class="skip" href="#what">To what happens</a>\n`;
    yield* headerLines(preview);
    yield '<main id="what">\n';
    for (const section of sectionsOf(preview, MOST)) yield* sectionLines(section);
    yield `<h3>Please note</h3>\n<ul>${notesOf(preview)
      .map((note) => `<li>${text(note)}</li>`)
      .join('')}</ul>\n`;
    yield `</main>\n<footer>${text(`${tool.name} ${tool.version}`)}</footer>\n</body>\n</html>\n`;
  },
};

function* headerLines(preview: Preview): Iterable<string> {
  const { snapshot, policy, idp, forecast } = preview;
  const { secondAccounts } = forecast.summary;
  const kind = secondAccounts > 0 ? 'bad' : isCalm(preview) ? 'good' : 'wary';
  yield `<header>\n<h1>${text(titleText(preview))}</h1>\n<p class="${kind}"><b>${secondAccounts > 0 ? '✖' : isCalm(preview) ? '✔' : '▲'} ${text(outcomeText(preview))}</b></p>\n`;
  yield `<p class="soft">Before SCIM is enabled in Jama Connect, as the guide <a href="${GUIDE.url}" rel="noreferrer">${text(GUIDE.title)}</a> and the identity provider document it.</p>\n`;
  yield '<table class="list facts"><thead><tr>';
  for (const heading of summaryHeadings(preview)) yield `<th scope="col">${text(heading)}</th>`;
  yield '</tr></thead>\n<tbody>';
  for (const [name, ...numbers] of summaryRows(preview))
    yield `<tr><th scope="row">${text(name)}</th>${numbers.map((number) => `<td>${text(number)}</td>`).join('')}</tr>\n`;
  yield '</tbody></table>\n<details><summary>What was read, and how it was judged</summary>\n<table class="facts">';
  const facts = [
    ['Jama Connect', `${count(snapshot.users.length, 'user')}, ${count(snapshot.groups.length, 'group')}, ${count(snapshot.memberships, 'membership')}`],
    ['identity provider', idpText(idp)],
    ['authentication mode', policy.authMode],
    ...previewInputs(preview).map((input) => [input.role, `${sourceText(input)}, ${count(input.rows, 'row')}, sha256 ${input.sha256}`]),
  ];
  for (const [name, fact] of facts) yield `<tr><th scope="row">${text(name)}</th><td>${text(fact)}</td></tr>`;
  yield '</table></details>\n</header>\n';
}

function* sectionLines({ id, title, look, total, headings, blocks, next }: Section): Iterable<string> {
  yield `<details class="rule" id="${id}" open>\n<summary><h2>${text(title)}</h2> <span class="${look}">${grouped(total)}</span></summary>\n`;
  for (const [at, { why, total: ofBlock, shown, rows }] of blocks.entries()) {
    // Each landmark has a name of its own.
    const name = blocks.length > 1 ? `${title}, reason ${at + 1} of ${blocks.length}` : title;
    yield `<p>${blocks.length > 1 ? `<b>${grouped(ofBlock)}:</b> ` : ''}${text(why)}</p>\n`;
    yield `<div class="scroll" role="region" aria-label="${text(name)}" tabindex="0"><table class="list stack"><thead><tr>`;
    for (const heading of headings) yield `<th scope="col">${text(heading)}</th>`;
    yield '</tr></thead>\n<tbody>';
    for (const row of rows) yield stackedRow(row, headings);
    yield '</tbody></table></div>\n';
    if (shown < ofBlock) yield `<p class="wary">${grouped(ofBlock - shown)} more are not listed here; the JSON and CSV previews list them.</p>\n`;
  }
  if (next !== '') yield `<p><b>What to do:</b> ${text(next)}</p>\n`;
  yield '</details>\n';
}

/** Rows of a section; a browser has trouble with more in one table. */
const MOST_ROWS = 10_000;
/** Nothing but the page's own style: no script, no network, no frames, no forms. */
const STRICT_POLICY = `default-src 'none'; style-src '${STYLE_DIGEST}'; base-uri 'none'; form-action 'none'`;

/** What the first sync did, as one page without a script and without a network. */
export const htmlReconcile: Reporter<'reconcile'> = {
  *render(reconciliation, { tool }) {
    const title = text(reconcileTitle(reconciliation));
    const isGood = isAsPredicted(reconciliation);
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n';
    yield `<meta http-equiv="Content-Security-Policy" content="${STRICT_POLICY}">\n`;
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n';
    yield `<title>${title}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n<a class="skip" href="#what">To what happened</a>\n`;
    yield `<header>\n<h1>${title}</h1>\n<p class="${isGood ? 'good' : 'bad'}"><b>${isGood ? '✔' : '✖'} ${text(reconcileVerdict(reconciliation))}</b></p>\n`;
    const log = logText(reconciliation);
    if (log !== '') yield `<p class="soft">${text(log)}</p>\n`;
    yield '</header>\n<main id="what">\n';
    for (const section of reconcileSections(reconciliation, MOST_ROWS)) {
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
