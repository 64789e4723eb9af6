/** The page's own script, allowed by its digest alone: search and filters. Without it everything is shown. */

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
