/** One organization in every dialect that tools write: the same findings, or a refusal; never other findings. */

import { isAscii, isUtf8 } from 'node:buffer';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeText } from '../../src/sources/csv/encoding.js';
import { ROOT } from '../support/children.js';
import { temporaryFolders } from '../support/temporary.js';
import { isSafe, organizationArbitrary, outcomeOf, referenceOf } from '../support/tool-dialect-outcomes.js';
import { DIALECTS, type Dialect, GRID, isUndecidable, type Organization, whatIsLeft } from '../support/tool-dialects.js';

const makeFolder = temporaryFolders();

/** Bytes of windows-1252 that are UTF-8 as well, as of CAFÉ™, say nothing of their encoding unless --encoding does. */
function passesForUtf8(file: Uint8Array): boolean {
  return !isAscii(file) && isUtf8(file);
}

const mayPassForUtf8 = (dialect: Dialect, { users, groups }: Organization): boolean =>
  dialect.flags.includes('windows-1252') &&
  [users, groups].some((records) => passesForUtf8(encodeText(JSON.stringify(records), 'windows-1252') ?? Buffer.alloc(0)));

async function expectSafe(organization: Organization, dialect: Dialect, folder: string): Promise<void> {
  const left = whatIsLeft(organization, dialect);
  const isDamaged = left.users.some(({ userName, email }) => userName.includes('?') || email?.includes('?') === true);
  for (const flags of [[], dialect.flags]) {
    if (isUndecidable(organization, dialect, flags)) continue;
    if (!flags.includes('windows-1252') && mayPassForUtf8(dialect, organization)) continue;
    const { outcome, reading } = await outcomeOf(organization, dialect, flags, folder);
    const account = JSON.stringify({ dialect: dialect.title, flags, outcome, reading, expected: referenceOf(left) }, null, 1);
    expect(isSafe(outcome), account).toBe(true);
    if (isDamaged) expect(['refused', 'damage reported'], account).toContain(outcome);
  }
}

const RUNS = Number(process.env.DIALECT_RUNS ?? 8);
/** The same organizations each time, unless more of them are asked for. */
const SEED = process.env.DIALECT_RUNS === undefined ? { seed: 20_261_127 } : {};

describe('one organization in every dialect', () => {
  it('of a tool has the same findings or is refused', { timeout: 300_000 }, async () => {
    const folder = makeFolder();
    await fc.assert(
      fc.asyncProperty(organizationArbitrary, async (organization) => {
        for (const dialect of DIALECTS) await expectSafe(organization, dialect, folder);
      }),
      { ...SEED, numRuns: RUNS },
    );
  });

  it('of plain CSV has the same findings or is refused, and with its options it is always read', { timeout: 300_000 }, async () => {
    const folder = makeFolder();
    await fc.assert(
      fc.asyncProperty(organizationArbitrary, fc.shuffledSubarray([...GRID], { minLength: 16, maxLength: 16 }), async (organization, dialects) => {
        for (const dialect of dialects) {
          await expectSafe(organization, dialect, folder);
          if (dialect.hasBareQuotes === true || isUndecidable(organization, dialect, dialect.flags)) continue;
          const { outcome, reading } = await outcomeOf(organization, dialect, dialect.flags, folder);
          expect(outcome, `${dialect.title}: ${reading}`).toBe('read');
        }
      }),
      { ...SEED, numRuns: RUNS },
    );
  });
});

// The table of docs/exports.md

const memberships = [
  { group: '5', user: '11' },
  { group: '6', user: '13' },
];

const ORDINARY: Organization = {
  users: [
    { id: '11', userName: 'ada.quill', fullName: 'Ada Quill', email: 'ada.quill@marsh.example', isActive: true, isBasic: false },
    { id: '12', userName: 'zoe.voss@marsh.example', fullName: 'Zoë Voss', email: 'zoë.voss@marsh.example', isActive: true, isBasic: false },
    { id: '13', userName: 'bo.tarn@marsh.example', fullName: null, email: 'bo.tarn@marsh.example', isActive: false, isBasic: true },
  ],
  groups: [
    { id: '5', name: 'Reviewers', project: null },
    { id: '6', name: 'Bridge Team', project: null },
    { id: '7', name: 'Reviewers', project: '3' },
  ],
  memberships,
};

const HOSTILE: Organization = {
  users: [
    { id: '11', userName: 'ACME\\nora', fullName: 'Nora "N" Ash', email: 'nora@marsh.example', isActive: true, isBasic: false },
    { id: '12', userName: 'ACME\\bob', fullName: 'Bob, junior', email: null, isActive: true, isBasic: false },
    { id: '13', userName: 'Null', fullName: 'two\nlines', email: 'Ünal@marsh.example', isActive: false, isBasic: true },
  ],
  groups: [
    { id: '5', name: 'N/A', project: null },
    { id: '6', name: 'Team „Spaß“, all', project: null },
    { id: '7', name: 'tab\tand; bar|', project: 'Apollo "X"' },
  ],
  memberships,
};

const code = (flags: readonly string[]): string => {
  const words = flags.map((flag) => (/[^\w=./-]/.test(flag) ? `'${flag}'` : flag)).join(' ');
  return words === '' ? '' : `\`${words.replaceAll('|', '\\|')}\``;
};

async function tableRow(dialect: Dialect, folder: string): Promise<string> {
  const cells: string[] = [];
  for (const flags of [[], dialect.flags]) {
    if (flags.length === 0 && cells.length > 0) {
      cells.push('', '');
      continue;
    }
    for (const organization of [ORDINARY, HOSTILE]) {
      const isWritten = !isUndecidable(organization, dialect, flags);
      cells.push(isWritten ? (await outcomeOf(organization, dialect, flags, folder)).outcome : '–');
    }
  }
  const [ordinary, odd, ordinaryWith, oddWith] = cells;
  return `| ${dialect.title.replaceAll('|', '\\|')} | ${ordinary} | ${odd} | ${code(dialect.flags)} | ${ordinaryWith} | ${oddWith} |`;
}

it('docs/exports.md says of each dialect what becomes of it', { timeout: 120_000 }, async () => {
  const folder = makeFolder();
  const lines = ['| written by | ordinary names | difficult names | with these options | ordinary | difficult |', '| --- | --- | --- | --- | --- | --- |'];
  for (const dialect of DIALECTS) lines.push(await tableRow(dialect, folder));
  const table = `<!-- dialects -->\n${lines.join('\n')}\n<!-- /dialects -->`;
  const path = join(ROOT, 'docs/exports.md');
  const page = readFileSync(path, 'utf8');
  const PLACE = /<!-- dialects -->.*<!-- \/dialects -->/s;
  // Written anew where a person asks for it, as transcripts are.
  if (process.env.UPDATE_TRANSCRIPTS === '1')
    writeFileSync(
      path,
      page.replace(PLACE, () => table),
    );
  else expect(PLACE.exec(page)?.[0]).toBe(table);
});
