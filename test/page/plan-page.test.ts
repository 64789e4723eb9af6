import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { recordsOf } from '../../src/page/kept-answers.js';
import { csvText } from '../../src/reporters/csv-text.js';
import { SOURCE } from '../plan/planning.js';
import { NASTY } from '../reporters/documents.js';
import { act, dumpDom } from '../reporters/judges.js';
import { describeWith, temporaryFolders } from '../support/machine.js';
import { runCli } from '../support/run.js';

const cell = fc.oneof(fc.string(), fc.constantFrom('', 'a', '"', ';', ',', '\n', '\r\n', 'a;b,c', '"a"'));

it('reads what is written for spreadsheets as csv-parse does', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
      fc.constantFrom('comma', 'semicolon'),
      (rows, name) => {
        const [head, ...others] = rows;
        const bytes = Buffer.concat(Array.from(csvText(head, others, name), (each) => Buffer.from(each)));
        const text = bytes.toString('utf8').slice(1);
        const delimiter = name === 'comma' ? ',' : ';';
        const records = recordsOf(text, delimiter);
        if (typeof records === 'string') throw new Error(records);
        expect(records.map(({ cells }) => cells)).toEqual(parse(text, { delimiter, relax_column_count: true }));
      },
    ),
    { numRuns: 300 },
  );
});

it.each([
  ['a,b\r\n1,2\r\n', [1, 2]],
  ['"a","b"\n"1\n2","3"\n\n"4","5"', [1, 2, 5]],
  ['a,\n,b\n', [1, 2]],
] as const)('tells on which line each record begins: %j', (text, lines) => {
  const records = recordsOf(text, ',');
  expect(typeof records === 'string' ? records : records.map(({ line }) => line)).toEqual(lines);
});

it.each(['"a,b\n', '"a"b,c\n'])('refuses what is no table for certain: %j', (text) => {
  expect(typeof recordsOf(text, ',')).toBe('string');
});

const folders = temporaryFolders();

const PLAN = ['plan', 'export', '--auth-mode', 'multi', '--out', 'plan'];

/** Returns a folder with an export and its plan. */
async function planned(files: Readonly<Record<string, string>> = SOURCE): Promise<string> {
  const cwd = folders(files);
  const { code, stderr } = await runCli(PLAN, { cwd });
  expect(stderr).toContain('the plan is written');
  expect(code).toBe(0);
  return cwd;
}

/** What a person does in the page. */
const HANDS = `
  const cards = () => [...page.querySelectorAll('.card')];
  const card = (text) => cards().find((each) => each.querySelector('h3').textContent.includes(text)) ?? (() => { throw new Error('no card says ' + text); })();
  const choose = (text, letter) => card(text).querySelector('input[data-letter="' + letter + '"]').click();
  const type = (text, key, value) => {
    const input = [...card(text).querySelectorAll('[data-key]')].find(({ dataset }) => dataset.key === key);
    input.value = value;
    input.dispatchEvent(new view.Event('change', { bubbles: true }));
  };
  const press = (name) => [...page.querySelectorAll('button')].find(({ textContent }) => textContent.includes(name)).click();
  const counts = () => Object.fromEntries([...page.querySelectorAll('#counts li')].map((li) => [li.dataset.count, li.querySelector('b').textContent]));
  const progress = () => page.querySelector('#progress').textContent;
  const verdict = () => page.querySelector('#verdict').textContent;
  const saved = async () => {
    let blob;
    const make = view.URL.createObjectURL;
    view.URL.createObjectURL = (each) => { blob = each; return 'data:,'; };
    view.HTMLAnchorElement.prototype.click = () => {};
    press('Save decisions.csv');
    view.URL.createObjectURL = make;
    return btoa(Array.from(new Uint8Array(await blob.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(''));
  };
  const open = async (base64) => {
    const input = page.querySelector('#file');
    const files = new view.DataTransfer();
    files.items.add(new view.File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], 'decisions.csv'));
    input.files = files.files;
    input.dispatchEvent(new view.Event('change'));
    for (let tries = 0; tries < 50 && !page.querySelector('#message').textContent.includes('taken'); tries++) await new Promise((done) => setTimeout(done, 20));
  };
`;

interface Told {
  readonly counts: Readonly<Record<string, string>>;
  readonly progress: string;
  readonly verdict: string;
}

const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64');

describeWith('chromium', 'plan.html', () => {
  it('takes choices, tells what plan makes of them, and saves what plan takes', async () => {
    const cwd = await planned();
    const page = join(cwd, 'plan/plan.html');
    expect(statSync(page).mode & 0o777).toBe(0o600);
    const told = act<
      Record<'start' | 'chosen' | 'undone' | 'redone', Told> & { readonly effect: string; readonly csv: string; readonly message: string; readonly again: Told }
    >(
      page,
      `${HANDS}
      const told = () => ({ counts: counts(), progress: progress(), verdict: verdict() });
      const start = told();
      choose('"ana@x.org"', 's');
      const effect = card('"ana@x.org"').querySelector('.effect').textContent;
      choose('"ben@x.org"', 'k');
      choose('has no email', 'd');
      const chosen = told();
      press('Undo');
      const undone = told();
      press('Redo');
      const redone = told();
      const csv = await saved();
      press('Undo'); press('Undo'); press('Undo');
      await open(csv);
      return { start, effect, chosen, undone, redone, csv, message: page.querySelector('#message').textContent, again: told() };`,
    );
    expect(told.start.progress).toMatch(/^0 of \d+ decided$/);
    expect(told.chosen.progress).toMatch(/^3 of \d+ decided$/);
    expect(told.effect).toContain('Renames that become possible: 2');
    expect(told.undone.progress).toMatch(/^2 of /);
    expect(told.redone).toEqual(told.chosen);
    expect(told.message).toContain('answers of decisions.csv taken');
    expect(told.again).toEqual(told.chosen);
    expect(told.chosen.verdict).toContain('The plan can be made with these decisions');

    const file = join(cwd, 'plan/decisions.csv');
    writeFileSync(file, bytesOf(told.csv));
    const { code, stdout } = await runCli([...PLAN, '--format', 'json'], { cwd });
    expect(code).toBe(0);
    const summary = JSON.parse(stdout);
    const { actions, open, error, warning } = told.chosen.counts;
    expect(String(summary.actions)).toBe(actions);
    expect(String(summary.open.length ?? summary.open)).toBe(open);
    const plan = JSON.parse(readFileSync(join(cwd, 'plan/plan.json'), 'utf8'));
    expect(plan.open.length).toBe(Number(open));
    expect([plan.after.error, plan.after.warning]).toEqual([Number(error), Number(warning)]);
    // The plan writes the same answers as the page did, byte for byte.
    expect(readFileSync(file).equals(bytesOf(told.csv))).toBe(true);
    expect((await runCli(['apply', 'plan/plan.json', 'export', '--out', 'fixed', '--yes'], { cwd })).code).toBe(0);
    expect(readFileSync(join(cwd, 'fixed/users.csv'), 'utf8')).toContain('1,ana@x.org,ana@x.org,true,idp');
  });

  it('refuses a name that somebody else holds whom the page does not show, and shows nobody else', async () => {
    const cwd = await planned();
    const page = join(cwd, 'plan/plan.html');
    const text = readFileSync(page, 'utf8');
    for (const other of ['free@x.org', 'cleo']) expect(text).not.toContain(other);
    const told = act<{ readonly refused: string; readonly state: string; readonly counts: Told['counts'] }>(
      page,
      `${HANDS}
      choose('has no email', 'e');
      type('has no email', 'value', 'free@x.org');
      const refused = card('has no email').querySelector('.effect').textContent;
      const { state } = card('has no email').dataset;
      type('has no email', 'value', 'lab@x.org');
      return { refused, state, counts: counts() };`,
    );
    expect(told.state).toBe('refused');
    expect(told.refused).toContain('free@x.org');
    expect(told.counts.actions).toMatch(/^\d+$/);
  });

  it('gives the same answer to all questions of a kind once it has been shown what that does', async () => {
    const users = ['id,username,email,active,authentication type', ...[1, 2, 3].map((at) => `${at},user${at},,true,idp`), '9,z@x.org,z@x.org,false,idp', ''];
    const cwd = await planned({ ...SOURCE, 'export/users.csv': users.join('\n'), 'export/memberships.csv': 'groupId,userId\n30,9\n' });
    const told = act<{ readonly before: string; readonly asked: string; readonly after: string; readonly undone: string }>(
      join(cwd, 'plan/plan.html'),
      `${HANDS}
      choose('user1 <no email>', 'd');
      const before = progress();
      press('The same for all of this kind');
      const asked = page.querySelector('dialog').textContent;
      press('Answer 2 questions so');
      const after = progress();
      press('Undo');
      return { before, asked, after, undone: progress() };`,
    );
    expect(told.before).toMatch(/^1 of/);
    expect(told.asked).toContain('Findings that end: 2');
    expect(told.after).toMatch(/^3 of/);
    expect(told.undone).toMatch(/^1 of/);
  });

  it('runs nothing that stands in a name', async () => {
    const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`;
    const hostile = [
      ...NASTY.filter((text) => !/[\0\r]/.test(text)),
      `<img src=x onerror="document.title='hacked'">`,
      `</script><script>document.title='hacked'</script>`,
    ];
    const users = [
      'id,username,email,active,authentication type',
      ...hostile.map((text, at) => [String(at + 1), cell(`${text}-${at}`), cell(`${text}@x`), 'true', 'idp'].join(',')),
      '',
    ];
    const cwd = await planned({ ...SOURCE, 'export/users.csv': users.join('\n'), 'export/memberships.csv': 'groupId,userId\n30,1\n' });
    const { dom, log } = dumpDom(join(cwd, 'plan/plan.html'));
    expect(/<title>([^<]*)<\/title>/.exec(dom)?.[1]).toBe('Plan for SCIM enablement');
    expect(dom).toContain('class="card"');
    expect(dom).not.toContain('<img');
    expect(log).not.toMatch(/Content Security Policy|Uncaught/);
  });

  it('has nothing that axe-core finds, nor anything wider than a phone', async () => {
    const cwd = await planned();
    const page = readFileSync(join(cwd, 'plan/plan.html'), 'utf8');
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const copy = join(cwd, 'axe.html');
    writeFileSync(
      copy,
      page.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '').replace('</body>', () => `<script>${axe}</script></body>`),
    );
    const found = act<{ readonly violations: readonly string[]; readonly width: number }>(
      copy,
      `${HANDS}
      choose('"ben@x.org"', 'k');
      choose('"ana@x.org"', 'l');
      for (const details of page.querySelectorAll('details')) details.open = true;
      await new Promise((done) => setTimeout(done, 300));
      const { violations } = await view.axe.run(page, { resultTypes: ['violations'] });
      return { violations: violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html.slice(0, 200))), width: page.documentElement.scrollWidth };`,
      420,
    );
    expect(found.violations).toEqual([]);
    expect(found.width).toBeLessThanOrEqual(420);
  });

  it('is printed with all questions, their answers and what these do, and without what cannot be pressed on paper', async () => {
    const rows = Array.from(
      { length: 25 },
      (_, at) =>
        `${at + 1},a-long-login-name-of-user-${at + 1}@night-watch.observatory.example,${at === 5 ? 'a-long-address-of-user-6@night-watch' : ''},true,idp`,
    );
    const users = ['id,username,email,active,authentication type', ...rows, '99,z@x.org,z@x.org,false,idp', ''];
    const cwd = await planned({ ...SOURCE, 'export/users.csv': users.join('\n'), 'export/memberships.csv': 'groupId,userId\n30,99\n' });
    const told = act<{
      readonly shown: number;
      readonly printed: number;
      readonly buttons: readonly string[];
      readonly choice: string;
      readonly effect: string;
      readonly split: readonly string[];
      readonly width: number;
      readonly note: string;
      readonly after: number;
    }>(
      join(cwd, 'plan/plan.html'),
      `${HANDS}
      choose('user-3@', 'd');
      const shown = cards().length;
      card('user-3@').querySelector('.what-if').open = false;
      view.dispatchEvent(new view.Event('beforeprint'));
      // As if this were paper.
      for (const sheet of page.styleSheets) for (const rule of sheet.cssRules) if (rule.media?.mediaText === 'print') rule.media.mediaText = 'all';
      const isSeen = (element) => element.checkVisibility();
      const buttons = [...page.querySelectorAll('button:not(.link), select, input[type=search], #keys, #kept')].filter(isSeen).map(({ textContent }) => textContent);
      const chosen = card('user-3@').querySelector('input:checked').closest('label');
      const printed = cards().length;
      const choice = isSeen(chosen) ? chosen.textContent + view.getComputedStyle(chosen).fontWeight : '';
      const effect = card('user-3@').querySelector('.what-if').open ? card('user-3@').querySelector('.what-if').textContent : '';
      const split = cards().filter((each) => view.getComputedStyle(each).breakInside !== 'avoid').map(({ id }) => id);
      const width = page.documentElement.scrollWidth;
      const note = page.querySelector('#printed').textContent;
      view.dispatchEvent(new view.Event('afterprint'));
      return { shown, printed, buttons, choice, effect, split, width, note, after: cards().length };`,
      420,
    );
    expect(told.shown).toBe(20);
    expect(told.printed).toBeGreaterThanOrEqual(25);
    expect(told.buttons).toEqual([]);
    expect(told.choice).toMatch(/nobody uses the account.*600$/);
    expect(told.effect).toContain('Findings that end');
    expect(told.split).toEqual([]);
    expect(told.width).toBeLessThanOrEqual(420);
    expect(told.note).toBe('');
    expect(told.after).toBe(20);
  });

  it('is for reading only with --redact, and holds no name', async () => {
    const cwd = folders(SOURCE);
    await runCli([...PLAN, '--redact'], { cwd });
    const page = readFileSync(join(cwd, 'plan/plan.html'), 'utf8');
    expect(page).toContain('redacted, for reading only');
    expect(page).not.toContain('<script');
    for (const name of ['ana', 'ben@', 'benjamin', 'Night shift', 'formula']) expect(page).not.toContain(name);
  });
});
