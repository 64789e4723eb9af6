import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { blockOf, FILES, play, playPage, stepsOf, transcriptsOn, unpack, wordsOfCommand } from '../support/fixture-pages.js';
import { temporaryFolders } from '../support/machine.js';
import { ROOT } from '../support/run.js';

const root = join(ROOT, 'fixtures/cli');
const cases = readdirSync(root)
  .sort()
  .flatMap((page) => transcriptsOn(readFileSync(join(root, page), 'utf8')).map(({ name }) => ({ page, name })));
const newFolder = temporaryFolders();

const isUpdating = process.env.UPDATE_TRANSCRIPTS === '1';
if (isUpdating && process.env.CI !== undefined) throw new Error('transcripts are not updated where CI is set: they are read and agreed to by a person');

describe('fixtures/cli', () => {
  it('has cases', () => {
    expect(cases.length).toBeGreaterThan(10);
  });

  it.each(cases)('$page: $name', async ({ page, name }) => {
    const file = join(root, page);
    const whole = readFileSync(file, 'utf8');
    const { start, end } = transcriptsOn(whole).find((each) => each.name === name) ?? { start: 0, end: 0 };
    const text = whole.slice(start, end);
    const steps = stepsOf(text);
    expect(steps.length).toBeGreaterThan(0);
    const [transcript] = text.split(FILES, 1);
    expect(steps.length, 'every fence is a step').toBe((transcript.match(/^```/gm)?.length ?? 0) / 2);
    // A step may write files, which the next one reads.
    const folder = join(unpack(`cli/${page.replace(/\.md$/, '')}`, realpathSync(newFolder())), name);
    let played = '';
    let at = 0;
    for (const step of steps) {
      played += text.slice(at, step.start) + blockOf(step, await play(step, folder));
      at = step.end;
    }
    played += text.slice(at);
    if (isUpdating) writeFileSync(file, whole.slice(0, start) + played + whole.slice(end));
    else expect(played).toBe(text);
  });

  it('words are taken as a shell takes them', () => {
    expect(wordsOfCommand(`a 'b c' d"e 'f'"g --x='1 2' ''`)).toEqual(['a', 'b c', "de 'f'g", '--x=1 2', '']);
  });
});

describe('shown output', () => {
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
      [...text.replace(/^```[\s\S]*?^```$/gm, '').matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
        title.toLowerCase().replace(PUNCTUATION, '').replaceAll(' ', '-'),
      );

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
});

describe('docs/library.md', () => {
  const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
  const page = readFileSync(join(root, 'docs/library.md'), 'utf8');

  /** Texts of the page's fences of a language, in order. */
  const fences = (language: string): string[] => [...page.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, text = '']) => text);

  const files = Object.fromEntries([...page.matchAll(/^`([^`\n]+)`\n\n```(?:csv|json)\n(.*?)^```$/gms)].map(([, name = '', text = '']) => [name, text]));

  it('has examples that do what it says', () => {
    expect(Object.keys(files)).toEqual([
      'export/users.csv',
      'export/groups.csv',
      'export/memberships.csv',
      'entra.csv',
      'synced/users.csv',
      'synced/groups.csv',
      'synced/memberships.csv',
      'schema.json',
      'branch/users.csv',
      'branch/memberships.csv',
    ]);
    const folder = newFolder(files);
    const library = pathToFileURL(join(root, 'dist/library/index.js')).href;
    writeFileSync(join(folder, 'program.mjs'), fences('js').join('\n').replace("from 'scim-audit'", `from '${library}'`));
    const { stdout, stderr } = spawnSync(process.execPath, ['program.mjs'], { cwd: folder, encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toBe(fences('text').join(''));
  });

  it('names everything that the library exports for programs to call', async () => {
    const exported = Object.keys(await import('../../src/index.js'));
    expect(exported.filter((name) => !new RegExp(`\\b${name}\\b`).test(page))).toEqual([]);
  });
});
