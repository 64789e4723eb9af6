import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Component, ContestGraph } from '../../src/reporters/html/contests.js';
import { drawComponent } from '../../src/reporters/html/drawing.js';
import { ruleOf } from '../../src/rules/registry.js';
import { key } from '../support/alike-texts.js';
import { nastyReport, type Person, reportOf } from './reports.js';

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
