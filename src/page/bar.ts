/** The top of the page: how far the decisions are, what the plan would come to, and what to do with them. */

import type { DecisionProblem } from '../plan/decision-rows.js';
import { reasonsOf } from '../plan/page/marks.js';
import type { PageCounts } from '../plan/page/page-data.js';
import { count, grouped } from '../rules/rule.js';
import type { Desk, DeskQuestion } from './desk.js';
import { button, h, say } from './elements.js';

const COUNTS: readonly (readonly [keyof PageCounts, string])[] = [
  ['actions', 'actions'],
  ['open', 'open findings'],
  ['error', 'errors left'],
  ['warning', 'warnings left'],
];

const MOST_PROBLEMS = 20;

export interface BarWishes {
  save(): void;
  open(file: File): void;
  goTo(question: DeskQuestion): void;
  readonly isServed: boolean;
}

export function makeBar(desk: Desk, wishes: BarWishes): { readonly element: HTMLElement; update(): void } {
  const total = desk.questions.length;
  const progress = h('progress', { max: String(total), value: '0', 'aria-labelledby': 'progress' });
  const said = h('output', { id: 'progress' });
  const counts = h('ul', { class: 'numbers', id: 'counts' });
  const verdict = h('div', { id: 'verdict', 'aria-live': 'polite' });
  const undo = button('Undo', () => desk.undo(), { 'aria-keyshortcuts': 'Control+Z' });
  const redo = button('Redo', () => desk.redo(), { 'aria-keyshortcuts': 'Control+Y' });
  const save = button('Save decisions.csv', wishes.save, { class: 'main', id: 'save' });
  const input = h('input', { type: 'file', accept: '.csv,text/csv', id: 'file', hidden: true, 'aria-label': 'A decisions.csv that was saved before' });
  input.addEventListener('change', () => {
    const [file] = input.files ?? [];
    if (file !== undefined) wishes.open(file);
    input.value = '';
  });
  const state = h('span', { class: 'soft', id: 'saved' });
  const element = h(
    'div',
    { id: 'bar', role: 'region', 'aria-label': 'Progress of the decisions' },
    h('div', { class: 'line' }, progress, said),
    counts,
    h(
      'div',
      { class: 'line' },
      undo,
      redo,
      save,
      button('Open a saved decisions.csv…', () => input.click()),
      input,
      state,
    ),
    verdict,
  );

  function update(): void {
    const decided = desk.questions.filter((question) => desk.isDecided(question)).length;
    progress.value = decided;
    said.textContent = `${grouped(decided)} of ${grouped(total)} decided`;
    undo.disabled = !desk.canUndo;
    redo.disabled = !desk.canRedo;
    state.textContent = wishes.isServed ? '' : desk.isSaved ? '' : 'not saved yet';
    const { judged } = desk;
    const isRefused = 'problems' in judged;
    const { base, findings } = desk.engine.data;
    /** Several findings may be one question, and some have nothing that could be answered. */
    const asked = findings.length === base.open ? ` in ${count(total, 'question')}` : `, ${grouped(findings.length)} of them in ${count(total, 'question')}`;
    counts.replaceChildren(
      ...COUNTS.map(([name, words]) => {
        const now = isRefused ? '?' : grouped(judged.counts[name]);
        const among = name === 'open' && total > 0 ? asked : '';
        const was = !isRefused && judged.counts[name] !== base[name] ? ` (without decisions: ${grouped(base[name])}${among})` : decided === 0 ? among : '';
        return h('li', { 'data-count': name }, h('b', {}, now), h('span', {}, words + was));
      }),
    );
    if (!isRefused) {
      verdict.replaceChildren(
        decided === 0
          ? h('p', { class: 'soft' }, 'Nothing is decided yet: these are the numbers of the plan as it is.')
          : h('p', { class: 'good' }, '✔ The plan can be made with these decisions.'),
      );
      return;
    }
    const refused = refusedOf(desk, judged.problems);
    verdict.replaceChildren(
      h('p', { class: 'bad' }, '✖ The plan cannot be made with these decisions:'),
      h(
        'ul',
        {},
        ...refused
          .slice(0, MOST_PROBLEMS)
          .map(({ question, reasons: [first = '', ...others] }) =>
            h(
              'li',
              {},
              ...(question === undefined ? [] : [button(say(question.text), () => wishes.goTo(question), { class: 'link' }), ': ']),
              say(first),
              others.length === 0 ? undefined : h('span', { class: 'soft' }, ` (and ${count(others.length, 'more reason')})`),
            ),
          ),
        refused.length > MOST_PROBLEMS ? h('li', {}, `and ${grouped(refused.length - MOST_PROBLEMS)} more`) : undefined,
      ),
    );
  }
  return { element, update };
}

interface RefusedQuestion {
  readonly question: DeskQuestion | undefined;
  readonly reasons: readonly string[];
}

/** Returns the questions whose answers are refused, with the reasons of each. */
function refusedOf(desk: Desk, problems: readonly DecisionProblem[]): RefusedQuestion[] {
  const byQuestion = new Map<DeskQuestion | undefined, DecisionProblem[]>();
  for (const problem of problems) {
    const [question] = desk.questionsWith([problem]);
    const known = byQuestion.get(question);
    if (known === undefined) byQuestion.set(question, [problem]);
    else known.push(problem);
  }
  return Array.from(byQuestion, ([question, some]) => ({ question, reasons: reasonsOf(some) }));
}
