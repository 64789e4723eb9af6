import { noteText } from '../../model/note.js';
import { SCRIPT, SCRIPT_DIGEST } from '../html/script.js';
import type { Reporter } from '../reporter.js';
import { sectionsOf } from '../sections.js';
import { verdictText } from '../verdict.js';
import { filterLines, graphLines, headerLines, ruleLines, text } from './parts.js';
import { STYLE, STYLE_DIGEST } from './style.js';

/** Nothing but the page's own script and style: no network, no frames, no forms. */
const CONTENT_POLICY = `default-src 'none'; script-src '${SCRIPT_DIGEST}'; style-src '${STYLE_DIGEST}'; base-uri 'none'; form-action 'none'`;

/** One page for a browser, complete without its script and without a network. */
export const html: Reporter = {
  *render(report, { tool }) {
    const sections = sectionsOf(report);
    const found = sections.filter(({ findings }) => findings.length > 0);
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n';
    yield `<meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}">\n`;
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n';
    yield `<title>SCIM readiness: ${text(verdictText(report).text)}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n`;
    yield '<a class="skip" href="#findings">To the findings</a>\n';
    yield* headerLines(report);
    yield '<main id="findings">\n';
    if (found.length > 0) yield* filterLines(sections);
    yield* graphLines(report, sections);
    for (const section of found) yield* ruleLines(section, report);
    const skipped = new Set(report.notChecked.map(({ rule }) => rule));
    const clean = sections.filter(({ rule, findings }) => findings.length === 0 && !skipped.has(rule.name));
    if (clean.length > 0) {
      yield '<h3 class="good">✔ Nothing found by</h3>\n<ul>';
      for (const { rule } of clean) yield `<li><code>${text(rule.name)}</code> ${text(rule.title)}</li>`;
      yield '</ul>\n';
    }
    if (skipped.size > 0) {
      yield '<h3 class="wary">▲ Not checked</h3>\n<ul>';
      for (const { rule, why } of report.notChecked) yield `<li><code>${text(rule)}</code> ${text(why)}</li>`;
      yield '</ul>\n';
    }
    if (report.notes.length > 0) yield `<h3>Please note</h3>\n<ul>${report.notes.map((note) => `<li>${text(noteText(note))}</li>`).join('')}</ul>\n`;
    yield `</main>\n<footer>${text(`${tool.name} ${tool.version}`)}</footer>\n`;
    if (found.length > 0) yield `<script>${SCRIPT}</script>\n`;
    yield '</body>\n</html>\n';
  },
};
