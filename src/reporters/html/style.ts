/** The look of the page: its own style, allowed by its digest alone. */

export const STYLE = `
:root{color-scheme:light dark;--ground:#fff;--panel:#f6f7f9;--line:#d3d8df;--text:#1b1f24;--soft:#57606a;--link:#0b5cad;--error:#b3261e;--warning:#8a5a00;--info:#0b5cad;--good:#1a7037;--mark:#ffe69a;--renamed:#e3effc;--stays:#eceef1;--focus:#0b5cad}
@media (prefers-color-scheme:dark){:root{--ground:#14171b;--panel:#1d2126;--line:#3b434d;--text:#e8eaed;--soft:#a9b2bd;--link:#86bdff;--error:#ff9d94;--warning:#f0c05a;--info:#86bdff;--good:#7fd69a;--mark:#6b5600;--renamed:#1b3654;--stays:#2b3138;--focus:#86bdff}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main,header,footer{max-width:84rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:1.75rem}
h1{margin:0 0 .35rem;font-size:1.7rem;line-height:1.25}
h2{margin:0;font-size:1.15rem;display:inline}
h3{margin:1.5rem 0 .5rem;font-size:1rem}
p{margin:.4rem 0;max-width:60rem}
a{color:var(--link)}
code,td,.file,svg text{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,"Liberation Mono",monospace}
code{font-size:.92em}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
[hidden]{display:none!important}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:.5rem;background:var(--ground);padding:.4rem .8rem}
.soft{color:var(--soft)}
.bad{color:var(--error)}.wary{color:var(--warning)}.good{color:var(--good)}
.error{color:var(--error)}.warning{color:var(--warning)}.info{color:var(--info)}.accepted,.known{color:var(--soft)}
.numbers{display:flex;flex-wrap:wrap;gap:.6rem;margin:1.1rem 0;padding:0;list-style:none}
.numbers li{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:.45rem .95rem;min-width:7rem}
.numbers b{display:block;font-size:1.45rem;line-height:1.25;font-variant-numeric:tabular-nums}
.numbers span{color:var(--soft);font-size:.87rem}
form{position:sticky;top:0;z-index:1;display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;background:var(--ground);border-bottom:1px solid var(--line);padding:.65rem 0;margin-top:1rem}
input[type=search],select{font:inherit;color:inherit;background:var(--ground);border:1px solid var(--soft);border-radius:6px;padding:.3rem .55rem}
input[type=search]{width:19rem;max-width:100%}
fieldset{border:0;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.3rem .9rem}
select{max-width:100%}
label{white-space:nowrap}
output{color:var(--soft);font-variant-numeric:tabular-nums}
details{margin:1.4rem 0}
details.rule{border-top:1px solid var(--line);padding-top:.9rem;scroll-margin-top:4rem}
summary{cursor:pointer}
summary>h2~*{margin-left:.5rem}
.scroll{overflow-x:auto;margin:.7rem 0}
table{border-collapse:collapse;width:100%;font-size:.8rem}
th{text-align:left;color:var(--soft);font-weight:600;white-space:nowrap}
th,td{padding:.26rem .6rem .26rem 0;vertical-align:top}
td{max-width:26rem;overflow-wrap:break-word;unicode-bidi:plaintext;text-align:left}
.list tbody{border-top:1px solid var(--line)}
.list [data-s] td:first-child,.facts th{width:6rem}
.facts th,.list td:not(.long){white-space:nowrap}
.long{overflow-wrap:anywhere;min-width:7.5rem}
.facts{width:auto}.facts th{padding-right:1.5rem}.facts td{overflow-wrap:anywhere}
.file{font-size:.84rem;overflow-wrap:anywhere}
mark{background:var(--mark);color:inherit;border-radius:2px}
.gap{border-left:3px solid var(--warning);margin:0 1px}
.list .how{white-space:normal;color:var(--soft);font-family:inherit}
.graph{display:flex;flex-wrap:wrap;gap:1rem;align-items:flex-start}
#graph{margin-top:0;border-top:0}
figure{margin:0;padding:.7rem .8rem;border:1px solid var(--line);border-radius:8px;max-width:100%;overflow-x:auto;break-inside:avoid}
figcaption{margin-bottom:.5rem;font-size:.9rem}
svg{display:block;max-width:none}
.n{stroke:var(--soft);fill:var(--stays)}.n.renamed{fill:var(--renamed);stroke:var(--link)}.n.inactive{stroke-dasharray:5 3}.n.name{fill:none;stroke-dasharray:2 3}
.l{font-size:12px;fill:var(--text)}.d{font-size:10.5px;fill:var(--soft)}
.k{fill:none;stroke:var(--link);stroke-width:1.7}.k.holds{stroke:var(--soft)}.k.email{stroke:var(--soft);stroke-dasharray:2 4}
.h{fill:var(--link)}
.key{display:flex;flex-wrap:wrap;gap:.3rem 1.3rem;padding:0;list-style:none;color:var(--soft);font-size:.87rem}
.key svg{display:inline-block;vertical-align:middle;margin-right:.35rem}
footer{padding-top:1.5rem;padding-bottom:2.5rem;color:var(--soft);font-size:.87rem}
@media (max-width:40rem){form{position:static}h1{font-size:1.4rem}.facts th{white-space:normal;width:auto}main,header,footer{padding-left:.9rem;padding-right:.9rem}.stack,.stack tbody,.stack tr{display:block}.stack thead{display:none}.stack tr{border-bottom:1px solid var(--line);padding:.4rem 0}.list.stack td{display:block;position:relative;max-width:none;min-width:0;padding-left:8.5rem;white-space:normal;overflow-wrap:anywhere}.list.stack td:empty{display:none}.stack td::before{content:attr(data-h);position:absolute;left:0;color:var(--soft);font:600 .8rem/1.5 system-ui,sans-serif}}
@media print{:root{color-scheme:light;--ground:#fff;--panel:#fff;--line:#bbb;--text:#000;--soft:#444;--link:#0b4a8a;--error:#a01c15;--warning:#6b4500;--info:#0b4a8a;--good:#135228;--mark:#ffe69a;--renamed:#e3effc;--stays:#eceef1}form,.skip{display:none}body{font-size:10.5pt}main,header,footer{max-width:none;padding-left:0;padding-right:0}.scroll,figure{overflow:visible}.long{min-width:0}thead{display:table-header-group}tr{break-inside:avoid}h2,h3,summary{break-after:avoid}a{color:inherit}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;

/** Of STYLE, as the page's policy names it. */
export const STYLE_DIGEST = 'sha256-Ea0YkE9OgVGnn7h+iIQcCwCZM42AJG8fHbEuzUgsHfs=';

export const SCRIPT = `
'use strict';
(() => {
  const form = document.getElementById('filter');
  const text = document.getElementById('q');
  const rule = document.getElementById('rule');
  const shown = document.getElementById('shown');
  const unsearched = document.getElementById('unsearched');
  const boxes = [...form.querySelectorAll('input[type=checkbox]')];
  const sections = [...document.querySelectorAll('details.rule')];
  const entries = [];
  for (const section of sections) {
    for (const body of section.querySelectorAll('.list tbody')) entries.push({ body, section, severity: body.dataset.s, words: '' });
  }
  // Rules of which not everything is in the page: a search that ends empty says so.
  const lacking = [...document.querySelectorAll('[data-left]')].map((note) => ({ section: note.closest('details'), left: note.dataset.left }));
  const drawings = [...document.querySelectorAll('figure')].map((figure) => ({ figure, words: '' }));
  const graph = document.getElementById('graph');
  const wordsOf = (element) => element.textContent.toLowerCase();
  let turn = 0;

  // In slices, so that typing is never held up by a long list.
  const inSlices = (items, work, done) => {
    const mine = turn;
    let at = 0;
    const slice = () => {
      if (mine !== turn) return;
      const end = performance.now() + 12;
      while (at < items.length) {
        work(items[at++]);
        if (at % 200 === 0 && performance.now() > end) return setTimeout(slice, 0);
      }
      done();
    };
    slice();
  };

  const apply = () => {
    turn++;
    const sought = text.value.trim().toLowerCase().split(/\\s+/).filter(Boolean);
    const severities = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const counts = new Map(sections.map((section) => [section, 0]));
    const fits = (item, element) => {
      if (sought.length === 0) return true;
      if (item.words === '') item.words = wordsOf(element);
      return sought.every((word) => item.words.includes(word));
    };
    let count = 0;
    inSlices(entries, (entry) => {
      const isShown = severities.has(entry.severity) && (rule.value === '' || entry.section.id === rule.value) && fits(entry, entry.body);
      if (entry.body.hidden === isShown) entry.body.hidden = !isShown;
      if (!isShown) return;
      count++;
      counts.set(entry.section, counts.get(entry.section) + 1);
    }, () => {
      for (const [section, n] of counts) section.hidden = n === 0;
      shown.textContent = count === entries.length ? 'All ' + count + ' findings' : count + ' of ' + entries.length + ' findings';
      const lacks = sought.length === 0 && count > 0 ? [] : lacking.filter(({ section }) => rule.value === '' || section.id === rule.value);
      unsearched.textContent = lacks.length === 0 ? '' :
        'Not in this page, and not searched: ' + lacks.map(({ section, left }) => left + ' of ' + section.id.slice(5)).join(', ') + '. The JSON and CSV reports list everything.';
      unsearched.hidden = lacks.length === 0;
      let drawn = 0;
      for (const drawing of drawings) {
        drawing.figure.hidden = !fits(drawing, drawing.figure);
        if (!drawing.figure.hidden) drawn++;
      }
      if (graph !== null) graph.hidden = drawn === 0;
      document.documentElement.dataset.filtered = String(count);
    });
  };

  const remember = () => {
    const state = new URLSearchParams();
    if (text.value !== '') state.set('q', text.value);
    if (rule.value !== '') state.set('rule', rule.value);
    const hidden = boxes.filter((box) => !box.checked).map((box) => box.value);
    if (hidden.length > 0) state.set('hide', hidden.join(','));
    try {
      history.replaceState(null, '', '#' + state);
    } catch {
      // A page that was opened in a frame of another origin may not remember; the filter works all the same.
    }
  };

  const recall = () => {
    const hash = location.hash.slice(1);
    if (hash !== '' && !hash.includes('=')) return;
    const state = new URLSearchParams(hash);
    text.value = state.get('q') ?? '';
    rule.value = state.get('rule') ?? '';
    if (rule.selectedIndex < 0) rule.value = '';
    const hidden = (state.get('hide') ?? '').split(',');
    for (const box of boxes) box.checked = !hidden.includes(box.value);
    apply();
  };

  let waiting = 0;
  form.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { remember(); apply(); }, 80);
  });
  form.addEventListener('submit', (event) => event.preventDefault());
  addEventListener('hashchange', recall);
  addEventListener('beforeprint', () => { for (const part of document.querySelectorAll('details')) part.open = true; });
  form.hidden = false;
  recall();
  if (document.documentElement.dataset.filtered === undefined) apply();
})();
`;

/** Of SCRIPT, as the page's policy names it. */
export const SCRIPT_DIGEST = 'sha256-XElZrg0PJYfv4Al5jD14PvnTee7AoBKPIgAb+13Hyb8=';
