/**
 * A made-up organization as a function of a slot: each user can be written without holding any other.
 *
 * Slots come in blocks of 1,000 with one fixed mixture, so that shares are exact at any size; slots past the last
 * whole block are users without a fault. Users of one cluster (a chain, a ring, a pair) have neighboring slots.
 * Accents and white space only ever part a user's own username from its own email, so that a peer which compares by
 * `lower()` must come to the same counts.
 */

export const BLOCK = 1000;

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
export function peopleOf(seed, users, shape) {
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
export function numberAt(seed, place, purpose, limit) {
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
export function scatter(size) {
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
