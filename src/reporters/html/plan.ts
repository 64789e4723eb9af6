/** plan.html: the plan for the people who approve it, and its open decisions, which its script lets them make. */

import type { MadePlan } from '../../plan/make-plan.js';
import type { PageData } from '../../plan/page/page-data.js';
import { ruleOf } from '../../rules/registry.js';
import { count, grouped } from '../../rules/rule.js';
import { actionTables } from '../markdown/plan-actions.js';
import { consequencesOf, factsOf, followingOf, incompletenessOf } from '../plan-consequences.js';
import type { PlanOptions } from '../reporter.js';
import { visible } from '../visible.js';
import { text } from './report.js';
import { STYLE } from './style.js';

// The look of plan.html, besides what all pages share.

const PLAN_STYLE = `
#bar{position:sticky;top:0;z-index:2;background:var(--ground);border-bottom:1px solid var(--line);padding:.6rem 0;margin-bottom:1rem}
#bar .numbers{margin:.5rem 0;gap:.5rem}
#bar .numbers li{padding:.25rem .8rem;min-width:6rem}
#bar .numbers b{font-size:1.15rem}
#bar ul:not(.numbers){max-height:9rem;overflow-y:auto;margin:.3rem 0;padding-left:1.3rem}
.line{display:flex;flex-wrap:wrap;gap:.5rem .8rem;align-items:center}
progress{width:14rem;max-width:100%;accent-color:var(--good)}
form#filter{position:static;border:0;margin:0;padding:.4rem 0}
button{font:inherit;color:var(--text);background:var(--panel);border:1px solid var(--soft);border-radius:6px;padding:.3rem .8rem;cursor:pointer}
button:hover:not(:disabled){border-color:var(--text)}
button:disabled{color:var(--soft);cursor:default;border-style:dashed}
button.main{background:var(--link);color:var(--ground);border-color:var(--link);font-weight:600}
button.main:disabled{background:var(--panel);color:var(--soft)}
button.link{background:none;border:0;padding:0;color:var(--link);text-decoration:underline;text-align:left}
.card{border:1px solid var(--line);border-left:4px solid var(--soft);border-radius:8px;padding:.8rem 1rem;margin:1rem 0;background:var(--ground);scroll-margin-top:15rem;overflow-wrap:anywhere}
.card[data-state=decided]{border-left-color:var(--good)}
.card[data-state=refused]{border-left-color:var(--error)}
.card[data-state=decided] .state{color:var(--good)}
.card[data-state=refused] .state{color:var(--error)}
.state{border:1px solid var(--line);border-radius:9px;padding:0 .5rem;margin-left:.3rem}
.card h3{margin:.2rem 0 .6rem;font-size:1.1rem}
.card figure{margin:.6rem 0}
.card details{margin:.6rem 0}
.card fieldset{display:block;margin:.6rem 0;min-width:0}
.card select,.field{min-width:0}
legend{font-weight:600;padding:0}
.intention{display:flex;gap:.4rem;align-items:baseline;white-space:normal;padding:.15rem 0;max-width:60rem}
.intention>*{flex:none}
.further{margin:.2rem 0 .6rem 1.6rem;display:flex;flex-wrap:wrap;gap:.4rem 1rem}
.giving{display:flex;flex-wrap:wrap;gap:.3rem .8rem;align-items:center;width:100%}
.field{display:inline-flex;flex-wrap:wrap;gap:.2rem .4rem;align-items:center;white-space:normal;max-width:100%}
input[type=text]{font:inherit;color:inherit;background:var(--ground);border:1px solid var(--soft);border-radius:6px;padding:.25rem .5rem;max-width:100%;min-width:0}
.row{border-top:1px solid var(--line);padding:.5rem 0;display:flex;flex-wrap:wrap;gap:.4rem .9rem}
.row p{width:100%}
kbd{font:.85em ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;border:1px solid var(--line);border-radius:4px;padding:0 .3rem;background:var(--panel);color:var(--text)}
dialog{max-width:44rem;color:var(--text);background:var(--ground);border:1px solid var(--soft);border-radius:8px;padding:1.2rem}
dialog::backdrop{background:#0007}
.effect ul{margin:.2rem 0 .5rem;padding-left:1.3rem}
.commands{white-space:pre-wrap;overflow-wrap:anywhere}
@media (max-width:40rem){#bar{position:static}.card{scroll-margin-top:1rem;padding:.7rem}}
@media screen and (max-width:40rem){.card tbody,.card tbody tr,.card tbody tr>*{display:block}.card thead{display:none}.card tbody tr{border-top:1px solid var(--line);padding:.3rem 0}.card tbody td{position:relative;max-width:none;padding-left:7.5rem;overflow-wrap:anywhere}.card tbody td:empty{display:none}.card tbody th::before{content:"account "}.card tbody td::before{content:attr(data-h);position:absolute;left:0;color:var(--soft);font:600 .8rem/1.5 system-ui,sans-serif}}
#printed{display:none}
@media print{button:not(.link),#filter,#keys,#kept,nav,.quiet,.card details:not([open]),.single,.card kbd{display:none}#printed{display:block}#bar{position:static}#bar ul:not(.numbers){max-height:none;overflow:visible}.card{break-inside:avoid}.card th{white-space:normal;overflow-wrap:normal}.list td:not(.long){white-space:normal}.list .long{min-width:0}.card td:not(:nth-child(4),:nth-child(5)),.list td{overflow-wrap:anywhere}.card figure svg{max-width:100%;height:auto}.intention:has(input:checked){font-weight:600}}
`;

/** What the page is made of besides the plan. */
interface PageParts extends Pick<PlanOptions, 'tool' | 'applyCommand'> {
  /** Returns SHA-256 as 64 hex digits. */
  sha256(text: string): string;
  /** Absent for a plan that is for reading only. */
  readonly desk?: {
    readonly data: PageData;
    /** The page's script. */
    readonly script: string;
  };
  readonly isRedacted?: boolean;
  /** Why decisions cannot be made in the page, as a sentence. */
  readonly why?: string;
}

const WRITING = { id: (id: string) => id, value: (value: string) => (value === '' ? '(blank)' : visible(value)) };

/** Readers do not read more than this in the page. */
const MOST = 200;

/** Yields the page. Of accounts that no open finding concerns it holds no name, unless the plan is redacted: then all names are aliases. */
export function* planPage(plan: MadePlan, parts: PageParts): Iterable<string> {
  const { desk, isRedacted = false } = parts;
  const style = STYLE + PLAN_STYLE;
  const source = (content: string): string => `'sha256-${base64Of(parts.sha256(content))}'`;
  const script = desk === undefined ? '' : ` script-src ${source(desk.script)};`;
  const policy = `default-src 'none';${script} style-src ${source(style)}; base-uri 'none'; form-action 'none'`;
  const { error, warning } = plan.body.after;
  yield `<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n`;
  yield `<meta http-equiv="Content-Security-Policy" content="${policy}">\n`;
  yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">\n<meta name="robots" content="noindex">\n';
  yield `<title>Plan for SCIM enablement</title>\n<style>${style}</style>\n</head>\n<body>\n<a class="skip" href="#decisions">To the decisions</a>\n<header>\n`;
  yield `<h1>Plan for SCIM enablement${isRedacted ? ' (redacted, for reading only)' : ''}</h1>\n`;
  yield `<p>${count(plan.body.actions.length, 'action')}; ${count(plan.body.open.length, 'finding')} left open for a decision${plan.acceptances.size > 0 ? `; ${grouped(plan.acceptances.size)} accepted` : ''}. `;
  yield `Once it is applied, a check would count ${count(error, 'error')} and ${count(warning, 'warning')} (before: ${count(plan.before.summary.error, 'error')} and ${count(plan.before.summary.warning, 'warning')}).</p>\n`;
  if (desk !== undefined) yield '<p class="soft" id="kept">What you choose here stays in this page until you save it, and is not sent anywhere.</p>\n';
  yield '</header>\n<main>\n<section id="decisions" aria-labelledby="decisions-title">\n<h2 id="decisions-title">What a person must decide</h2>\n';
  if (parts.why !== undefined) yield `<p class="wary">${text(parts.why)} Use decisions.csv or "scim-audit decide".</p>\n`;
  yield* openLines(plan, desk !== undefined);
  yield '</section>\n<section aria-labelledby="plan-title">\n<h2 id="plan-title">The plan as it is</h2>\n';
  yield* knownLines(plan);
  yield* changeLines(plan, desk?.data);
  yield* acceptedLines(plan);
  yield* followingLines(plan);
  yield* lossLines(plan);
  yield* applyLines(plan, parts.applyCommand);
  yield `</section>\n</main>\n<footer>${text(`${parts.tool.name} ${parts.tool.version}`)}</footer>\n`;
  if (desk !== undefined) {
    yield '<script type="application/json" id="plan-data">';
    for (const piece of jsonPieces(desk.data)) yield piece.replaceAll('<', '\\u003c');
    yield '</script>\n';
    yield `<script>${desk.script}</script>\n`;
  }
  yield '</body>\n</html>\n';
}

/** Elements of a list that are written at once. */
const PIECE = 1000;

/** Yields what JSON.stringify returns for the data, its long lists in pieces: as one text, the data would be in memory several times. */
function* jsonPieces(data: PageData): Iterable<string> {
  let before = '{';
  for (const [name, value] of Object.entries(data)) {
    if (value === undefined) continue;
    yield `${before}${JSON.stringify(name)}:`;
    before = ',';
    if (Array.isArray(value)) yield* listPieces(value);
    else yield JSON.stringify(value);
  }
  yield '}';
}

function* listPieces(list: readonly unknown[]): Iterable<string> {
  for (let at = 0; at < list.length; at += PIECE) yield `${at === 0 ? '[' : ','}${JSON.stringify(list.slice(at, at + PIECE)).slice(1, -1)}`;
  yield list.length === 0 ? '[]' : ']';
}

const base64Of = (hex: string): string => btoa((hex.match(/../g) ?? []).map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join(''));

/** Yields what is open, for a page without its script. */
function* openLines({ assembly: { open } }: MadePlan, hasDesk: boolean): Iterable<string> {
  yield '<div id="static">\n';
  if (open.length === 0) yield '<p class="good">✔ Nothing is open.</p>\n';
  else {
    if (hasDesk) yield '<p class="wary">This page needs its script to make decisions. Without it, use decisions.csv or "scim-audit decide".</p>\n';
    yield '<ul>\n';
    for (const { finding } of open.slice(0, MOST)) yield `<li>${finding.severity}: ${text(ruleOf(finding).message(finding))}</li>\n`;
    yield '</ul>\n';
    if (open.length > MOST) yield `<p class="soft">… and ${grouped(open.length - MOST)} more.</p>\n`;
  }
  yield '</div>\n';
}

function* knownLines(plan: MadePlan): Iterable<string> {
  const { before, body } = plan;
  const incompleteness = incompletenessOf(plan);
  const facts = [...(incompleteness === undefined ? [] : [incompleteness]), ...factsOf(consequencesOf(plan))];
  if (facts.length > 0) {
    yield '<h3>What to know before it is applied</h3>\n<ul>\n';
    for (const { fact, meaning } of facts) yield `<li><b>${text(fact)}</b>${text(meaning)}</li>\n`;
    yield '</ul>\n';
  }
  if (before.notChecked.length > 0) {
    yield '<h3>Not checked, so none of these numbers counts it</h3>\n<ul>\n';
    for (const { rule, why } of before.notChecked) yield `<li><code>${text(rule)}</code>: ${text(why)}</li>\n`;
    yield '</ul>\n';
  }
  yield `<p>Based on ${count(body.snapshot.users, 'user')}, ${count(body.snapshot.groups, 'group')} and ${count(body.snapshot.memberships, 'membership')}, in authentication mode ${text(body.settings.authMode)}.`;
  // A note may name accounts.
  yield before.notes.length === 0
    ? '</p>\n'
    : ` ${count(before.notes.length, 'note')} on the export ${before.notes.length === 1 ? 'is' : 'are'} in plan.md.</p>\n`;
}

function* changeLines(plan: MadePlan, data: PageData | undefined): Iterable<string> {
  const shown = data === undefined ? undefined : new Set(data.users.map(([id]) => id));
  yield '<h3>What changes</h3>\n';
  if (plan.body.actions.length === 0) yield '<p>Nothing.</p>\n';
  for (const { title, columns, total, temporary, rows, others } of actionTables(plan, WRITING, (user) => shown?.has(user) !== false)) {
    const name = `${title}: ${grouped(total)}${temporary > 0 ? `, of them ${grouped(temporary)} temporary` : ''}`;
    yield `<h4>${text(name)}</h4>\n`;
    if (rows.length > 0) {
      yield `<div class="scroll" role="region" aria-label="${text(title)}" tabindex="0"><table class="list"><thead><tr>${columns.map((column) => `<th scope="col">${text(column)}</th>`).join('')}</tr></thead>\n<tbody>`;
      for (const row of rows) yield `<tr>${row.map((cell) => `<td class="long">${text(cell)}</td>`).join('')}</tr>\n`;
      yield '</tbody></table></div>\n';
    }
    if (others > 0)
      yield `<p class="soft">${grouped(others)} ${rows.length > 0 ? 'more' : 'of them'} ${others === 1 ? 'is' : 'are'} not shown here: plan.md has them, and plan.json has all.</p>\n`;
  }
}

function* acceptedLines({ acceptances, before }: MadePlan): Iterable<string> {
  if (acceptances.size === 0) return;
  yield `<h3>What is accepted: ${grouped(acceptances.size)}</h3>\n<ul>\n`;
  for (const { finding, fingerprint } of before.findings) {
    const acceptance = acceptances.get(fingerprint);
    if (acceptance === undefined) continue;
    const { reason, owner, expires } = acceptance;
    yield `<li>${text(ruleOf(finding).message(finding))}: ${text(reason)}, says ${text(owner)}${expires === undefined ? '' : `, until ${expires}`}</li>\n`;
  }
  yield '</ul>\n';
}

function* followingLines(plan: MadePlan): Iterable<string> {
  const follows = followingOf(plan);
  if (follows.length === 0) return;
  yield `<h3>What the decisions lead to: ${grouped(follows.length)}</h3>\n<p>The next check reports this anew, and the next plan asks about it.</p>\n<ul>\n`;
  for (const { finding } of follows.slice(0, MOST)) yield `<li>${finding.severity}: ${text(ruleOf(finding).message(finding))}</li>\n`;
  yield `</ul>\n${follows.length > MOST ? `<p class="soft">… and ${grouped(follows.length - MOST)} more.</p>\n` : ''}`;
}

function* lossLines({ assembly, before }: MadePlan): Iterable<string> {
  const losing = assembly.end.report.findings.filter(({ finding }) => ruleOf(finding).effects.losesMembers === true);
  const unchecked = before.notChecked.find(({ rule }) => rule === 'inactive-basic-member');
  yield '<h3>What the first group sync would remove</h3>\n';
  if (losing.length > 0)
    yield `<p>${count(losing.length, 'inactive Basic user')} in groups to be synced ${losing.length === 1 ? 'loses' : 'lose'} memberships unless you decide otherwise. memberships.csv lists all of them, so that they can be restored.</p>\n`;
  else yield `<p>${unchecked === undefined ? 'Nothing more.' : `Not known: inactive-basic-member was not checked (${text(unchecked.why)}).`}</p>\n`;
}

function* applyLines({ body }: MadePlan, applyCommand: string | undefined): Iterable<string> {
  yield '<h3>How to apply</h3>\n';
  if (body.actions.length === 0) yield '<p>Nothing to apply.</p>\n';
  else if (applyCommand === undefined) yield '<p>Not at all: this plan is redacted and for reading only; it has no plan.json.</p>\n';
  else
    yield `<p>After every single action no two users have the same username, unless they had it before. What stays open does not stand in their way.</p>\n<pre class="commands"><code>${text(applyCommand)}</code></pre>\n`;
}
