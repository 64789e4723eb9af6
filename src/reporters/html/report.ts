import { type AuditedFinding, isAtOrAbove, isStopped, type Report, readInputs } from '../../audit/report.js';
import { collationOf } from '../../model/compare.js';
import { locationOf, type Subject } from '../../model/directory.js';
import { citationOf, GUIDE } from '../../model/guide.js';
import { noteText } from '../../model/note.js';
import { PATTERN_WORDS } from '../../rules/conflicting-users.js';
import { type Cell, count, grouped } from '../../rules/rule.js';
import type { Reporter } from '../reporter.js';
import { acceptanceText, countsText, factsOf, rulePage, type Section, STATES, sectionsOf, stateOf, verdictText } from '../sections.js';
import { compareParts, escapeMarkup, printable, visible } from '../visible.js';
import { type Component, ContestGraph } from './contests.js';
import { drawComponent } from './drawing.js';
import { SCRIPT, SCRIPT_DIGEST, STYLE, STYLE_DIGEST } from './style.js';

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

/** Rows of one rule; a browser has trouble with more in one table. */
const MOST_ROWS = 10_000;
const MOST_COMPONENTS = 60;
const MOST_NODES = 40;

/** Returns words with what is unseen spelled out. */
export const text = (words: string): string => escapeMarkup(printable(words));

/** Returns words of the program itself; what stands between backticks is code. */
const prose = (words: string): string => escapeMarkup(words).replace(/`([^`]+)`/g, '<code>$1</code>');

/** Returns a cell, with what differs from the value it is compared with marked. */
export const value = ({ text: own, against }: Cell): string => {
  if (against === undefined || against === '') return escapeMarkup(visible(own));
  const parts = compareParts(own, against);
  const isWorthMarking = parts.length > 1 && parts.some(({ isDifferent }) => !isDifferent);
  return parts.map((part) => (part.isDifferent && isWorthMarking ? marked(part.text) : escapeMarkup(part.text))).join('');
};

/** Returns a different stretch, or its place if only the other value has something there. */
const marked = (part: string): string => (part === '' ? '<mark class="gap"></mark>' : `<mark>${escapeMarkup(part)}</mark>`);

/** Longer ones may be broken anywhere, so that a table is not wider than the page unless it must be. */
const LONG = 16;

/** Returns a cell of a table. */
export const tableCell = (cell: Cell): string => `<td${cell.text.length > LONG ? ' class="long"' : ''}>${value(cell)}</td>`;

/** Returns a row of a table whose cells stand below one another in a narrow window, each with its heading. */
export const stackedRow = (cells: readonly Cell[], headings: readonly string[]): string =>
  `<tr>${cells.map((cell, at) => `<td data-h="${text(headings[at])}"${tableCell(cell).slice('<td'.length)}`).join('')}</tr>\n`;

/** Yields the top of the page: verdict, numbers, where it was read. */
export function* headerLines(report: Report): Iterable<string> {
  const { summary, notChecked } = report;
  const { text: verdict, isGood } = verdictText(report);
  const kind = isGood ? 'good' : isStopped(report) ? 'bad' : 'wary';
  yield `<header>\n<h1 class="${kind}">${isGood ? '✔' : isStopped(report) ? '✖' : '▲'} ${text(verdict)}</h1>\n`;
  yield `<p class="soft">What must be fixed before SCIM is enabled in Jama Connect, as the guide <a href="${GUIDE.url}" rel="noreferrer">${text(GUIDE.title)}</a> describes it.</p>\n`;
  const numbers: (readonly [number, string, string])[] = [
    [summary.error, summary.error === 1 ? 'error' : 'errors', 'error'],
    [summary.warning, summary.warning === 1 ? 'warning' : 'warnings', 'warning'],
    ...(summary.info > 0 ? [[summary.info, 'info', 'info'] as const] : []),
    ...(summary.accepted > 0 ? [[summary.accepted, 'accepted', 'accepted'] as const] : []),
    ...((summary.known ?? 0) > 0 ? [[summary.known ?? 0, 'known', 'known'] as const] : []),
    ...(notChecked.length > 0 ? [[notChecked.length, notChecked.length === 1 ? 'rule not checked' : 'rules not checked', 'warning'] as const] : []),
  ];
  yield '<ul class="numbers">';
  for (const [n, words, look] of numbers) yield `<li><b class="${n === 0 ? 'good' : look}">${grouped(n)}</b><span>${words}</span></li>`;
  for (const [name, n] of factsOf(report).slice(0, 3)) yield `<li><b>${text(n)}</b><span>${text(name)}</span></li>`;
  yield '</ul>\n<details><summary>What was read, and how it was judged</summary>\n<table class="facts">';
  for (const [name, fact] of factsOf(report).slice(3)) yield `<tr><th scope="row">${text(name)}</th><td>${text(fact)}</td></tr>`;
  for (const input of readInputs(report)) {
    const { path, role, rows, sha256 } = input;
    const read = `${path}${'table' in input ? ` (${input.table})` : ''}, ${count(rows, 'row')}, sha256 ${sha256}`;
    yield `<tr><th scope="row">${text(role)}</th><td>${text(read)}</td></tr>`;
  }
  yield '</table></details>\n</header>\n';
}

/** Yields the filter, hidden until the script shows it: without the script it could not filter. */
export function* filterLines(sections: readonly Section[]): Iterable<string> {
  yield '<form id="filter" role="search" hidden>\n<label for="q">Search</label> <input type="search" id="q" autocomplete="off" spellcheck="false" placeholder="username, email, id, group">\n';
  yield '<label for="rule">Rule</label> <select id="rule"><option value="">all</option>';
  for (const { rule, findings } of sections) if (findings.length > 0) yield `<option value="rule-${text(rule.name)}">${text(rule.name)}</option>`;
  yield '</select>\n<fieldset aria-label="Severity">';
  for (const kind of STATES) {
    if (sections.some(({ counts }) => counts[kind] > 0)) yield `<label class="${kind}"><input type="checkbox" value="${kind}" checked> ${kind}</label>`;
  }
  yield '</fieldset>\n<output id="shown" aria-live="polite"></output>\n<output id="unsearched" class="wary" aria-live="polite" hidden></output>\n</form>\n';
}

/** Yields a rule with its findings; each finding is one body of the table, so that it is filtered as a whole. */
export function* ruleLines({ rule, findings, counts }: Section, { snapshot, policy }: Report): Iterable<string> {
  const locate = (subject: Subject) => locationOf(snapshot.inputs, subject);
  const isFailing = findings.some(({ finding, acceptance }) => acceptance === undefined && isAtOrAbove(finding.severity, policy.failOn));
  yield `<details class="rule" id="rule-${text(rule.name)}" open>\n<summary><h2>${text(rule.title)}</h2> <span class="${isFailing ? 'bad' : 'soft'}">${countsText(counts)}</span> <code class="soft">${text(rule.name)}</code></summary>\n`;
  yield `<p>${prose(rule.why)}</p>\n<p><b>What to do:</b> ${prose(rule.fix)}</p>\n`;
  yield `<div class="scroll" role="region" aria-label="${text(rule.title)}" tabindex="0"><table class="list"><thead><tr><th scope="col">severity</th>`;
  for (const heading of rule.headings) yield `<th scope="col">${text(heading)}</th>`;
  yield '</tr></thead>\n';
  let room = MOST_ROWS;
  let listed = 0;
  let rowsLeftOut = 0;
  for (const audited of findings) {
    if (room <= 0) break;
    const rows = rule.rows(audited.finding, locate);
    yield* bodyLines(audited, rows.slice(0, room), rule.headings.length);
    rowsLeftOut += Math.max(0, rows.length - room);
    room -= Math.max(1, rows.length);
    listed++;
  }
  yield '</table></div>\n';
  const left = [...(rowsLeftOut > 0 ? [count(rowsLeftOut, 'row')] : []), ...(findings.length > listed ? [count(findings.length - listed, 'finding')] : [])];
  if (left.length > 0)
    yield `<p class="wary" data-left="${left.join(' and ')}">Not listed here: ${left.join(' and ')} more. The JSON and CSV reports list everything.</p>\n`;
  yield `<p class="soft">Example: ${text(rule.example)}<br>${text(citationOf(rule.clause))}<br><a href="${text(rulePage(rule.name))}" rel="noreferrer">More about this rule</a></p>\n</details>\n`;
}

function* bodyLines(audited: AuditedFinding, rows: readonly (readonly Cell[])[], columns: number): Iterable<string> {
  const { acceptance } = audited;
  const state = stateOf(audited);
  yield `<tbody data-s="${state}">`;
  for (const [at, cells] of rows.entries()) {
    yield `<tr><td${at === 0 ? ` class="${state}">${state}` : '>'}</td>${cells.map(tableCell).join('')}</tr>`;
  }
  if (acceptance !== undefined) yield `<tr><td></td><td class="how" colspan="${columns}">${text(acceptanceText(acceptance))}</td></tr>`;
  yield '</tbody>\n';
}

/** Yields the conflicts as drawings, or nothing if no rule stated any. */
export function* graphLines({ findings, snapshot, policy }: Report, sections: readonly Section[]): Iterable<string> {
  if (findings.length === 0) return;
  const graph = new ContestGraph(collationOf(policy.collation).key);
  const locate = (subject: Subject) => locationOf(snapshot.inputs, subject);
  for (const { rule, findings: own } of sections) for (const { finding } of own) graph.add(rule.data(finding, locate));
  const components = graph.components(MOST_NODES);
  if (components.length === 0) return;
  yield '<details class="rule" id="graph" open>\n<summary><h2>Who wants whose username</h2> ';
  yield `<span class="soft">${count(components.length, 'group')} of accounts${components.length > 1 ? ', those that need a decision first' : ''}</span></summary>\n`;
  yield `<ul class="key"><li>${key('wants')}wants the username of</li><li>${key('holds')}has it too</li><li>${key('email')}has it as its email only</li><li>${box('renamed')}to be renamed</li><li>${box('stays')}keeps its username</li><li>${box('inactive')}inactive</li><li>${box('name')}a username, not an account</li></ul>\n<div class="graph">\n`;
  for (const component of components.slice(0, MOST_COMPONENTS)) {
    yield `<figure>\n<figcaption>${caption(component)}</figcaption>\n`;
    yield* drawComponent(component);
    if (component.leftOut > 0) yield `<p class="wary">${grouped(component.leftOut)} more are not drawn.</p>\n`;
    yield '</figure>\n';
  }
  yield '</div>\n';
  const rest = components.length - MOST_COMPONENTS;
  if (rest > 0) yield `<p class="wary">${grouped(rest)} more are not drawn; the table of the rule lists them.</p>\n`;
  yield '</details>\n';
}

const caption = ({ users, patterns, needsDecision }: Component): string =>
  `<b>${count(users, 'user')}</b>, ${text(patterns.map(patternText).join(', '))}: ${needsDecision ? '<span class="bad">needs a decision</span>' : '<span class="good">scim-audit plan solves it</span>'}`;

const patternText = (pattern: string): string => {
  const words = Object.entries(PATTERN_WORDS).find(([name]) => name === pattern)?.[1] ?? pattern;
  return pattern === 'swap' || pattern === 'chain' ? words : `username ${words}`;
};

const key = (kind: string): string =>
  `<svg width="34" height="12" aria-hidden="true"><path class="k ${kind}" d="M1 6H${kind === 'wants' ? 26 : 33}"/>${kind === 'wants' ? '<path class="h" d="M33 6l-9 -5v10z"/>' : ''}</svg>`;
const box = (state: string): string =>
  `<svg width="26" height="14" aria-hidden="true"><rect class="n ${state}" x="1" y="1" width="24" height="12" rx="${state === 'name' ? 6 : 3}"/></svg>`;
