import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { playPage } from '../support/fixture-pages.js';
import { temporaryFolders } from '../support/machine.js';
import { ROOT } from '../support/run.js';

const newFolder = temporaryFolders();
const isUpdating = process.env.UPDATE_TRANSCRIPTS === '1' && process.env.CI === undefined;

const pages = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)].filter((page) => page.endsWith('.md'));

describe('outputs that pages show', () => {
  it.each(pages.filter((page) => readFileSync(join(ROOT, page), 'utf8').includes('```console\n$ scim-audit ')))('%s', { timeout: 120_000 }, async (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const played = await playPage(text, newFolder());
    if (isUpdating) writeFileSync(join(ROOT, page), played);
    else expect(played).toBe(text);
  });
});

describe('links between pages', () => {
  const PUNCTUATION = /[^\p{L}\p{N}\p{M}\p{Pc} -]/gu;
  const anchorsOf = (text: string): string[] =>
    [...text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (.+)$/gm)].map(([, title]) => title.toLowerCase().replace(PUNCTUATION, '').replaceAll(' ', '-'));

  it.each([...pages, 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'])('%s', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8').replace(/^ *```[\s\S]*?^ *```$/gm, '');
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link).filter((link) => !/^[a-z]+:/.test(link));
    const broken = links.filter((link) => {
      const [path, anchor] = link.split('#');
      const target = path === '' ? join(ROOT, page) : join(ROOT, page, '..', path);
      return !existsSync(target) || (anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).includes(anchor));
    });
    expect(broken).toEqual([]);
  });
});
