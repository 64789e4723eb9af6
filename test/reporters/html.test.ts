import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Component, ContestGraph } from '../../src/reporters/html/contests.js';
import { drawComponent } from '../../src/reporters/html/drawing.js';
import { SCRIPT, SCRIPT_DIGEST, STYLE, STYLE_DIGEST } from '../../src/reporters/html/style.js';
import { ruleOf } from '../../src/rules/registry.js';
import { describeWith, temporaryFolders } from '../support/machine.js';
import { key } from '../support/organizations.js';
import { accepting, checkObservatory, NASTY, nastyReport, type Person, renderAs, reportOf } from './documents.js';
import { dumpDom, outputsOf } from './judges.js';

const folder = temporaryFolders();

/** Writes a page and returns its tree in a browser. */
function browse(page: string, hash = ''): { dom: string; log: string } {
  const file = join(folder(), 'report.html');
  writeFileSync(file, page);
  return dumpDom(file, hash);
}

/** Writes a page and returns what its `output` elements say in a browser, for each part of the address after `#`. */
function outputsIn(page: string, ...hashes: readonly string[]): Readonly<Record<string, string>>[] {
  const file = join(folder(), 'report.html');
  writeFileSync(file, page);
  return outputsOf(file, hashes);
}

/** Returns how many findings a page shows once its script has run. */
const shownIn = (dom: string): string | undefined => /<output id="shown"[^>]*>([^<]*)</.exec(dom)?.[1];

const TAGS =
  'html head meta title style body a header h1 p ul li b span details summary table tr th td thead tbody main form label input select option fieldset output div figure figcaption svg path rect text h2 h3 code mark br footer script'.split(
    ' ',
  );
const ATTRIBUTES =
  'data-left lang charset http-equiv content name class href rel scope id role hidden for type autocomplete spellcheck placeholder value checked aria-label aria-live aria-hidden open tabindex data-s colspan width height viewBox x y rx d'.split(
    ' ',
  );
const TAG = /<(?:!DOCTYPE html|\/?([a-zA-Z0-9]+)((?:\s[a-zA-Z-]+(?:="[^"]*")?)*))>|<((?:rect|path)(?:\s[a-z]+="[^"]*")*)\/>/g;

/** Returns the markup that the report itself does not write. */
function strangeMarkup(page: string): string[] {
  const body = page.replace(`<style>${STYLE}</style>`, '').replace(`<script>${SCRIPT}</script>`, '');
  const found: string[] = [];
  const rest = body.replace(TAG, (whole, name: string | undefined, attributes = '', empty: string | undefined) => {
    if (name !== undefined && !TAGS.includes(name)) found.push(whole);
    const names = `${attributes}${empty ?? ''}`.replace(/="[^"]*"/g, '').split(/\s+/);
    if (names.some((attribute) => attribute !== '' && !['rect', 'path'].includes(attribute) && !ATTRIBUTES.includes(attribute))) found.push(whole);
    return '';
  });
  return [...found, ...(rest.match(/[<>]|&(?!(?:amp|lt|gt|quot|#39);)/g) ?? [])];
}

/** Returns the contrast of two colors, as WCAG 2 counts it. */
function contrastOf(a: string, b: string): number {
  const luminance = (color: string): number => {
    const full = color.length === 4 ? color.replace(/[0-9a-f]/gi, '$&$&') : color;
    const [red, green, blue] = [1, 3, 5]
      .map((at) => Number.parseInt(full.slice(at, at + 2), 16) / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

describe('html', () => {
  it('allows its own script and style only', async () => {
    const digest = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;
    expect(SCRIPT_DIGEST, 'the digest in html/style.ts').toBe(digest(SCRIPT));
    expect(STYLE_DIGEST, 'the digest in html/style.ts').toBe(digest(STYLE));
    const { stdout, code } = await checkObservatory('html');
    expect(code).toBe(1);
    expect(stdout).toContain(`content="default-src 'none'; script-src '${digest(SCRIPT)}'; style-src '${digest(STYLE)}'; base-uri 'none'; form-action 'none'"`);
    expect(stdout.match(/<script/g)).toHaveLength(1);
    expect(stdout).toContain(`<script>${SCRIPT}</script>`);
    expect(stdout.replaceAll(/<a href="https:\/\/(?:support\.jamasoftware\.com|github\.com)\/[^"]*" rel="noreferrer">/g, '')).not.toMatch(
      /https?:|src=|@import|url\(/,
    );
    expect(`${SCRIPT}${STYLE}`).not.toMatch(/<\/|<!--/);
  });

  it('tells everything without its script', async () => {
    const { stdout } = await checkObservatory('html', '--skip-rule', 'duplicate-username');
    expect(strangeMarkup(stdout)).toEqual([]);
    expect(stdout).toContain('<html lang="en">');
    expect(stdout).toContain('<h1 class="bad">✖ NOT READY for SCIM: 100 errors, 17 warnings</h1>');
    expect(stdout.match(/<tbody data-s="error">/g)).toHaveLength(100);
    expect(stdout.match(/<tbody data-s="warning">/g)).toHaveLength(17);
    expect(stdout.match(/<figure>/g)).toHaveLength(13);
    expect(stdout).toContain('<form id="filter" role="search" hidden>');
    expect(stdout).toContain('<code>duplicate-username</code> skipped with --skip-rule');
    for (const [, id] of stdout.matchAll(/<label for="(\w+)"/g)) expect(stdout).toContain(`id="${id}"`);
  });

  it('shows who accepted what, and why', async () => {
    const page = await renderAs(
      'html',
      accepting(reportOf([{ userName: 'ana', email: 'ana@dome.example' }]), 0, { reason: 'leaves in May', owner: 'Cleo', expires: '2026-05-31' }),
    );
    expect(page).toContain('accepted by Cleo until 2026-05-31: leaves in May');
    expect(page).toContain('<tbody data-s="accepted">');
  });

  it('needs no script where nothing was found', async () => {
    const page = await renderAs(
      'html',
      reportOf([
        { userName: 'a@dome.example', email: 'a@dome.example' },
        { userName: 'b', email: 'b@dome.example', active: false },
      ]),
    );
    expect(page).toContain('<h1 class="good">✔ Ready for SCIM: no findings</h1>');
    expect(page).not.toContain('<script');
  });

  it.each(['light', 'dark', 'print'])('has contrast enough: %s', (mode) => {
    const pick = mode === 'light' ? /:root\{color-scheme:light dark;([^}]*)/ : mode === 'dark' ? /dark\)\{:root\{([^}]*)/ : /print\{:root\{([^}]*)/;
    const colors = Object.fromEntries([...(pick.exec(STYLE)?.[1] ?? '').matchAll(/--(\w+):(#[0-9a-f]+)/gi)].map(([, name, color]) => [name, color]));
    for (const ground of ['ground', 'panel']) {
      for (const text of ['text', 'soft', 'link', 'error', 'warning', 'info', 'good'])
        expect(contrastOf(colors[text], colors[ground]), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
    for (const ground of ['mark', 'renamed', 'stays']) expect(contrastOf(colors.text, colors[ground]), `text on ${ground}`).toBeGreaterThanOrEqual(4.5);
    for (const ground of ['renamed', 'stays']) expect(contrastOf(colors.soft, colors[ground]), `soft on ${ground}`).toBeGreaterThanOrEqual(4.5);
    // Lines and outlines that carry meaning.
    for (const line of ['soft', 'link', 'focus'])
      if (colors[line] !== undefined) expect(contrastOf(colors[line], colors.ground), line).toBeGreaterThanOrEqual(3);
  });

  it('lists ten thousand rows of a rule, and says how many there are more', async () => {
    const page = await renderAs('html', reportOf(Array.from({ length: 10_200 }, (_, at) => ({ userName: `u${at}`, email: `u${at}@dome.example` }))));
    expect(page.match(/<tbody data-s="error">/g)).toHaveLength(10_000);
    expect(page).toContain('Not listed here: 200 findings more.');
  });

  it('holds no markup but its own, whatever the export holds', async () => {
    await fc.assert(
      fc.asyncProperty(nastyReport, async (report) => {
        expect(strangeMarkup(await renderAs('html', report))).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describeWith('chromium', 'html in a browser', () => {
  it('searches and filters by what stands after #', async () => {
    const { stdout } = await checkObservatory('html');
    const all = browse(stdout);
    expect(all.log).not.toMatch(/Content Security Policy|Uncaught/);
    expect(shownIn(all.dom)).toBe('All 120 findings');
    expect(all.dom).toContain('<form id="filter" role="search">');
    const { dom } = browse(stdout, '#q=ingrid+SOLBERG');
    expect(shownIn(dom)).toBe('4 of 120 findings');
    expect(dom.match(/<tbody data-s="\w+">/g)).toHaveLength(4);
    expect(dom.match(/<tbody data-s="\w+" hidden="">/g)).toHaveLength(116);
    expect(dom.match(/<figure>/g)).toHaveLength(1);
    expect(dom.match(/<details class="rule"[^>]* hidden=""/g)).toHaveLength(8);
    expect(outputsIn(stdout, '#rule=rule-duplicate-group-name&hide=error')).toMatchObject([{ shown: '3 of 120 findings' }]);
  });

  it('shows what is accepted and what is known until it is unticked', async () => {
    const people = [1, 2, 3].map((at) => ({ userName: `u${at}`, email: `u${at}@dome.example` }));
    const report = accepting(reportOf(people), 0, { reason: 'leaves in May', owner: 'Cleo' });
    const page = await renderAs('html', accepting(report, 1, { reason: 'in the baseline b.json', owner: '', isKnown: true }));
    const total = report.findings.length;
    const rest = `${total - 1} of ${total} findings`;
    expect(outputsIn(page, '', '#hide=accepted', '#hide=known').map(({ shown }) => shown)).toEqual([`All ${total} findings`, rest, rest]);
  });

  it('says of what it does not hold wherever a search may miss it', async () => {
    const page = await renderAs('html', reportOf(Array.from({ length: 10_200 }, (_, at) => ({ userName: `u${at}`, email: `u${at}@dome.example` }))));
    const lacks = 'Not in this page, and not searched: 200 findings of username-email-mismatch. The JSON and CSV reports list everything.';
    expect(outputsIn(page, '#q=u10150', '#q=u9999', '#q=u10150&rule=rule-no-inactive-users', '')).toEqual([
      { shown: '0 of 10001 findings', unsearched: lacks },
      { shown: '1 of 10001 findings', unsearched: lacks },
      { shown: '0 of 10001 findings', unsearched: '' },
      { shown: 'All 10001 findings', unsearched: '' },
    ]);
  });

  it('runs no script of a username', async () => {
    const people = NASTY.flatMap((text) => [
      { userName: `${text}<script>document.title='hacked'</script>`, email: `${text}"><svg onload="document.title='hacked'">` },
      { userName: `<img src=x onerror="document.title='hacked'">${text}`, email: `${text}"><svg onload="document.title='hacked'">` },
    ]);
    const { dom, log } = browse(await renderAs('html', reportOf(people, { groups: [], syncGroups: [`</option><script>document.title='hacked'</script>`] })));
    expect(/<title>([^<]*)<\/title>/.exec(dom)?.[1]).toMatch(/^SCIM readiness: NOT READY/);
    expect(dom.match(/<script/g)).toHaveLength(1);
    expect(dom).not.toContain('<img');
    expect(log).not.toMatch(/Content Security Policy|Uncaught/);
  });
});

describe('conflicts as a graph', () => {
  function componentsOf(people: readonly Person[], most = 40): Component[] {
    const graph = new ContestGraph(key);
    for (const { finding } of reportOf(people).findings) graph.add(ruleOf(finding).data(finding, () => ({ path: 'users.csv', line: 2 })));
    return graph.components(most);
  }

  const said = ({ nodes, links }: Component): string[] => links.map(({ from, kind, to }) => `${nodes[from].label} ${kind} ${nodes[to].label}`);
  const at = (name: string): string => `${name}@dome.example`;

  describe('the graph of conflicts', () => {
    it('draws a chain downward', () => {
      const [chain] = componentsOf([
        { userName: at('ben'), email: at('cleo') },
        { userName: 'ana', email: at('ben') },
        { userName: at('cleo'), email: at('dag') },
      ]);
      expect(chain.nodes.map(({ label }) => label)).toEqual(['ana', at('ben'), at('cleo')]);
      expect(said(chain).sort()).toEqual([`ana wants ${at('ben')}`, `${at('ben')} wants ${at('cleo')}`]);
      expect(chain).toMatchObject({ patterns: ['chain'], needsDecision: false, users: 3, leftOut: 0 });
    });

    it('draws a ring with one way back', () => {
      const [ring] = componentsOf(['ana', 'ben', 'cleo'].map((name, place, all) => ({ userName: at(name), email: at(all[(place + 1) % 3]) })));
      expect(ring.links).toHaveLength(3);
      expect(ring.links.filter(({ from, to }) => to < from)).toHaveLength(1);
      expect(ring.patterns).toEqual(['swap']);
    });

    it('draws a username that several want and nobody has, and one that two have', () => {
      const [wanted] = componentsOf([
        { userName: 'ana', email: at('desk') },
        { userName: 'ben', email: at('desk') },
      ]);
      expect(said(wanted)).toEqual([`ana wants ${at('desk')}`, `ben wants ${at('desk')}`]);
      expect(wanted.nodes.at(-1)).toMatchObject({ kind: 'name', detail: 'a username that nobody has' });
      const [held] = componentsOf([
        { userName: 'ana', email: at('ben') },
        { userName: at('ben'), email: at('ben'), active: false },
        { userName: at('BEN'), email: '', active: false },
      ]);
      expect(new Set(said(held))).toEqual(new Set([`${at('BEN')} holds ${at('ben')}`, `${at('ben')} holds ${at('ben')}`, `ana wants ${at('ben')}`]));
    });

    it('puts what needs a decision first', () => {
      const components = componentsOf([
        { userName: at('ana'), email: at('ben') },
        { userName: at('ben'), email: at('ana') },
        { userName: 'cleo', email: at('dag') },
        { userName: at('dag'), email: at('dag') },
      ]);
      expect(components.map(({ patterns, needsDecision }) => [...patterns, needsDecision])).toEqual([
        ['taken', true],
        ['swap', false],
      ]);
    });

    it('cuts a contest of thousands to its heart, quickly', () => {
      const [huge] = componentsOf(
        Array.from({ length: 20_000 }, (_, n) => ({ userName: `u${n}`, email: at('desk') })),
        40,
      );
      expect(huge.nodes).toHaveLength(40);
      expect(huge.nodes.at(-1)).toMatchObject({ kind: 'name', label: at('desk') });
      expect(huge).toMatchObject({ users: 20_000, leftOut: 19_961 });
      const [long] = componentsOf(
        Array.from({ length: 20_000 }, (_, n) => ({ userName: at(`u${n}`), email: at(`u${n + 1}`) })),
        40,
      );
      expect(long.nodes).toHaveLength(40);
    });

    it('draws every component whatever the export holds: all nodes and links once, no number that is none', () => {
      fc.assert(
        fc.property(nastyReport, ({ findings }) => {
          const graph = new ContestGraph(key);
          for (const { finding } of findings) graph.add(ruleOf(finding).data(finding, () => ({ path: 'users.csv', line: 2 })));
          for (const component of graph.components(4)) {
            const svg = [...drawComponent(component)].join('');
            expect(svg.match(/<rect /g)).toHaveLength(component.nodes.length);
            expect(svg.match(/<path class="k /g)?.length ?? 0).toBe(component.links.length);
            expect(svg.replace(/>[^<]*</g, '><').replace(/aria-label="[^"]*"/, '')).not.toMatch(/NaN|Infinity|undefined|-\d{2,}/);
          }
        }),
        { numRuns: 100 },
      );
    });
  });
});
