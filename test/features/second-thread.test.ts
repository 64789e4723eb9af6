/** Large exports of an identity provider are read in a second thread: the answer is the one of a single thread. */

import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Besides, contextFor } from '../../src/app/context.js';
import { readForThread } from '../../src/app/idp-thread.js';
import { preview } from '../../src/app/preview.js';
import { StoredIdpUser } from '../../src/model/stored-idp-user.js';
import type { PackedIdp } from '../../src/sources/idp/packed.js';
import { temporaryFolders } from '../support/machine.js';
import { ROOT, runCli, shell } from '../support/run.js';

const newFolder = temporaryFolders();
const MANY = 45_000;

/** More than the four megabytes that another thread pays off for. */
const oktaRows = (): string[] =>
  Array.from(
    { length: MANY },
    (_, at) => `00u${at},baker.${at}@rolls.bakery.example,Zoë,Baker-${at % 97},${at % 5 === 0 ? `b${at}` : `baker.${at}`}@rolls.bakery.example,ACTIVE`,
  );
const connectRows = (): string[] =>
  Array.from(
    { length: 300 },
    (_, at) => `${at + 1},${at % 3 === 0 ? `Baker${at}` : `baker.${at}@rolls.bakery.example`},baker.${at}@rolls.bakery.example,${at % 7 > 0},idp,Zoe,Baker`,
  );

function bakery({ okta = oktaRows(), connect = connectRows() }: { readonly okta?: readonly string[]; readonly connect?: readonly string[] } = {}): string {
  return newFolder({
    'users.csv': ['id,userName,email,active,authType,firstName,lastName', ...connect, ''].join('\n'),
    'groups.csv': 'id,name,project\n1,Bakers,\n2,Millers,\n',
    'memberships.csv': 'groupId,userId\n1,1\n1,2\n2,3\n',
    'okta.csv': ['id,login,firstName,lastName,email,status', ...okta, ''].join('\n'),
    'bakers.csv': 'login\nbaker.1@rolls.bakery.example\nbaker.2@rolls.bakery.example\n',
  });
}

const IDP = ['--idp', 'okta', '--idp-users', 'okta.csv', '--idp-members', 'Bakers=bakers.csv', '--auth-mode', 'multi'];

/** Runs a command line as a program with its threads, and in this process, which has none to offer. */
async function both(folder: string, ...words: readonly string[]) {
  const args = [...words, ...IDP];
  const { code } = shell(`scim-audit ${args.join(' ')} > stdout.txt 2> stderr.txt`, folder);
  const [stdout, stderr] = ['stdout.txt', 'stderr.txt'].map((name) => readFileSync(join(folder, name), 'utf8'));
  return { threaded: { code, stdout, stderr }, single: await runCli(args, { cwd: folder }) };
}

describe.runIf(process.platform !== 'win32')('a command with a large list of users of Okta', () => {
  it.each(['preview', 'check'])('%s says the same', async (verb) => {
    const { threaded, single } = await both(bakery(), verb, '.', '--format', 'json');
    expect(threaded.stdout).toBe(single.stdout);
    expect(threaded.stderr).toBe(single.stderr);
    expect(threaded.code).toBe(single.code);
    expect(threaded.stdout.length).toBeGreaterThan(1000);
  });

  it('reads it in a second thread, if there is a core for it', () => {
    const folder = bakery();
    /** Each thread writes a profile. */
    const threadsOf = (name: string, command: string): number => {
      shell(`"${process.execPath}" --cpu-prof --cpu-prof-dir=${name} "${join(ROOT, 'bin/scim-audit.js')}" ${command} > ${name}.txt`, folder);
      return readdirSync(join(folder, name)).length;
    };
    expect(threadsOf('preview', `preview . ${IDP.join(' ')}`)).toBe(availableParallelism() > 1 ? 2 : 1);
    expect(threadsOf('check', 'check . --auth-mode multi')).toBe(1);
  });

  it('reports at once what is wrong with either side', async () => {
    const okta = oktaRows();
    okta[40_000] = okta[40_000].replace('ACTIVE', 'asleep');
    const connect = connectRows();
    connect[200] = connect[200].replace(/,(?:true|false),/, ',perhaps,');
    const wrongs = [bakery({ okta }), bakery({ connect }), bakery({ okta, connect })];
    for (const [at, folder] of wrongs.entries()) {
      const { threaded, single } = await both(folder, 'preview', '.');
      expect(threaded).toEqual(single);
      expect(threaded.code).toBe(2);
      expect([/okta\.csv, line 40002/.test(threaded.stderr), /users\.csv, line 202/.test(threaded.stderr)]).toEqual([at !== 1, at !== 0]);
    }
  });
});

describe.runIf(process.platform !== 'win32')('a path that cannot be looked at', () => {
  it('is refused on either side, with and without a second thread', async () => {
    const folder = bakery();
    symlinkSync('loop', join(folder, 'loop'));
    for (const path of ['loop', 'x'.repeat(5000)]) {
      const mode = ['--auth-mode', 'multi'];
      for (const args of [
        ['preview', '.', '--idp', 'okta', '--idp-users', path, ...mode],
        ['preview', path, ...IDP],
        ['preview', '--users', path, ...IDP],
      ]) {
        const threaded = shell(`scim-audit ${args.join(' ')}`, folder);
        expect(threaded).toEqual(await runCli(args, { cwd: folder }));
        expect([threaded.code, threaded.stderr]).toEqual([2, expect.stringContaining(path.slice(0, 100))]);
        expect(threaded.stderr).not.toContain('This is a bug');
      }
    }
  });
});

describe('a program that offers another thread', () => {
  const forecastOf = async (folder: string, besides?: (request: Parameters<typeof readForThread>[0]) => Besides<PackedIdp>) => {
    const context = contextFor({
      process,
      host: 'bakery',
      now: () => new Date(0),
      ...(besides === undefined ? {} : { readIdpBesides: async (request) => besides(request) }),
    });
    return (await preview(folder, { idp: 'okta', idpUsers: [join(folder, 'okta.csv')], authMode: 'multi' }, context)).preview;
  };

  it('gets what was read there, or reads it itself if nothing comes', async () => {
    const folder = bakery();
    const asked: string[] = [];
    const handed =
      (answer: (request: Parameters<typeof readForThread>[0]) => Promise<PackedIdp | undefined>) => (request: Parameters<typeof readForThread>[0]) => {
        asked.push('asked');
        return { answer: answer(request), stop: () => void asked.push('stopped') };
      };
    const expected = await forecastOf(folder);
    const read = await forecastOf(
      folder,
      handed(async (request) => {
        const made = await readForThread(request);
        return made === undefined ? undefined : structuredClone(made.packed, { transfer: [...made.buffers] });
      }),
    );
    expect(read.idp.users.every((user) => user instanceof StoredIdpUser)).toBe(true);
    const lost = await forecastOf(
      folder,
      handed(async () => undefined),
    );
    const broken = await forecastOf(
      folder,
      handed(() => Promise.reject(new Error('out of memory'))),
    );
    const refused = await forecastOf(folder, () => {
      throw new Error('no thread');
    });
    for (const found of [read, lost, broken, refused]) {
      expect(found.forecast.summary).toEqual(expected.forecast.summary);
      expect(found.forecast.notes).toEqual(expected.forecast.notes);
      let members = 0;
      found.members.forEach(() => {
        members++;
      });
      expect(members).toBe(3);
    }
    expect(asked).toEqual(['asked', 'stopped', 'asked', 'stopped', 'asked', 'stopped']);
  });

  it('is not asked for a small list', async () => {
    const folder = bakery({ okta: oktaRows().slice(0, 100) });
    const asked: string[] = [];
    const besides = (): Besides<PackedIdp> => {
      asked.push('asked');
      return { answer: Promise.resolve(undefined), stop: () => {} };
    };
    expect((await forecastOf(folder, besides)).idp.users).toHaveLength(100);
    expect(asked).toEqual([]);
  });
});
