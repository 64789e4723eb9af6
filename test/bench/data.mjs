/**
 * A made-up organization as a function of a slot: each user can be written without holding any other.
 *
 * Slots come in blocks of 1,000 with one fixed mixture, so that shares are exact at any size; slots past the last
 * whole block are users without a fault. Users of one cluster (a chain, a ring, a pair) have neighboring slots.
 * Accents and white space only ever part a user's own username from its own email, so that a peer which compares by
 * `lower()` must come to the same counts.
 */

import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BLOCK = 1000;

/** Names as they are shown and as they stand in an address. */
const FIRST_NAMES = [
  ['Ana', 'ana'],
  ['Bram', 'bram'],
  ['Chiara', 'chiara'],
  ['Dmitri', 'dmitri'],
  ['Elif', 'elif'],
  ['Farid', 'farid'],
  ['Grace', 'grace'],
  ['Håkon', 'hakon'],
  ['Ingrid', 'ingrid'],
  ['José', 'jose'],
  ['Keiko', 'keiko'],
  ['Lars', 'lars'],
  ['Maëlle', 'maelle'],
  ['Nadia', 'nadia'],
  ['Olga', 'olga'],
  ['Priya', 'priya'],
  ['Quentin', 'quentin'],
  ['René', 'rene'],
  ['Sofia', 'sofia'],
  ['Tomás', 'tomas'],
  ['Uma', 'uma'],
  ['Vera', 'vera'],
  ['Wanda', 'wanda'],
  ['Zoë', 'zoe'],
];
const LAST_NAMES = [
  ['Almeida', 'almeida'],
  ['Bergström', 'bergstrom'],
  ['Castillo', 'castillo'],
  ['Dvořák', 'dvorak'],
  ['Eriksen', 'eriksen'],
  ['Fontaine', 'fontaine'],
  ['Grant', 'grant'],
  ['Hoffmann', 'hoffmann'],
  ['Ivanova', 'ivanova'],
  ['Jansen', 'jansen'],
  ['Kowalski', 'kowalski'],
  ['Lindqvist', 'lindqvist'],
  ['Müller', 'muller'],
  ['Nakamura', 'nakamura'],
  ['Okafor', 'okafor'],
  ['Petrov', 'petrov'],
  ['Quiroga', 'quiroga'],
  ['Rossi', 'rossi'],
  ['Schneider', 'schneider'],
  ['Tanaka', 'tanaka'],
  ['Ueda', 'ueda'],
  ['Vasquez', 'vasquez'],
  ['Whitaker', 'whitaker'],
  ['Yilmaz', 'yilmaz'],
  ['Zhang', 'zhang'],
];
const DOMAINS = ['observatory.example', 'mirrors.observatory.example', 'example.com', 'south.example.org'];
const LICENCES = ['N', 'N', 'C', 'C', 'C', 'S', 'R', 'V', 'NV', 'TR'];

/**
 * @typedef {object} Person
 * @property {string} userName
 * @property {string} firstName
 * @property {string} lastName
 * @property {string} email
 * @property {string} licenseType
 * @property {boolean} active
 * @property {'IdP' | 'Basic'} authenticationType
 *
 * @typedef {object} Role
 * @property {string} kind
 * @property {number} at place in the cluster
 * @property {number} size of the cluster
 * @property {number} turn how many clusters of this kind came before it in the block
 */

/**
 * How many clusters of which size a block has. In scope: 704 of 1,000, and 141 of them (20 %) need an update.
 * @type {readonly (readonly [kind: string, size: number, count: number])[]}
 */
const ORDINARY = [
  ['rename', 1, 61],
  ['case', 1, 22],
  ['accent', 1, 6],
  ['space', 1, 2],
  ['chain', 5, 1],
  ['chain', 4, 1],
  ['chain', 3, 1],
  ['ring', 5, 1],
  ['ring', 3, 1],
  ['ring', 2, 2],
  ['one-email', 2, 2],
  ['one-email', 3, 1],
  ['taken-by-inactive', 2, 10],
  ['taken-by-basic', 2, 3],
  ['bystander', 2, 6],
  ['missing-email', 1, 2],
  ['invalid-email', 1, 3],
  ['twin-username', 2, 1],
  ['email-of-inactive', 2, 2],
  ['inactive-idp', 1, 60],
  ['inactive-basic', 1, 42],
  ['basic', 1, 172],
];

/** As ORDINARY, with 200 of 1,000 users whose update needs no decision. */
const RENAMES = ORDINARY.map((row) => (row[0] === 'rename' ? /** @type {const} */ (['rename', 1, 140]) : row));

/** @param {typeof ORDINARY} mixture @returns {readonly Role[]} */
function layOut(mixture) {
  /** @type {Role[]} */
  const roles = [];
  /** @type {Map<string, number>} */
  const turns = new Map();
  for (const [kind, size, count] of mixture) {
    for (let cluster = 0; cluster < count; cluster++) {
      const turn = turns.get(kind) ?? 0;
      turns.set(kind, turn + 1);
      for (let at = 0; at < size; at++) roles.push({ kind, at, size, turn });
    }
  }
  if (roles.length > BLOCK) throw new Error(`a block holds ${BLOCK} users, not ${roles.length}`);
  while (roles.length < BLOCK) roles.push(FAULTLESS);
  return roles;
}

const FAULTLESS = { kind: 'faultless', at: 0, size: 1, turn: 0 };
const ROLES = { ordinary: layOut(ORDINARY), renames: layOut(RENAMES) };

/**
 * Returns the user of each slot.
 * @param {number} seed
 * @param {number} users
 * @param {'ordinary' | 'renames' | 'one-address' | 'long-chain' | 'long-ring'} shape
 * @returns {(slot: number) => Person}
 */
function peopleOf(seed, users, shape) {
  const address = (/** @type {number} */ slot) => addressAt(seed, slot);
  const wholeBlocks = users - (users % BLOCK);
  const roles = shape === 'renames' ? ROLES.renames : ROLES.ordinary;
  return (slot) => {
    if (shape === 'one-address') return personAt(seed, slot, loginAt(seed, slot), 'shift@observatory.example');
    if (shape === 'long-chain') return personAt(seed, slot, slot === 0 ? loginAt(seed, 0) : address(slot - 1), address(slot));
    if (shape === 'long-ring') return personAt(seed, slot, address((slot + users - 1) % users), address(slot));
    const role = slot < wholeBlocks ? roles[slot % BLOCK] : FAULTLESS;
    return playRole(seed, slot, role);
  };
}

/** @param {number} seed @param {number} slot @param {Role} role @returns {Person} */
function playRole(seed, slot, { kind, at, size, turn }) {
  const own = addressAt(seed, slot);
  const login = loginAt(seed, slot);
  const first = addressAt(seed, slot - at);
  const person = (/** @type {string} */ userName, /** @type {string} */ email) => personAt(seed, slot, userName, email);
  const inactive = (/** @type {string} */ userName, /** @type {string} */ email, isBasic = true) =>
    personAt(seed, slot, userName, email, false, isBasic ? 'Basic' : 'IdP');
  switch (kind) {
    case 'rename':
      return person(login, own);
    case 'case':
      return person(
        own.replace(/(^|\.)[a-z]/g, (letter) => letter.toUpperCase()),
        own,
      );
    case 'accent':
      return person(
        own.replace(/[aeiou]/, (vowel) => `${vowel}\u0301`.normalize('NFC')),
        own,
      );
    case 'space':
      return person(turn % 2 === 0 ? `${own} ` : ` ${own}`, own);
    case 'chain':
      return person(at === 0 ? login : addressAt(seed, slot - 1), own);
    case 'ring':
      return person(addressAt(seed, at === 0 ? slot + size - 1 : slot - 1), own);
    case 'one-email':
      return person(login, first);
    case 'taken-by-inactive':
      return at === 0 ? person(login, own) : inactive(turn % 3 === 0 ? first.toUpperCase() : first, turn % 2 === 0 ? first : own);
    case 'taken-by-basic':
      return at === 0 ? person(login, own) : personAt(seed, slot, first, own, true, 'Basic');
    case 'bystander':
      return at === 0 ? person(login, own) : inactive(login, first, turn % 2 === 0);
    case 'missing-email':
      return person(login, '');
    case 'invalid-email': {
      const wrong = [login, `${own} `, own.replace('@', '@@')][turn % 3];
      return person(wrong, wrong);
    }
    case 'twin-username':
      return at === 0 ? person(own, own) : personAt(seed, slot, first.toUpperCase(), own, true, 'Basic');
    case 'email-of-inactive':
      return at === 0 ? person(own, own) : inactive(login, first, false);
    case 'inactive-idp':
      return inactive(own, own, false);
    case 'inactive-basic':
      return inactive(login, own);
    case 'basic':
      return personAt(seed, slot, login, own, true, 'Basic');
    default:
      return person(own, own);
  }
}

/**
 * @param {number} seed @param {number} slot @param {string} userName @param {string} email
 * @param {'IdP' | 'Basic'} [authenticationType]
 * @returns {Person}
 */
function personAt(seed, slot, userName, email, active = true, authenticationType = 'IdP') {
  const lastName = LAST_NAMES[numberAt(seed, slot, 2, LAST_NAMES.length)][0];
  return {
    userName,
    firstName: FIRST_NAMES[numberAt(seed, slot, 1, FIRST_NAMES.length)][0],
    // One row in 200 has a comma, and so a quoted cell.
    lastName: numberAt(seed, slot, 4, 200) === 0 ? `${lastName}, PhD` : lastName,
    email,
    licenseType: active ? LICENCES[numberAt(seed, slot, 5, LICENCES.length)] : 'I',
    active,
    authenticationType,
  };
}

/** @param {number} seed @param {number} slot */
function addressAt(seed, slot) {
  const first = FIRST_NAMES[numberAt(seed, slot, 1, FIRST_NAMES.length)][1];
  const last = LAST_NAMES[numberAt(seed, slot, 2, LAST_NAMES.length)][1];
  return `${first}.${last}.${slot.toString(36)}@${DOMAINS[numberAt(seed, slot, 3, DOMAINS.length)]}`;
}

/** @param {number} seed @param {number} slot */
function loginAt(seed, slot) {
  const first = FIRST_NAMES[numberAt(seed, slot, 1, FIRST_NAMES.length)][1];
  const last = LAST_NAMES[numberAt(seed, slot, 2, LAST_NAMES.length)][1];
  return `${first[0]}${last}-${slot.toString(36)}`;
}

/**
 * Returns a whole number from 0 up to, without, `limit`.
 * Seeded and without a state: the same place always has the same number, in whatever order it is asked for.
 * @param {number} seed
 * @param {number} place
 * @param {number} purpose keeps the numbers of one place apart
 * @param {number} limit
 */
function numberAt(seed, place, purpose, limit) {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(place + 1, 0xc2b2ae35) ^ Math.imul(purpose + 1, 0x27d4eb2f);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % limit;
}

/**
 * Returns a function that maps places 0..size-1 onto one another, neighbors far apart.
 * @param {number} size below 2^26, so that products stay exact
 * @returns {(place: number) => number}
 */
function scatter(size) {
  let step = Math.max(1, Math.floor(size * 0.6180339887));
  while (greatestCommonDivisor(step, size) !== 1) step++;
  return (place) => (place * step + 7) % size;
}

/** @param {number} a @param {number} b @returns {number} */
function greatestCommonDivisor(a, b) {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

// Writes seeded exports to a folder under the system's temporary files, and keeps them for the next run.

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
