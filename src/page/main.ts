/** Starts the page of a plan: reads what it holds, and shows the questions. */

import { PLAIN_DIGESTS } from '../model/digests.js';
import type { PageData } from '../plan/page/page-data.js';
import { PageEngine } from '../plan/page/page-engine.js';
import { titleOf } from '../plan/question-words.js';
import { count, grouped } from '../rules/rule.js';
import { offerForAll } from './answer-fields.js';
import { makeBar } from './bar.js';
import { Card, pressed } from './card.js';
import { Desk, type DeskQuestion } from './desk.js';
import { button, byId, h, say, select } from './elements.js';
import { decisionsFile, openDecisions, serverOf } from './kept-answers.js';

/** Questions that are shown at once: more would make the page slow. */
const PER_PAGE = 20;
/** Questions that are printed at once. */
const MOST_PRINTED = 500;

const today = (): string => new Date().toISOString().slice(0, 10);

function start(): void {
  const place = byId('decisions');
  const data: PageData = JSON.parse(byId('plan-data').textContent ?? '');
  let desk: Desk;
  try {
    desk = new Desk(new PageEngine(data, PLAIN_DIGESTS), today);
  } catch (error) {
    place.prepend(h('p', { class: 'bad' }, say(`This page cannot judge decisions (${String(error)}). Use decisions.csv or "scim-audit decide" instead.`)));
    return;
  }
  show(desk, place);
}

function show(desk: Desk, place: HTMLElement): void {
  const server = serverOf(document.documentElement.dataset.save);
  /** What was sent to the server last is saved. */
  let isServed = server !== undefined;
  let page = 0;
  let cards: Card[] = [];
  let shown: readonly DeskQuestion[] = desk.questions;
  const numbers = new Map(desk.questions.map((question, at) => [question, at + 1]));
  const list = h('div', { id: 'cards' });
  const told = h('output', { id: 'shown', 'aria-live': 'polite' });
  const printed = h('p', { id: 'printed' });
  let isPrinting = false;
  const pager = h('nav', { 'aria-label': 'Pages of questions', class: 'line' });
  const message = h('div', { id: 'message', role: 'status' });
  const filter = { text: '', rule: '', state: '' };

  const fits = (question: DeskQuestion): boolean => {
    if (filter.rule !== '' && question.rule !== filter.rule) return false;
    if (filter.state === 'refused' && desk.problemsOf(question).length === 0) return false;
    if (filter.state === 'open' && desk.isDecided(question)) return false;
    if (filter.state === 'decided' && !desk.isDecided(question)) return false;
    const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return true;
    const text = [question.text, ...question.rows.flatMap(({ id, current, rule, user }) => [id, current, rule, user?.userName ?? '', user?.email ?? ''])]
      .join('\n')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  };

  function draw(): void {
    shown = desk.questions.filter(fits);
    page = Math.max(0, Math.min(page, Math.ceil(shown.length / PER_PAGE) - 1));
    const some = isPrinting ? shown.slice(0, MOST_PRINTED) : shown.slice(page * PER_PAGE, (page + 1) * PER_PAGE);
    cards = some.map(
      (question) =>
        new Card(question, desk, {
          number: numbers.get(question) ?? 0,
          total: desk.questions.length,
          forAll: (each) => offerForAll(desk, each, message),
          goTo,
        }),
    );
    list.replaceChildren(...cards.map(({ element }) => element));
    told.textContent =
      shown.length === desk.questions.length ? `All ${count(shown.length, 'question')}` : `${shown.length} of ${count(desk.questions.length, 'question')}`;
    const pages = Math.ceil(shown.length / PER_PAGE);
    pager.hidden = pages < 2;
    pager.replaceChildren(
      button('Previous questions', () => turn(-1), { disabled: page === 0 }),
      `Page ${page + 1} of ${pages}`,
      button('Next questions', () => turn(1), { disabled: page + 1 >= pages }),
    );
  }

  /** Paper has no pages of questions, and nothing to open. */
  function print(is: boolean): void {
    isPrinting = is;
    if (shown.length > PER_PAGE) draw();
    const all = count(desk.questions.length, 'question');
    printed.textContent =
      shown.length > MOST_PRINTED
        ? `The first ${grouped(MOST_PRINTED)} of ${all}: search for some, or choose a kind, and print these.`
        : shown.length < desk.questions.length
          ? `${grouped(shown.length)} of ${all}, as they were searched for or chosen.`
          : '';
    if (is) for (const card of cards) card.openWhatIf();
  }

  function turn(by: number): void {
    page += by;
    draw();
    cards[0]?.element.focus();
    place.scrollIntoView();
  }

  function goTo(question: DeskQuestion): void {
    if (!shown.includes(question)) {
      filter.text = filter.rule = filter.state = '';
      form.reset();
      shown = desk.questions;
    }
    page = Math.floor(shown.indexOf(question) / PER_PAGE);
    draw();
    const card = cards.find((each) => each.question === question);
    card?.element.focus();
    card?.element.scrollIntoView();
  }

  const bar = makeBar(desk, {
    isServed: server !== undefined,
    goTo,
    save: () => {
      const bytes = decisionsFile(desk.engine.rows, desk.answers, desk.delimiter);
      const address = URL.createObjectURL(new Blob(bytes as BlobPart[], { type: 'text/csv' }));
      h('a', { href: address, download: 'decisions.csv' }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
      desk.markSaved();
      message.replaceChildren(
        h(
          'p',
          {},
          'decisions.csv was handed to the browser, which usually keeps it in Downloads. Send it to the person who sent you this page; or put it into the folder of the plan and run the same plan command again (or name it with --decisions).',
        ),
      );
    },
    open: async (file) => {
      const opened = openDecisions(new Uint8Array(await file.arrayBuffer()), desk.engine.rows);
      if (opened.problems.length > 0) {
        message.replaceChildren(
          h('p', { class: 'bad' }, say(`${file.name} does not fit this plan; nothing was changed.`)),
          h('ul', {}, ...opened.problems.slice(0, 20).map((each) => h('li', {}, say(each)))),
        );
        return;
      }
      desk.delimiter = opened.delimiter;
      desk.open(opened.answers);
      const outdated =
        opened.outdated === 0 ? '' : ` ${count(opened.outdated, 'answer')} to what is no longer asked ${opened.outdated === 1 ? 'was' : 'were'} left out.`;
      message.replaceChildren(h('p', {}, say(`${count(opened.answers.size, 'answer')} of ${file.name} taken.${outdated}`)));
    },
  });

  const search = h('input', { type: 'search', id: 'q', autocomplete: 'off', spellcheck: 'false', placeholder: 'username, email, id, group' });
  const rules = [...new Set(desk.questions.map(({ rule }) => rule))];
  const refilter = (part: Partial<typeof filter>): void => {
    Object.assign(filter, part);
    page = 0;
    draw();
  };
  let waiting: ReturnType<typeof setTimeout> | undefined;
  search.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => refilter({ text: search.value }), 80);
  });
  const form = h(
    'form',
    { id: 'filter', role: 'search' },
    h('label', { for: 'q' }, 'Search'),
    search,
    select('Kind', [{ value: '', text: 'all' }, ...rules.map((rule) => ({ value: rule, text: titleOf({ rule }) }))], '', (rule) => refilter({ rule }), {
      id: 'rule',
    }),
    select(
      'State',
      [
        { value: '', text: 'all' },
        { value: 'open', text: 'open' },
        { value: 'decided', text: 'decided' },
        { value: 'refused', text: 'refused' },
      ],
      '',
      (state) => refilter({ state }),
      { id: 'state' },
    ),
    told,
  );
  form.addEventListener('submit', (event) => event.preventDefault());

  const keys = h(
    'details',
    { id: 'keys' },
    h('summary', {}, 'Keys'),
    h(
      'p',
      {},
      'Within a question: ',
      h('kbd', {}, '.'),
      ' next, ',
      h('kbd', {}, ','),
      ' previous, and the letter before an answer. Anywhere: ',
      h('kbd', {}, 'Ctrl+Z'),
      ' undo, ',
      h('kbd', {}, 'Ctrl+Y'),
      ' redo.',
    ),
  );

  desk.watch((changed) => {
    for (const card of cards) card.update(changed);
    bar.update();
    if (changed.length === 0 || server === undefined) return;
    const rows = changed.map((row) => desk.rows[row]);
    server.send(rows, (problem) => {
      isServed = problem === undefined;
      message.replaceChildren(...(problem === undefined ? [] : [h('p', { class: 'wary' }, say(problem))]));
    });
  });
  addEventListener('beforeunload', (event) => {
    if (!desk.isSaved && !isServed) event.preventDefault();
  });
  document.addEventListener('keydown', (event) => pressed(event, desk, cards));
  addEventListener('beforeprint', () => print(true));
  addEventListener('afterprint', () => print(false));
  document.querySelector('#static')?.remove();
  place.append(bar.element, message, form, keys, printed, list, pager);
  draw();
  bar.update();
}

start();
