import { readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { blockOf, FILES, play, stepsOf, unpack, wordsOfCommand } from '../support/fixture-pages.js';
import { temporaryFolders } from '../support/machine.js';
import { ROOT } from '../support/run.js';

const root = join(ROOT, 'fixtures/cli');
const cases = readdirSync(root)
  .map((page) => page.replace(/\.md$/, ''))
  .sort();
const newFolder = temporaryFolders();

const isUpdating = process.env.UPDATE_TRANSCRIPTS === '1';
if (isUpdating && process.env.CI !== undefined) throw new Error('transcripts are not updated where CI is set: they are read and agreed to by a person');

describe('fixtures/cli', () => {
  it('has cases', () => {
    expect(cases.length).toBeGreaterThan(10);
  });

  it.each(cases)('%s', async (name) => {
    const file = join(root, `${name}.md`);
    const text = readFileSync(file, 'utf8');
    const steps = stepsOf(text);
    expect(steps.length).toBeGreaterThan(0);
    const [transcript] = text.split(FILES, 1);
    expect(steps.length, 'every fence is a step').toBe((transcript.match(/^```/gm)?.length ?? 0) / 2);
    // A step may write files, which the next one reads.
    const folder = unpack(`cli/${name}`, realpathSync(newFolder()));
    let played = '';
    let at = 0;
    for (const step of steps) {
      played += text.slice(at, step.start) + blockOf(step, await play(step, folder));
      at = step.end;
    }
    played += text.slice(at);
    if (isUpdating) writeFileSync(file, played);
    else expect(played).toBe(text);
  });

  it('words are taken as a shell takes them', () => {
    expect(wordsOfCommand(`a 'b c' d"e 'f'"g --x='1 2' ''`)).toEqual(['a', 'b c', "de 'f'g", '--x=1 2', '']);
  });
});
