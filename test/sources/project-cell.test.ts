import { describe, expect, it } from 'vitest';
import { parseProject } from '../../src/sources/project-cell.js';

describe('a project cell', () => {
  it.each(['(no project)', '<leer>', '[Kein Projekt]', '{vide}', '(NULL)', '#NV', '#N/D', '#N/A', '#REF!', '#DIV/0!', '#¡REF!'])(
    '%s may be a word of a tool for no project',
    (text) => {
      expect(parseProject(text)).toBeUndefined();
    },
  );

  it.each(['4711', '#12', '(5)', 'Alpha (old)', '(old) Alpha', '[A] B', '# one', 'A#NV'])('%s is a project', (text) => {
    expect(parseProject(text)).toBe(true);
  });

  it.each(['', ' ', '\u00a0', '\u200b'])('%j is none', (text) => {
    expect(parseProject(text)).toBe(false);
  });
});
