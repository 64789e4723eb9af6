/** Writes seeded exports to a folder under the system's temporary files, and keeps them for the next run. */

import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { numberAt, peopleOf, scatter } from './organization.mjs';

/** To be raised when the same seed makes other rows. */
const EDITION = 1;
const SEED = 20240817;
const FIRST_USER_ID = 1001;
const MEMBERSHIPS_PER_USER = 5;
/** Rows of memberships.csv that name a user whom users.csv lacks. */
const UNKNOWN_MEMBERS = 7;
const CHUNK = 1 << 16;

/**
 * @typedef {'ordinary' | 'renames' | 'quoted' | 'one-address' | 'long-chain' | 'long-ring' | 'one-group' | 'unknown-groups' | 'one-name'} Variant
 * `renames`: 20 % of all users can be renamed without a decision. `quoted`: `ordinary` with every cell in quotes.
 * `one-group`: `ordinary` with every user in group 1. `unknown-groups`: of 20,000 groups, all with names near to one another;
 * `groups.txt` names each as nobody is called. `one-name`: 20,000 groups of one name. The others are about the users' usernames and emails.
 */

/** Where all data of this user is kept. */
export const dataHome = join(tmpdir(), `scim-audit-bench-${process.getuid?.() ?? 'user'}`);

/**
 * Returns the folder with users.csv, groups.csv and memberships.csv, written now unless it already exists.
 * @param {number} users
 * @param {Variant} [variant]
 * @param {number} [seed]
 */
export function dataFolder(users, variant = 'ordinary', seed = SEED) {
  const folder = join(dataHome, `${variant}-${users}-${seed}-${EDITION}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  const toRow = variant === 'quoted' ? quotedRow : plainRow;
  const isOfGroups = variant === 'unknown-groups' || variant === 'one-name';
  const groups = isOfGroups ? MANY_GROUPS : Math.floor(users / 1000) + 20;
  writeRows(join(unfinished, 'users.csv'), userRows(users, variant, seed), toRow);
  writeRows(join(unfinished, 'groups.csv'), isOfGroups ? manyGroupRows(variant === 'one-name') : groupRows(groups), toRow);
  if (variant === 'unknown-groups') writeRows(join(unfinished, 'groups.txt'), unknownNames(), (cells) => `${cells[0]}\n`);
  writeRows(join(unfinished, 'memberships.csv'), membershipRows(users, groups, variant, seed), toRow);
  renameSync(unfinished, folder);
  return folder;
}

/**
 * Returns the folder with users.csv of Okta for the same people: one row each, the email as login; of 100 people one is
 * suspended and one is somebody whom the organization does not have.
 * @param {number} users
 * @param {Variant} [variant]
 * @param {number} [seed]
 */
export function idpFolder(users, variant = 'ordinary', seed = SEED) {
  const folder = join(dataHome, `okta-${variant}-${users}-${seed}-${EDITION}`);
  if (existsSync(folder)) return folder;
  const unfinished = `${folder}.${process.pid}`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });
  writeRows(join(unfinished, 'users.csv'), idpRows(users, variant, seed), plainRow);
  renameSync(unfinished, folder);
  return folder;
}

/** @param {number} users @param {Variant} variant @param {number} seed */
function* idpRows(users, variant, seed) {
  yield ['id', 'login', 'firstName', 'lastName', 'email', 'status'];
  const personAt = peopleOf(seed, users, shapeOf(variant));
  for (let place = 0; place < users; place++) {
    const person = personAt(place);
    const address = place % 100 === 7 || !person.email.includes('@') ? `new.${place}@observatory.example` : person.email;
    yield [`00u${place}`, address, person.firstName, person.lastName, address, place % 100 === 3 ? 'SUSPENDED' : 'ACTIVE'];
  }
}

/** @param {number} users @param {Variant} variant @param {number} seed */
function* userRows(users, variant, seed) {
  yield ['id', 'userName', 'firstName', 'lastName', 'email', 'licenseType', 'active', 'authenticationType'];
  const slotAt = scatter(users);
  const personAt = peopleOf(seed, users, shapeOf(variant));
  for (let place = 0; place < users; place++) {
    const person = personAt(slotAt(place));
    yield [
      String(FIRST_USER_ID + place),
      person.userName,
      person.firstName,
      person.lastName,
      person.email,
      person.licenseType,
      person.active ? 'true' : 'false',
      person.authenticationType,
    ];
  }
}

/** Two of five groups belong to a project; of each 50, two share a name and two differ in case. @param {number} groups */
function* groupRows(groups) {
  yield ['id', 'name', 'description', 'project'];
  for (let place = 0; place < groups; place++) {
    const id = place + 1;
    const isOfProject = place % 5 === 3 || place % 5 === 4;
    const turn = place % 50;
    let name = `Team ${id}`;
    if (turn === 5) name = `Team ${id - 5}`;
    if (turn === 11) name = `TEAM ${id - 1}`;
    yield [String(id), name, `Those who look after instrument ${id}`, isOfProject ? String(200 + (place % 17)) : ''];
  }
}

const MANY_GROUPS = 20_000;

/** @param {number} place */
const teamName = (place) => `Review team ${String(place * 7919).padStart(9, '0')}`;

/** @param {boolean} isOneName */
function* manyGroupRows(isOneName) {
  yield ['id', 'name', 'description', 'project'];
  for (let place = 0; place < MANY_GROUPS; place++) yield [String(place + 1), isOneName ? 'Review team' : teamName(place), '', ''];
}

/** One or two edits from a name that there is. */
function* unknownNames() {
  for (let place = 0; place < MANY_GROUPS; place++) yield [teamName(place).replace('team', place % 2 === 0 ? 'tem' : 'taem')];
}

/** The shapes of users.csv that are about usernames and emails; in the others it is the ordinary one. @param {Variant} variant */
const shapeOf = (variant) => (['quoted', 'one-group', 'unknown-groups', 'one-name'].includes(variant) ? 'ordinary' : variant);

/** Five groups a user, all different. @param {number} users @param {number} groups @param {Variant} variant @param {number} seed */
function* membershipRows(users, groups, variant, seed) {
  yield ['groupId', 'userId'];
  const stride = Math.floor((groups - 1) / MEMBERSHIPS_PER_USER);
  const known = users * MEMBERSHIPS_PER_USER - UNKNOWN_MEMBERS;
  for (let row = 0; row < users * MEMBERSHIPS_PER_USER; row++) {
    const place = Math.floor(row / MEMBERSHIPS_PER_USER);
    const turn = row % MEMBERSHIPS_PER_USER;
    const isShared = variant === 'one-group' && turn === 0;
    const group = isShared ? 1 : ((numberAt(seed, place, 6, groups - 1) + turn * stride) % (groups - 1)) + 2;
    yield [String(group), String(FIRST_USER_ID + place + (row < known ? 0 : users))];
  }
}

/** @param {string} path @param {Iterable<string[]>} rows @param {(cells: string[]) => string} toRow */
function writeRows(path, rows, toRow) {
  const file = openSync(path, 'w', 0o600);
  try {
    let waiting = '';
    for (const cells of rows) {
      waiting += toRow(cells);
      if (waiting.length < CHUNK) continue;
      writeSync(file, waiting);
      waiting = '';
    }
    writeSync(file, waiting);
  } finally {
    closeSync(file);
  }
}

/** @param {string[]} cells */
const plainRow = (cells) => `${cells.map((cell) => (/[",\r\n]/.test(cell) ? quote(cell) : cell)).join(',')}\n`;

/** @param {string[]} cells */
const quotedRow = (cells) => `${cells.map(quote).join(',')}\n`;

/** @param {string} cell */
const quote = (cell) => `"${cell.replaceAll('"', '""')}"`;
