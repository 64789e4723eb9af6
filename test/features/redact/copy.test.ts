import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatNames } from '../../../src/reporters/registry.js';
import { readCells } from '../../../src/sources/tables/cells.js';
import { temporaryFolders } from '../../support/machine.js';
import { filesOf, findingsOf, organizationArbitrary, secretsOf } from '../../support/organizations.js';
import { runCli } from '../../support/run.js';

const makeFolder = temporaryFolders();
const KEY = { SCIM_AUDIT_REDACT_KEY: 'the seventh moon' };

const textsIn = (folder: string): string =>
  readdirSync(folder)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');

/** Returns what `redact` wrote. */
async function redacted(cwd: string, args: readonly string[], env: Readonly<Record<string, string>> = KEY) {
  const result = await runCli(['redact', ...args], { cwd, env });
  expect(result.stderr).toContain('exit 0: the redacted copy is written');
  return result;
}

describe('redact', () => {
  it('writes a copy that gives the same findings and holds no value of the original', async () => {
    await fc.assert(
      fc.asyncProperty(organizationArbitrary, async (organization) => {
        const cwd = makeFolder();
        mkdirSync(join(cwd, 'export'));
        for (const [name, content] of Object.entries(filesOf(organization))) writeFileSync(join(cwd, 'export', name), content);
        const named = organization.syncGroups?.filter((name) => name.trim() !== '') ?? null;
        if (named !== null) writeFileSync(join(cwd, 'sync.csv'), ['name', ...named.map((name) => `"${name}"`)].join('\n'));
        const hasList = named !== null && named.length > 0;
        const mode = ['--auth-mode', organization.authMode, '--allow-empty', '--format', 'json'];
        const settings = [...mode, ...(hasList ? ['--sync-groups', 'sync.csv'] : [])];
        const { stdout } = await redacted(cwd, ['export', '--out', 'copy', '--allow-empty', ...(hasList ? ['--sync-groups', 'sync.csv'] : [])]);
        const before = await runCli(['check', 'export', ...settings], { cwd });
        const after = await runCli(['check', 'copy', ...mode, ...(hasList ? ['--sync-groups', 'copy/sync-groups.csv'] : [])], { cwd });
        expect(after.code).toBe(before.code);
        expect(after.stderr).toBe(before.stderr);
        expect(findingsOf(after.stdout)).toEqual(findingsOf(before.stdout));
        const shown = await runCli(['check', 'export', ...settings, '--redact'], { cwd, env: KEY });
        expect(shown.stderr).toBe(before.stderr);
        expect(findingsOf(shown.stdout)).toEqual(findingsOf(before.stdout));
        const all = [textsIn(join(cwd, 'copy')), stdout, after.stdout, shown.stdout].join('\n');
        for (const secret of [...secretsOf(organization), 'Secretname', '555 0199', 'dome']) expect(all).not.toContain(secret);
      }),
      { numRuns: 100 },
    );
  }, 240_000);

  it('is readable by its owner only, the same with the same key, and another with another', async () => {
    const cwd = makeFolder({ 'export/users.csv': 'id,userName,email,active\n1,ana,ana@sky.org,true\n' });
    await redacted(cwd, ['export', '--out', 'a']);
    await redacted(cwd, ['export', '--out', 'b']);
    await redacted(cwd, ['export', '--out', 'c'], { SCIM_AUDIT_REDACT_KEY: 'another' });
    await redacted(cwd, ['export', '--out', 'd'], {});
    await redacted(cwd, ['export', '--out', 'e'], {});
    const texts = ['a', 'b', 'c', 'd', 'e'].map((name) => textsIn(join(cwd, name)));
    expect(texts[0]).toBe(texts[1]);
    expect(new Set(texts).size).toBe(4);
    expect(statSync(join(cwd, 'a/users.csv')).mode & 0o777).toBe(0o600);
    expect(statSync(join(cwd, 'a')).mode & 0o777).toBe(0o700);
    expect(readdirSync(cwd).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'export']);
  });

  it('writes into an empty folder, and into no other', async () => {
    const cwd = makeFolder({ 'export/users.csv': 'id,userName,email,active\n1,ana,ana@sky.org,true\n', 'taken/notes.txt': 'kept' });
    mkdirSync(join(cwd, 'empty'));
    await redacted(cwd, ['export', '--out', 'empty']);
    const result = await runCli(['redact', 'export', '--out', 'taken'], { cwd });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('is not empty');
    expect(readdirSync(join(cwd, 'taken'))).toEqual(['notes.txt']);
  });

  it('leaves nothing behind and quotes nothing where the source cannot be read', async () => {
    const cwd = makeFolder({ 'export/users.csv': 'id,userName,email,active\n1,ana,ana@sky.org,annabel\n"",benedict,b@sky.org,true\n' });
    const result = await runCli(['redact', 'export', '--out', 'copy'], { cwd });
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('line 2, column 4 (active)');
    expect(result.stderr).not.toMatch(/annabel|benedict|sky\.org/);
    expect(readdirSync(cwd)).toEqual(['export']);
  });

  it('copies a report without ids, whose usernames serve as ids, and groups that only the users list names', async () => {
    const users = [
      'Username,Full Name,Email,License Type,Active,Groups',
      'annabel,Anna Bell,Annabel@sky.org,Named,true,"Night shift, Observers"',
      'ANNABEL@sky.org,Anna Bell,other@sky.org,Named,true,Observers',
      '4711,Carl Long,carl@sky.org,Named,false,',
    ];
    const cwd = makeFolder({ 'export/users.csv': `${users.join('\n')}\n` });
    await redacted(cwd, ['export', '--out', 'copy']);
    const args = ['--auth-mode', 'basic', '--skip-rule', 'duplicate-group-name', '--format', 'json'];
    const [before, after, shown] = [
      await runCli(['check', 'export', ...args], { cwd }),
      await runCli(['check', 'copy', ...args], { cwd }),
      await runCli(['check', 'export', ...args, '--redact'], { cwd, env: KEY }),
    ];
    const withoutIds = (text: string): string[] => findingsOf(text).map((finding) => finding.replace(/"(?:id|first|second)":"[^"]*"/g, ''));
    expect(before.code).toBe(1);
    expect(withoutIds(after.stdout)).toEqual(withoutIds(before.stdout));
    expect(withoutIds(shown.stdout)).toEqual(withoutIds(before.stdout));
    for (const text of [textsIn(join(cwd, 'copy')), after.stdout, shown.stdout]) expect(text).not.toMatch(/annabel|bell|4711|carl|night|observers|sky\.org/i);
  });

  it('copies a whole organization, from files and from a database', async () => {
    const out = makeFolder();
    const files = 'fixtures/organizations/observatory';
    await redacted(process.cwd(), [files, '--out', join(out, 'files'), '--sync-groups', `${files}/sync-groups.txt`]);
    const mode = ['--auth-mode', 'multi', '--format', 'json', '--sync-groups'];
    const [before, after] = [
      await runCli(['check', files, ...mode, `${files}/sync-groups.txt`]),
      await runCli(['check', join(out, 'files'), ...mode, join(out, 'files/sync-groups.csv')]),
    ];
    expect(after.stderr).toBe(before.stderr);
    expect(findingsOf(after.stdout)).toEqual(findingsOf(before.stdout));
    const database = 'fixtures/organizations/observatory-jama/observatory.sqlite';
    await redacted(process.cwd(), [database, '--out', join(out, 'database')]);
    const withoutPlaces = (text: string): string[] => findingsOf(text.replace(/"location":\{[^}]*\}/g, '"location":null')).sort();
    for (const authMode of ['saml', 'basic']) {
      const [original, copied] = [
        await runCli(['check', database, '--auth-mode', authMode, '--format', 'json']),
        await runCli(['check', join(out, 'database'), '--auth-mode', authMode, '--format', 'json']),
      ];
      expect(copied.stderr).toBe(original.stderr);
      expect(withoutPlaces(copied.stdout)).toEqual(withoutPlaces(original.stdout));
    }
  });

  it('copies memberships by name, and those of nobody known', async () => {
    const cwd = makeFolder({
      'export/users.csv': 'id,userName,email,active,authType\n1,annabel,ann@sky.org,false,basic\n2,"bob "" the, 2nd",bob@sky.org,true,idp\n',
      'export/groups.csv': 'id,name,scope\n7,Night shift,org\n8,Projectors,project\n',
      'export/memberships.csv': 'groupName,userName\nNight shift,annabel\nProjectors,ghostly\nNo such crew,annabel\n',
    });
    await redacted(cwd, ['export', '--out', 'copy']);
    const mode = ['--auth-mode', 'multi', '--format', 'json'];
    const shape = (text: string): string[] => findingsOf(text).map((finding) => finding.replace(/"(?:user|group)":"[^"]*"/g, ''));
    const [before, after] = [await runCli(['check', 'export', ...mode], { cwd }), await runCli(['check', 'copy', ...mode], { cwd })];
    expect(shape(after.stdout)).toEqual(shape(before.stdout));
    expect(textsIn(join(cwd, 'copy')) + after.stdout).not.toMatch(/annabel|bob|ghost|night|projectors|crew|sky\.org/i);
  });
});

describe('an organization whose ids say who somebody is', () => {
  const KEY = { SCIM_AUDIT_REDACT_KEY: 'the seventh moon of the ninth' };

  /** An organization in which ids, names of groups and of systems say who somebody is. */
  const USERS = [
    'id,userName,email,firstName,lastName,active,authenticationType',
    'quilla.old@zenith.example,quilla,quilla.new@zenith.example,Quilla,Marblewood,true,idp',
    'tuvok.old@zenith.example,tuvok,tuvok.new@zenith.example,Tuvok,Sandstone,true,idp',
    'quilla,xanthe,xanthe@nadir.example,Xanthe,Fernbach,true,idp',
    'Orsolya Brandvik,orso,orso@nadir.example,Orsolya,Brandvik,true,idp',
    'jbrandvik2,jorunn,jorunn@nadir.example,Jorunn,Brandvik,false,basic',
    'CN=Yngve Holmqvist,yngve,yngve@nadir.example,Yngve,Holmqvist,true,idp',
    'Glassblowers,gustavo,gustavo@nadir.example,Gustavo,Pflug,false,basic',
    '47114711,xyla,xyla@nadir.example,Xyla,90909090,true,idp',
    '17,47114711,47114711@nadir.example,Zephyrine,Quint,true,idp',
    '90909090,shared-a,wilhelmina@nadir.example,Wilhelmina,Roos,true,idp',
    '19,shared-b,wilhelmina@nadir.example,Wilhelmina,Roos,true,idp',
    '21,"bert ""quo"" ted",Bert@nadir.example ,Bert,Kloppers,true,idp',
    '22,ring-b@nadir.example,ring-a@nadir.example,Rinske,Aalders,true,idp',
    'ring-b@nadir.example,ring-a@nadir.example,ring-b@nadir.example,Rinskje,Aalders,true,idp',
    '24,not-an-address,no address at Bronckhorst,Ilse,Bronckhorst,true,idp',
    '25,empty-one,,Emmeline,Vossberg,true,idp',
    '26,j?rgen,j?rgen@nadir.example,Jörgen,Tyr,true,idp',
    '27,thingummy@nadir.example,thingummy@nadir.example,Thora,Gummesson,true,idp',
  ];
  const GROUPS = [
    'id,name,project',
    'vessel@zenith.example,Glassblowers,',
    'xanthe,Kilnworkers,',
    '7,kilnworkers,',
    '8,Moonwatchers,',
    'Moonwatchers,Nightcallers,',
  ];
  const MEMBERSHIPS = [
    'groupId,userId',
    'vessel@zenith.example,quilla.old@zenith.example',
    'vessel@zenith.example,jbrandvik2',
    'xanthe,Glassblowers',
    'Moonwatchers,Glassblowers',
    'vessel@zenith.example,fjodor@zenith.example',
    'Lostgroup,quilla',
    '8,ring-b@nadir.example',
  ];
  const FILES = {
    'export/users.csv': `${USERS.join('\n')}\n`,
    'export/groups.csv': `${GROUPS.join('\n')}\n`,
    'export/memberships.csv': `${MEMBERSHIPS.join('\n')}\n`,
    'okta.csv': [
      'id,login,email,firstName,lastName,status',
      'quilla.new@zenith.example,quilla.new@zenith.example,quilla.new@zenith.example,Quilla,Othername,ACTIVE',
      'tuvok,tuvok,tuvok.new@zenith.example,Tuvok,Sandstone,ACTIVE',
      'Umberto Lindgren,umberto@nadir.example,umberto@nadir.example,Umberto,Lindgren,ACTIVE',
      '00uab12cd34ef56gh7i8,thingummy@nadir.example,thyra.gummesson@nadir.example,Thora,Anothername,ACTIVE',
      '00uab12cd34ef56gh7i9,wilhelmina@nadir.example,wilhelmina@nadir.example,Wilhelmina,Roos,SUSPENDED',
      '',
    ].join('\n'),
    'groups.csv': 'id,name\nGlassblowers,Glassblowers\numberto@nadir.example,Starcounters\ng3,Night callers\n',
    'members.csv': 'id,login\nquilla.new@zenith.example,quilla.new@zenith.example\n,tuvok\n',
    'systems.csv': 'username,system\nquilla,Buildserver\ntuvok,Umberto Lindgren\nxanthe,xanthe\n',
    'config.json': JSON.stringify({
      environment: { scimAdmin: { userName: 'yngve', license: 'Reviewer' }, multiMode: false },
      leaveOutUsers: ['tuvok.old@zenith.example'],
    }),
  };

  /** Values, and the parts of them, that nobody may see: each is long or odd enough to be no accident. */
  const SECRETS = [
    ...[...USERS.slice(1), ...FILES['okta.csv'].split('\n').slice(1), ...FILES['groups.csv'].split('\n').slice(1)].flatMap((row) => row.split(/[\s,@"=.?]+/)),
    ...[...GROUPS, ...MEMBERSHIPS].flatMap((row) => row.split(/[\s,@]+/)),
  ].filter(
    (word) =>
      word.length >= 4 &&
      !/^(?:true|false|basic|active|suspended|example|shared|name|project|groupid|userid|address|empty-one|not-an-address|00u.*|ring-[ab]|night)$/i.test(word),
  );

  const leaksOf = (text: string): string[] => {
    const lower = text.toLowerCase();
    return [...new Set(SECRETS.map((word) => word.toLowerCase()))].filter((word) => lower.includes(word));
  };

  const IDP = ['--idp', 'okta', '--idp-users', 'okta.csv', '--idp-groups', 'groups.csv', '--idp-members', 'Glassblowers=members.csv'];
  const SETTINGS = [
    ...['--auth-mode', 'multi', '--sync-group', 'Glassblowers', '--sync-group', 'Moonwatchers', '--sync-group', 'Nosuchgroup Marblewood'],
    ...['--integrations', 'systems.csv', '--config', 'config.json', '--leave-out-user', 'tuvok.old@zenith.example', '--allow-empty'],
  ];

  const run = async (cwd: string, args: readonly string[]): Promise<{ code: number; text: string }> => {
    const { code, stdout, stderr } = await runCli([...args], { cwd, env: KEY });
    return { code, text: stdout + stderr };
  };

  const textsOf = (folder: string): [string, string][] => readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]);

  it('has secrets that its reports show where nothing is redacted', async () => {
    const cwd = makeFolder(FILES);
    const { code, text } = await run(cwd, ['check', 'export', ...SETTINGS, ...IDP, '--format', 'json']);
    expect(code).toBe(1);
    expect(leaksOf(text).length).toBeGreaterThan(20);
  });

  it.each(formatNames('report'))('shows none of them in %s, nor in the certificate', async (format) => {
    const cwd = makeFolder(FILES);
    const args = ['check', 'export', ...SETTINGS, ...IDP, '--format', format, '--rows', 'all', '--certificate', 'c.json', '--redact'];
    const { code, text } = await run(cwd, args);
    expect(code).toBe(1);
    expect(leaksOf(text)).toEqual([]);
    expect(leaksOf(readFileSync(join(cwd, 'c.json'), 'utf8'))).toEqual([]);
    expect(leaksOf((await run(cwd, ['check', 'export', ...SETTINGS, ...IDP, '--show-config', '--redact'])).text)).toEqual([]);
  });

  it('shows an id that says nothing more as it is', async () => {
    const cwd = makeFolder(FILES);
    const { text } = await run(cwd, ['check', 'export', ...SETTINGS, '--format', 'json', '--redact']);
    expect(text).toContain('"id":"19"');
    expect(text).toContain('"id":"7"');
  });

  it.each(formatNames('preview'))('shows none of them in a preview, as %s, nor after the plan', async (format) => {
    const cwd = makeFolder(FILES);
    const args = ['preview', 'export', ...SETTINGS, ...IDP, '--format', format, '--rows', 'all', '--licenses', 'creator=0,creator-float=0'];
    expect(leaksOf((await run(cwd, args)).text).length).toBeGreaterThan(10);
    expect((await run(cwd, ['plan', 'export', ...SETTINGS, ...IDP, '--out', 'plan'])).code).toBe(0);
    for (const more of [[], ['--after', 'plan']]) {
      const { code, text } = await run(cwd, [...args, ...more, '--redact']);
      expect(code).toBe(0);
      expect(leaksOf(text)).toEqual([]);
      if (format === 'json') expect(JSON.parse(text.slice(0, text.lastIndexOf('}') + 1))).toMatchObject({ kind: 'scim-audit/preview', redacted: true });
    }
  });

  it('says in a redacted preview what the plain one says', async () => {
    const cwd = makeFolder(FILES);
    const args = ['preview', 'export', ...SETTINGS, ...IDP, '--format', 'json'];
    const parse = async (more: readonly string[]) => {
      const { stdout } = await runCli([...args, ...more], { cwd, env: KEY });
      const { summary, reasons, users, groups, memberships } = JSON.parse(stdout);
      const effects = (list: readonly { effects?: unknown; effect?: unknown; reasons: unknown }[]) =>
        list.map((one) => [one.effects ?? one.effect, one.reasons]);
      return { summary, reasons, all: [users, groups, memberships].map(effects) };
    };
    expect(await parse(['--redact'])).toEqual(await parse([]));
  });

  it('shows none of them in a runbook', async () => {
    const cwd = makeFolder(FILES);
    const args = ['runbook', 'export', ...SETTINGS, ...IDP, '--hosting', 'cloud'];
    expect(leaksOf((await run(cwd, args)).text).length).toBeGreaterThan(1);
    const { code, text } = await run(cwd, [...args, '--redact']);
    expect(code).toBe(0);
    expect(leaksOf(text)).toEqual([]);
    expect(text).toContain('"…" stands for the options that name groups or users (--sync-group, --leave-out-user, --idp-members)');
    expect(leaksOf((await run(cwd, ['runbook', ...SETTINGS.slice(0, -1), '--idp', 'okta', '--hosting', 'cloud', '--redact'])).text)).toEqual([]);
  });

  it('shows none of them in a plan', async () => {
    const cwd = makeFolder(FILES);
    for (const format of ['pretty', 'json']) {
      const { code, text } = await run(cwd, ['plan', 'export', ...SETTINGS, ...IDP, '--out', format, '--format', format, '--redact']);
      expect(code).toBe(0);
      expect(leaksOf(text)).toEqual([]);
      expect(existsSync(join(cwd, format, 'plan.json'))).toBe(false);
      for (const [name, content] of textsOf(join(cwd, format))) expect([name, leaksOf(content)]).toEqual([name, []]);
    }
  });

  it('shows none of them in a copy, which gives the same findings', async () => {
    const cwd = makeFolder(FILES);
    const settings = ['--auth-mode', 'multi', '--sync-group', 'Glassblowers', '--leave-out-user', 'tuvok.old@zenith.example'];
    const { code, text } = await run(cwd, ['redact', 'export', '--out', 'copy', ...settings]);
    expect(code).toBe(0);
    expect(leaksOf(text)).toEqual([]);
    for (const [name, content] of textsOf(join(cwd, 'copy'))) expect([name, leaksOf(content)]).toEqual([name, []]);
    const command = /^ {2}scim-audit (check .*)$/m.exec(text)?.[1]?.split(' ') ?? [];
    const [plain, copied] = [await run(cwd, ['check', 'export', ...settings, '--format', 'json']), await run(cwd, [...command, '--format', 'json'])];
    const rules = (report: string) => report.match(/"rule":"[^"]*","severity":"[^"]*"/g);
    expect(rules(copied.text)).toEqual(rules(plain.text));
  });

  it('has one alias for an id, wherever it is shown', async () => {
    const cwd = makeFolder(FILES);
    const settings = ['--auth-mode', 'multi', '--sync-group', 'Glassblowers', '--sync-group', 'Nightcallers', ...IDP];
    expect((await run(cwd, ['plan', 'export', ...settings, '--out', 'plan', '--redact'])).code).toBe(0);
    expect((await run(cwd, ['redact', 'export', '--out', 'copy', '--auth-mode', 'multi'])).code).toBe(0);
    const copied = readCells(join(cwd, 'copy/users.csv'), { encoding: undefined }).rows.map(({ cells }) => cells[0]);
    const groups = readCells(join(cwd, 'copy/groups.csv'), { encoding: undefined }).rows.map(({ cells }) => cells[0]);
    const preview = await runCli(['preview', 'export', ...settings, '--format', 'json', '--redact'], { cwd, env: KEY });
    const { users }: { users: { user?: { id: string } }[] } = JSON.parse(preview.stdout);
    const shown = new Set([...copied, ...groups]);
    for (const { user } of users) if (user !== undefined) expect(shown).toContain(user.id);
    for (const file of ['decisions.csv', 'notices.csv', 'memberships.csv']) {
      const { headings, rows } = readCells(join(cwd, 'plan', file), { encoding: undefined });
      const at = headings.flatMap((heading, column) => (/(?:^| )id$/.test(heading) ? [column] : []));
      for (const { cells } of rows) for (const column of at) if (cells[column] !== '') expect(shown).toContain(cells[column]);
    }
  });

  it('quotes none of them in what it refuses', async () => {
    const header = 'fingerprint,rule,subject,id,current,problem,suggestion,action,value,reason,owner,expires';
    const cwd = makeFolder({
      ...FILES,
      'strangers.csv': 'username,system\nmarblewood,Fernbach\n',
      'types.csv': 'id,username,authenticationType\nquilla,xanthe,idp\n19,Brandvik,idp\n',
      'untyped/users.csv': `${USERS.map((row) => row.slice(0, row.lastIndexOf(','))).join('\n')}\n`,
      'twice/users.csv': `${USERS.join('\n')}\nquilla,holmqvist,h@nadir.example,A,B,true,idp\n19,fernbach,f@nadir.example,A,B,quint,brandvik\n`,
      'latin/users.csv': `${USERS.join('\n')}\n28,"bronck"horst,b@nadir.example,A,B,true,idp\n`,
      'fields/users.csv': `${USERS.join('\n')}\n28,bronckhorst\n`,
      'known/memberships.csv': 'group,userName\nKilnworkers,quilla\n',
      'd.csv': `${header}\nquilla:marblewood,tuvok,xanthe,orso,a,b,c,brandvik,d,e,f,g\n`,
      'holes.csv': `${header}\nconflicting-users:0123456789abcdef,conflicting-users,user,Brandvik,a,b,c,,d,e,f,sandstone\n`,
    });
    const check = ['check', 'export', '--auth-mode', 'multi'];
    const refusals = [
      [...check, '--leave-out-user', 'xanthe@nadir.example', '--leave-out-user', 'Marblewood'],
      [...check, '--integrations', 'strangers.csv'],
      [...check, '--sync-group', 'Glassblowers', '--format', 'sandstone'],
      ['check', 'untyped', '--auth-mode', 'multi', '--auth-types', 'types.csv'],
      ...['twice', 'latin', 'fields', 'untyped'].map((folder) => ['check', folder, '--auth-mode', 'multi']),
      ['check', '--users', 'export/users.csv', '--groups', 'export/groups.csv', '--memberships', 'known/memberships.csv', '--auth-mode', 'multi'],
      [...check, '--decisions', 'd.csv'],
      [...check, '--decisions', 'holes.csv'],
      ['plan', 'export', '--auth-mode', 'multi', '--decisions', 'd.csv', '--out', 'p'],
      ['plan', 'export', '--auth-mode', 'multi', '--decisions', 'holes.csv', '--out', 'p'],
      ['preview', 'export', '--auth-mode', 'multi', '--idp', 'okta', '--idp-users', 'systems.csv'],
      ['preview', 'export', '--auth-mode', 'multi', ...IDP.slice(0, -1), 'Marblewood=members.csv'],
      ['preview', 'export', '--auth-mode', 'multi', ...IDP, '--after', 'nothing'],
      ['runbook', 'twice', '--auth-mode', 'multi', '--idp', 'okta', '--hosting', 'cloud'],
    ];
    for (const args of refusals) {
      const { text } = await run(cwd, [...args, '--redact']);
      expect([args, leaksOf(text.replace('sandstone', ''))]).toEqual([args, []]);
    }
  });

  it('shows no address that serves as an id, of a user who is in no finding either', async () => {
    const cwd = makeFolder({
      'export/users.csv': [
        'id,userName,email,active,authenticationType',
        'jane.doe@old.example,jane.doe,jane.doe@new.example,true,idp',
        'b.roe@old.example,broe,b.roe@new.example,true,idp',
        '3,x@x.example,x@x.example,false,idp',
        '',
      ].join('\n'),
      'export/groups.csv': 'id,name,project\n1,A,\n',
      'export/memberships.csv': 'groupId,userId\n1,jane.doe@old.example\n',
    });
    const seen = /jane|roe|old\.ex|new\.ex|x\.example/;
    for (const id of formatNames('report'))
      expect((await run(cwd, ['check', 'export', '--auth-mode', 'saml', '--format', id, '--redact'])).text).not.toMatch(seen);
    expect((await run(cwd, ['plan', 'export', '--auth-mode', 'saml', '--out', 'plan', '--redact'])).text).not.toMatch(seen);
    expect((await run(cwd, ['redact', 'export', '--auth-mode', 'saml', '--out', 'copy'])).text).not.toMatch(seen);
    for (const folder of ['plan', 'copy']) for (const [, content] of textsOf(join(cwd, folder))) expect(content).not.toMatch(seen);
  });

  it('withholds what was typed into the action of a decision that is outdated', async () => {
    const header = 'fingerprint,rule,subject,id,current,problem,suggestion,action,value,reason,owner,expires';
    const cwd = makeFolder({
      ...FILES,
      'd.csv': [
        header,
        'conflicting-users:0123456789abcdef,conflicting-users,user,quilla.older@zenith.example,a,b,c,ask Marblewood first,d,e,f,',
        'conflicting-users:0123456789abcde0,conflicting-users,user,12,a,b,c,accept,,gone,Fernbach,',
        '',
      ].join('\n'),
    });
    expect((await run(cwd, ['plan', 'export', '--auth-mode', 'multi', '--decisions', 'd.csv', '--out', 'p', '--redact'])).code).toBe(0);
    const { headings, rows } = readCells(join(cwd, 'p/decisions.outdated.csv'), { encoding: undefined });
    expect(rows.map(({ cells }) => cells[headings.indexOf('action')])).toEqual(['(withheld)', 'accept']);
    expect(rows.map(({ cells }) => cells[headings.indexOf('id')])[1]).toBe('12');
    expect(leaksOf(rows.map(({ cells }) => cells.join(' ')).join('\n'))).toEqual([]);
  });
});
