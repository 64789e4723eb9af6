/** A plan that takes the place of another: killed before and after every call that writes, it leaves one of them, whole. */

import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolders } from '../../support/machine.js';
import { runCli, shell } from '../../support/run.js';
import { expectKilled, keepEveryPoint, killOfEachKind, restore } from './killing.js';

const newFolder = temporaryFolders();
const NAMES = ['baseline.jsonl', 'decisions.csv', 'memberships.csv', 'notices.csv', 'plan.html', 'plan.json', 'plan.md'];

const USERS = `id,userName,email,active,authenticationType
1,wren,wren@harbour.example,true,idp
2,x,gull@harbour.example,true,idp
3,y,gull@harbour.example,true,idp
5,gone,gone@harbour.example,false,basic
`;

/** A folder with a plan of which a question was answered, and with another export. */
function planned(): string {
  const folder = newFolder({
    'exports/users.csv': USERS,
    'exports/groups.csv': 'id,name,project\n7,Harbour,\n',
    'exports/memberships.csv': 'groupId,userId\n7,1\n',
  });
  expect(shell('scim-audit plan exports --auth-mode multi --out plan', folder).code).toBe(0);
  const file = join(folder, 'plan/decisions.csv');
  const text = readFileSync(file, 'utf8');
  const answered = text.replace(/"","","","",""(\r?\n)$/, '"deactivate","","","",""$1');
  expect(answered).not.toBe(text);
  writeFileSync(file, answered);
  writeFileSync(join(folder, 'exports/users.csv'), `${USERS}4,tern,tern@harbour.example,true,idp\n`);
  return folder;
}

const stateOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(join(folder, 'plan')).map((name) => [
      name,
      statSync(join(folder, 'plan', name)).isFile() ? readFileSync(join(folder, 'plan', name), 'utf8') : '',
    ]),
  );

const START = planned();
const PLAN = ['plan', 'exports', '--auth-mode', 'multi', '--out', 'plan'];

function copyOfStart(): string {
  const copy = newFolder();
  cpSync(START, copy, { recursive: true });
  return copy;
}

describe('a plan that is killed while it takes the place of another', () => {
  const folder = copyOfStart();
  const kept = join(newFolder(), 'points');
  const calls = keepEveryPoint(folder, PLAN, kept);
  const before = stateOf(START);
  const after = stateOf(folder);

  it('works when nobody kills it, and leaves nothing else behind', () => {
    expect(Object.keys(after)).toEqual(expect.arrayContaining(NAMES));
    expect(Object.keys(after).filter((name) => name.startsWith('.'))).toEqual([]);
    expect(after['plan.json']).not.toBe(before['plan.json']);
  });

  /** What was left is shown as one of the two plans, and the same command makes the new one. Returns which of them was there. */
  async function goOn(place: string): Promise<'before' | 'new'> {
    const shown = await runCli(['show', 'plan'], { cwd: folder, isReal: true });
    expect(shown.code, `${place}: ${shown.stderr}`).toBe(0);
    const now = stateOf(folder);
    const isNew = now['plan.json'] === after['plan.json'];
    for (const name of NAMES) expect(now[name], `${place}: ${name}`).toBe((isNew ? after : before)[name]);
    const again = await runCli(PLAN, { cwd: folder, isReal: true });
    expect(again.code, `${place}: ${again.stderr}`).toBe(0);
    // What a person decided is still there.
    expect(again.stderr, place).not.toContain('refused');
    const ended = stateOf(folder);
    for (const name of NAMES) expect(ended[name], `${place}: again: ${name}`).toBe(after[name]);
    expect(
      readdirSync(join(folder, 'plan')).filter((name) => name.startsWith('.')),
      place,
    ).toEqual([]);
    return isNew ? 'new' : 'before';
  }

  it('leaves the one before or the new one, from before every call and from after the last, for whatever reads it next', {
    timeout: 300_000,
  }, async () => {
    const seen = new Set<string>();
    for (let at = 1; at <= calls.length + 1; at++) {
      restore(join(kept, String(at)), folder);
      seen.add(await goOn(at <= calls.length ? `before ${calls[at - 1]}, call ${at}` : 'after the last call'));
    }
    expect([...seen].sort()).toEqual(['before', 'new']);
  });

  it.each(killOfEachKind(calls))('leaves one of them: really killed at a $call', async (kill) => {
    restore(START, folder);
    expectKilled(folder, PLAN, kill);
    await goOn(kill.place);
  });
});

describe('a disk that takes no more of a plan', () => {
  it('leaves the plan before, whole, whichever of the files is too long', () => {
    // In blocks of 1024 bytes: less than the longest file, and less than the others.
    for (const blocks of [1, 2, 3, 4, 6, 8]) {
      const folder = copyOfStart();
      const many = Array.from({ length: 40 }, (_, at) => `${at + 10},u${at},user.${at}@harbour.example,true,idp\n`).join('');
      writeFileSync(join(folder, 'exports/users.csv'), USERS + many);
      const before = stateOf(folder);
      const { code, stderr } = shell(`ulimit -f ${blocks}; scim-audit ${PLAN.join(' ')}`, folder);
      expect(code, `${blocks}: ${stderr}`).toBe(2);
      expect(stateOf(folder)).toEqual(before);
    }
  });
});
