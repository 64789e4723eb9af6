/** Spoiled files through the commands that read them; and tables that stay readable, compared with the oracle. */

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { parse } from 'csv-parse/sync';
import { compareUnder, key } from '../rules/oracle.js';
import { pageCases, stepsOf, wordsOfCommand } from '../support/fixture-pages.js';
import { runCli } from '../support/run.js';
import { command, demand, type Fuzzer, type Ground, type Random } from './fuzzer.js';
import { HOSTILE, mutated } from './mutate.js';
import { playTable } from './written.js';

// What is spoiled: files that fixtures hold or that the program has written, each with commands that read them.

type Files = ReadonlyMap<string, Buffer>;

interface Scenario {
  readonly name: string;
  readonly files: Files;
  /** Those of the files that are worth spoiling. */
  readonly targets: readonly string[];
  readonly commands: readonly (readonly string[])[];
  readonly env?: Readonly<Record<string, string>>;
}

function filesIn(folder: string): Map<string, Buffer> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(folder, name)).isFile());
  return new Map(names.sort().map((name) => [name, readFileSync(join(folder, name))]));
}

function writeFiles(folder: string, files: Files): void {
  for (const [name, bytes] of files) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
}

const FORMATS: readonly (readonly string[])[] = [
  [],
  ['--format', 'json'],
  ['--format', 'json', '--output', 'report.json', '--format', 'pretty'],
  ['--format', 'sarif', '--output', 'report.sarif'],
  ['--format', 'junit', '--output', 'report.xml'],
  ['--format', 'github'],
  ['--format', 'gitlab', '--output', 'quality.json'],
  ['--format', 'markdown'],
  ['--format', 'html', '--output', 'report.html'],
  ['--format', 'csv', '--output', 'report.csv'],
  ['--format', 'json', '--redact'],
  ['--format', 'json', '--certificate', 'new-certificate.json'],
];

/** The cases of saved exports, with the options that each one's about.md gives. */
function exportScenarios(root: string): Scenario[] {
  return ['csv', 'json', 'written', 'bad'].flatMap((kind) =>
    [...pageCases(`sources/${kind}`, root)].flatMap(([name, all]): Scenario[] => {
      const files = new Map(all);
      const about = files.get('about.md')?.toString('utf8') ?? '';
      files.delete('about.md');
      const [, source, given] = /Options: (?:(the folder|`[^`]+` as SOURCE), )?`([^`]+)`/.exec(about) ?? [];
      const first = source === undefined ? [] : source === 'the folder' ? ['.'] : [source.split('`')[1]];
      const words = given === undefined ? ['.', '--auth-mode', 'saml'] : [...first, ...given.split(' ')];
      const skipped = about.includes('each is skipped with `--skip-rule`')
        ? ['--skip-rule', 'duplicate-group-name', '--skip-rule', 'inactive-basic-member']
        : [];
      const flags = [...words, ...skipped];
      const commands = [
        ...FORMATS.map((format) => ['check', ...flags, ...format]),
        ['plan', ...flags, '--out', 'plan'],
        ['redact', ...flags, '--out', 'redacted'],
      ];
      return [{ name: `sources/${kind}/${name}`, files, targets: [...files.keys()], commands }];
    }),
  );
}

const CONFIG = {
  authMode: 'multi',
  failOn: 'error',
  rules: { 'duplicate-email': 'info' },
  environment: { idp: 'okta', multiMode: true, scimAdmin: { id: '5', organizationAdmin: true } },
};

/** A little of everything. */
const BAKERY: Readonly<Record<string, string>> = {
  'users.csv': `id,userName,email,active,authenticationType
1,ada,ada@bakery.example,true,idp
2,otto@bakery.example,nia@bakery.example,true,idp
3,nia@bakery.example,otto@bakery.example,true,idp
4,Erik@bakery.example,erik@bakery.example,true,idp
5,root,ada@bakery.example,true,basic
6,"lucy, c.",lucy@bakery.example,true,idp
7,lucy@bakery.example,lucy@bakery.example,false,basic
8,zoé@bakery.example,,true,idp
`,
  'groups.csv': 'id,name,project\n1,Bakers,\n2,bakers,\n3,Night shift,12\n4,"Cakes, large",\n',
  'memberships.csv': 'groupId,userId\n1,1\n1,7\n2,2\n4,3\n3,4\n4,9\n',
};

/** The provider's exports, beside an export of Jama Connect. */
function idpScenarios(root: string): Scenario[] {
  return ['ok', 'bad'].flatMap((kind) =>
    [...pageCases(`sources/idp/${kind}`, root)].map(([name, every]): Scenario => {
      const files = new Map(every);
      const request = JSON.parse(files.get('request.json')?.toString('utf8') ?? '{}');
      files.delete('request.json');
      files.delete('expected.json');
      const targets = [...files.keys()];
      for (const [file, text] of Object.entries(BAKERY)) files.set(`bakery/${file}`, Buffer.from(text));
      const flags = [
        ...['users', 'groups', 'members'].flatMap((role) => (request[role] ?? []).flatMap((file: string) => [`--idp-${role}`, file])),
        ...(request.application === undefined ? [] : ['--idp-application', request.application]),
      ];
      const all = ['bakery', '--auth-mode', 'multi', '--idp', request.provider, ...flags];
      const commands = [
        ['check', ...all, '--format', 'json'],
        ['check', ...all],
        ['preview', ...all],
        ['preview', ...all, '--format', 'json', '--output', 'preview.json'],
        ['preview', ...all, '--format', 'html', '--output', 'preview.html'],
        ['runbook', ...all, '--output', 'runbook.md'],
      ];
      return { name: `idp/${kind}/${name}`, files, targets, commands };
    }),
  );
}

/** The transcripts: each command that reads, in its folder. */
function transcriptScenarios(root: string): Scenario[] {
  const pages = readdirSync(join(root, 'fixtures/cli')).map((page) => `cli/${page.replace(/\.md$/, '')}`);
  const cases = pages.flatMap((page) => [...pageCases(page, root)].map(([title, all]) => ({ name: `${page}/${title}`, all })));
  return cases.flatMap(({ name, all }): Scenario[] => {
    const files = new Map(all);
    const text = files.get('transcript.md')?.toString('utf8') ?? '';
    files.delete('transcript.md');
    const commands = stepsOf(text)
      .map(({ command }) => wordsOfCommand(command))
      .filter(([program, verb]) => program === 'scim-audit' && ['check', 'plan', 'preview', 'runbook', 'mapping', 'redact', 'show', 'gate'].includes(verb))
      .map((words) => words.slice(1))
      .filter((words) => !words.includes('--output') && !words.includes('--help'));
    return files.size === 0 || commands.length === 0 ? [] : [{ name, files, targets: [...files.keys()], commands }];
  });
}

function mappingScenarios(root: string): Scenario[] {
  return ['mapping', 'unreadable'].flatMap((kind) =>
    [...pageCases(`setup/${kind}`, root)].flatMap(([name, files]): Scenario[] => {
      const json = [...files.keys()].filter((file) => file.endsWith('.json') && !file.startsWith('expected'));
      return json.length === 0 ? [] : [{ name: `mapping/${name}`, files, targets: json, commands: json.map((file) => ['mapping', file]) }];
    }),
  );
}

/** The organizations, larger and with all their files. */
function organizationScenarios(root: string): Scenario[] {
  const folder = join(root, 'fixtures/organizations');
  const files = filesIn(folder);
  for (const name of [...files.keys()]) if (/README|build\.sh|gitattributes|\.sql$/.test(name)) files.delete(name);
  const observatory = ['observatory', '--auth-mode', 'multi', '--sync-groups', 'observatory/sync-groups.txt'];
  const database = ['observatory-jama/observatory.sqlite', '--auth-mode', 'multi', '--sync-groups', 'observatory/sync-groups.txt'];
  const only = (...starts: readonly string[]): Files => new Map([...files].filter(([name]) => starts.some((start) => name.startsWith(start))));
  const csv = only('observatory/');
  const sqlite = only('observatory-jama/', 'observatory/sync');
  const commandsFor = (words: readonly string[]): string[][] => [
    ...FORMATS.map((format) => ['check', ...words, ...format]),
    ['plan', ...words, '--out', 'plan'],
    ['redact', ...words, '--out', 'redacted'],
  ];
  return [
    { name: 'observatory', files: csv, targets: [...csv.keys()], commands: commandsFor(observatory) },
    ...[1, 2, 3, 4, 5, 6].map((number) => ({
      name: `observatory.sqlite/${number}`,
      files: sqlite,
      targets: ['observatory-jama/observatory.sqlite'],
      commands: commandsFor(database),
    })),
  ];
}

/** An export of the bakery with everything that the program writes about it. Made where the cases are played: journals hold absolute paths. */
async function writtenScenarios(home: string): Promise<Scenario[]> {
  const run = async (...words: readonly string[]): Promise<void> => {
    const { code, stderr } = await runCli(words, { cwd: home });
    if (code > 1) throw new Error(`scim-audit ${words.join(' ')}: exit ${code}: ${stderr}`);
  };
  const begin = (): void => {
    rmSync(home, { recursive: true, force: true });
    writeFiles(home, new Map(Object.entries(BAKERY).map(([file, text]) => [`bakery/${file}`, Buffer.from(text)])));
    writeFileSync(join(home, 'scim-audit.config.json'), JSON.stringify(CONFIG, undefined, 2));
    writeFileSync(join(home, 'groups.txt'), 'Bakers\n');
    writeFileSync(join(home, 'groups.csv'), 'name\nBakers\n');
    writeFileSync(join(home, 'integrations.csv'), 'userName,system\nada,Jenkins\n');
    writeFileSync(join(home, 'basic.txt'), 'ada\n');
    writeFileSync(join(home, 'types.csv'), 'userName,authenticationType\nada,basic\n');
  };
  const source = ['bakery', '--auth-mode', 'multi'];
  begin();
  await run('plan', ...source, '--out', 'plan');
  await run('check', ...source, '--format', 'json', '--output', 'baseline.json');
  await run('check', ...source, '--certificate', 'certificate.json', '--fail-on', 'never');
  const read = filesIn(home);
  const database = join(home, 'small.sqlite');
  const sqlite = new Sqlite(database);
  sqlite.exec(
    "CREATE TABLE users (id INTEGER PRIMARY KEY, userName TEXT, email TEXT, active INTEGER, authenticationType TEXT); CREATE TABLE groups (id INTEGER, name TEXT, project TEXT); CREATE TABLE memberships (groupId INTEGER, userId INTEGER); INSERT INTO users VALUES (1, 'ana', 'ana@dome.example', 1, 'idp'), (2, 'ben@dome.example', 'ben@dome.example', 0, 'basic'), (3, 'cleo@dome.example', 'ana@dome.example', 1, 'idp'); INSERT INTO groups VALUES (1, 'Observers', NULL), (2, 'observers', NULL); INSERT INTO memberships VALUES (1, 1), (1, 2), (2, 3)",
  );
  sqlite.close();
  const small: Files = new Map([['small.sqlite', readFileSync(database)]]);
  rmSync(database);
  await run('apply', 'plan', 'bakery', '--in-place', '--yes');
  const applied = filesIn(home);
  const [name] = readdirSync(join(home, 'plan/runs')).filter((each) => !each.startsWith('.'));
  await run('undo', join('plan/runs', name), '--yes');
  const undone = filesIn(home);
  const list = (flag: string, file: string): Scenario => ({
    name: `written/${flag.slice(2)}`,
    files: read,
    targets: [file],
    commands: [
      ['check', ...source, flag, file, '--format', 'json'],
      ['plan', ...source, flag, file, '--out', 'plan'],
    ],
  });
  const runs = [
    ['runs', 'plan'],
    ['undo', `plan/runs/${name}`, '--yes'],
    ['apply', 'plan', 'bakery', '--in-place', '--yes'],
    ['apply', 'plan', 'bakery', '--out', 'copy', '--yes'],
    ['verify', 'plan', 'bakery'],
    ['undo', `plan/runs/${name}`, '--dry-run'],
  ];
  const below = (files: Files, start: string): string[] => [...files.keys()].filter((file) => file.startsWith(start));
  return [
    {
      name: 'written/small.sqlite',
      files: small,
      targets: ['small.sqlite'],
      commands: FORMATS.map((format) => ['check', 'small.sqlite', '--auth-mode', 'multi', ...format]),
    },
    {
      name: 'written/decisions',
      files: read,
      targets: ['plan/decisions.csv'],
      commands: [
        ['plan', ...source, '--out', 'plan'],
        ['check', ...source, '--decisions', 'plan/decisions.csv'],
        ['runbook', ...source, '--decisions', 'plan/decisions.csv'],
      ],
    },
    {
      name: 'written/plan',
      files: read,
      targets: ['plan/plan.json'],
      commands: [
        ['show', 'plan'],
        ['show', 'plan', 'bakery'],
        ['verify', 'plan', 'bakery'],
        ['verify', 'plan', 'bakery', '--format', 'json'],
        ['apply', 'plan', 'bakery', '--in-place', '--yes'],
        ['apply', 'plan', 'bakery', '--dry-run', '--out', 'copy'],
        ['plan', ...source, '--out', 'plan'],
        ['runs', 'plan'],
      ],
    },
    {
      name: 'written/source of a plan',
      files: read,
      targets: below(read, 'bakery/'),
      commands: [
        ['apply', 'plan', 'bakery', '--out', 'copy', '--yes'],
        ['verify', 'plan', 'bakery'],
        ['gate', 'certificate.json', 'bakery'],
        ['show', 'plan', 'bakery'],
      ],
    },
    {
      name: 'written/certificate',
      files: read,
      targets: ['certificate.json'],
      commands: [
        ['gate', 'certificate.json', 'bakery'],
        ['gate', 'certificate.json', 'bakery', '--strict'],
      ],
    },
    {
      name: 'written/baseline',
      files: read,
      targets: ['baseline.json'],
      commands: [
        ['check', ...source, '--baseline', 'baseline.json'],
        ['check', ...source, '--baseline', 'baseline.json', '--format', 'json'],
      ],
    },
    {
      name: 'written/config',
      files: read,
      targets: ['scim-audit.config.json'],
      commands: [
        ['check', ...source],
        ['check', 'bakery'],
        ['check', 'bakery', '--show-config'],
        ['plan', 'bakery', '--out', 'other'],
        ['doctor'],
        ['runbook', 'bakery', '--output', 'runbook.md'],
      ],
    },
    list('--sync-groups', 'groups.txt'),
    list('--sync-groups', 'groups.csv'),
    list('--integrations', 'integrations.csv'),
    list('--basic-users', 'basic.txt'),
    list('--auth-types', 'types.csv'),
    { name: 'written/journal', files: applied, targets: below(applied, 'plan/runs/').filter((file) => file.endsWith('.jsonl')), commands: runs },
    { name: 'written/backup', files: applied, targets: below(applied, 'plan/runs/'), commands: runs },
    { name: 'written/changed after a run', files: applied, targets: below(applied, 'bakery/'), commands: runs },
    { name: 'written/journals of an undo', files: undone, targets: below(undone, 'plan/runs/').filter((file) => file.endsWith('.jsonl')), commands: runs },
  ].filter(({ targets }) => targets.length > 0 && targets.every((file) => file !== ''));
}

/** Returns every scenario; `home` is where each case will be played. */
async function scenarios(ground: Ground, home: string): Promise<Scenario[]> {
  const { root } = ground;
  const written = await writtenScenarios(home);
  rmSync(home, { recursive: true, force: true });
  if (!existsSync(join(root, 'fixtures'))) throw new Error('the fixtures are missing');
  return [
    ...exportScenarios(root),
    ...idpScenarios(root),
    ...transcriptScenarios(root),
    ...mappingScenarios(root),
    ...organizationScenarios(root),
    ...written,
    ...written,
    ...written,
  ];
}

let all: Scenario[] = [];

/** Spoils a value, a type or a table of a database; a file that is none any more stays as it is. */
function spoilDatabase(file: string, random: Random): void {
  const database = new Sqlite(file);
  try {
    const tables = database.prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'").all();
    const { name } = random.pick(tables);
    const columns = database.prepare<[], { name: string }>(`PRAGMA table_info("${name}")`).all();
    const column = random.pick(columns).name;
    const value = random.pick<unknown>([random.pick(HOSTILE), null, Buffer.from([0xff, 0x00]), 0.5, 1e300, 9007199254740993n, '']);
    const rows = random.chance(0.7) ? 'WHERE rowid = (SELECT rowid FROM "T" ORDER BY rowid LIMIT 1 OFFSET ?)'.replace('T', name) : 'WHERE ? >= 0';
    const act = random.below(5);
    if (act < 3) database.prepare(`UPDATE "${name}" SET "${column}" = ? ${rows}`).run(value, random.below(20));
    else if (act === 3) database.exec(`INSERT INTO "${name}" SELECT * FROM "${name}" LIMIT 3`);
    else database.exec(random.pick([`ALTER TABLE "${name}" RENAME COLUMN "${column}" TO "other"`, `DELETE FROM "${name}"`, `DROP TABLE "${name}"`]));
  } catch {
    // A key or a type that the table does not take.
  } finally {
    database.close();
  }
}

/** Returns a plan or a certificate whose digest fits what it has become. */
function resealed(bytes: Buffer): Buffer {
  const empty = bytes.toString('utf8').replace(/^ {2}"digest": "[^"]*",$/m, () => '  "digest": "",');
  const digest = createHash('sha256').update(empty).digest('hex');
  return Buffer.from(empty.replace('  "digest": "",', () => `  "digest": "sha256:${digest}",`));
}

/** Changes some files of a scenario on the disk. */
function spoil(folder: string, { targets, files }: Scenario, random: Random): void {
  for (let left = random.pick([1, 1, 1, 2, 3]); left > 0; left--) {
    const name = random.pick(targets);
    const path = join(folder, name);
    if (name.endsWith('.sqlite') && random.chance(0.6)) spoilDatabase(path, random);
    else {
      const changed = mutated(name, readFileSync(path), random);
      const isSealed = /(?:plan|certificate)\.json$/.test(name) && random.chance(0.7);
      writeFileSync(path, isSealed ? resealed(changed) : changed);
    }
  }
  if (random.chance(0.02)) rmSync(join(folder, random.pick([...files.keys()])));
}

/** What a command may write, by the words that name it. */
function outputsOf(words: readonly string[]): string[] {
  const named = words.flatMap((word, at) => (['--output', '--out', '--certificate'].includes(word) ? [words[at + 1]] : []));
  return words.includes('--dry-run') ? [] : [...named, ...(['apply', 'undo'].includes(words[0]) ? ['plan/runs'] : [])];
}

const isBelow = (name: string, outputs: readonly string[]): boolean => outputs.some((output) => name === output || name.startsWith(`${output}/`));

/** Inputs are as they were, nothing else was written, and what was written is whole. */
function demandTidy(words: readonly string[], code: number, before: Files, after: Files): void {
  const said = `scim-audit ${words.join(' ')}, exit ${code}`;
  const outputs = outputsOf(words);
  const mayWrite = words.includes('--in-place') || words[0] === 'undo';
  const isRefused = code === 2 || code === 4;
  for (const [name, bytes] of before) {
    if (isBelow(name, outputs)) continue;
    const is = after.get(name);
    if (mayWrite && !isRefused && name.startsWith('bakery/')) continue;
    demand(is?.equals(bytes) === true, () => `${said}: ${name} was ${is === undefined ? 'removed' : 'changed'}`);
  }
  for (const [name, bytes] of after) {
    if (before.get(name)?.equals(bytes) === true) continue;
    demand(before.has(name) || isBelow(name, outputs), () => `${said}: ${name} was written`);
    demand(!/\.(?:tmp|new|part)$|~$/.test(name), () => `${said}: ${name} was left`);
    if (words[0] === 'apply' || words[0] === 'undo') continue;
    demand(!isRefused || words[0] === 'check', () => `${said}: ${name} was written`);
    const text = bytes.toString('utf8');
    if (/\.(?:json|sarif)$/.test(name)) demand(isJson(text), () => `${said}: ${name} is not JSON`);
    if (name.endsWith('.html')) demand(text.trimEnd().endsWith('</html>'), () => `${said}: ${name} is not whole`);
    if (name.endsWith('.xml')) demand(text.trimEnd().endsWith('</testsuites>'), () => `${said}: ${name} is not whole`);
  }
}

/** Two users whose usernames are the same; those that were so before are nobody's doing. */
function namesakesIn(files: Files): Set<string> | undefined {
  const bytes = files.get('bakery/users.csv');
  if (bytes === undefined) return undefined;
  try {
    const rows: string[][] = parse(bytes, { bom: true }).slice(1);
    compareUnder();
    const pairs = rows.flatMap((a, at) => rows.slice(at + 1).flatMap((b) => (key(a[1]) !== '' && key(a[1]) === key(b[1]) ? [`${a[0]} and ${b[0]}`] : [])));
    return new Set(pairs);
  } catch {
    return undefined;
  }
}

/** However a plan was altered, what was applied made no two users one. */
function demandNoNewNamesakes(words: readonly string[], before: Files, after: Files): void {
  const [were, are] = [namesakesIn(before), namesakesIn(after)];
  if (were === undefined || are === undefined) return;
  const made = [...are].filter((pair) => !were.has(pair));
  demand(made.length === 0, () => `scim-audit ${words.join(' ')}: users ${made.join(', ')} have one username now`);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

export const inputs: Fuzzer = {
  async prepare(ground) {
    all = await scenarios(ground, join(ground.scratch, 'case'));
  },
  async play(each, ground) {
    const { random, folder } = each;
    if (random.chance(0.2)) return playTable(each, ground);
    const scenario = random.pick(all);
    mkdirSync(folder, { recursive: true });
    writeFiles(folder, scenario.files);
    spoil(folder, scenario, random);
    const before = filesIn(folder);
    const words = random.pick(scenario.commands);
    const isTty = random.chance(0.25) && !words.includes('csv');
    const terminal = isTty ? { isTty, columns: random.pick([40, 80, 200]), env: { CI: '1' } } : {};
    writeFileSync(join(ground.scratch, 'command.txt'), `scim-audit ${words.join(' ')}\n`);
    const { code, stdout } = await command(words, { cwd: folder, ...terminal });
    const after = filesIn(folder);
    demandTidy(words, code, before, after);
    if (words[0] === 'apply' && words.includes('--in-place')) demandNoNewNamesakes(words, before, after);
    if (words.includes('json') && !words.includes('--output') && code < 2)
      demand(isJson(stdout), () => `scim-audit ${words.join(' ')}: exit ${code}, but stdout is not JSON: ${stdout.slice(0, 500)}`);
    return [`${words[0]} exit ${code}`];
  },
};
