/** Prints ratios as a table, each line as soon as it is known. */

/**
 * @typedef {import('./measure.mjs').Cost} Cost
 *
 * @typedef {object} Line
 * @property {string} what
 * @property {Cost} ours
 * @property {Cost} theirs
 * @property {number} [target] the largest ratio of wall times that is wanted
 */

const COLUMNS = /** @type {const} */ ([
  ['what', 62],
  ['ours', 12],
  ['theirs', 12],
  ['ratio', 7],
  ['target', 10],
  ['', 5],
  ['cpu ratio', 10],
  ['peak ours', 11],
  ['peak theirs', 12],
]);

export class Table {
  #over = 0;

  /** How many lines are over their target. */
  get over() {
    return this.#over;
  }

  printHead() {
    this.#print(COLUMNS.map(([name]) => name));
    this.#print(COLUMNS.map(([name, width]) => '-'.repeat(name === '' ? 4 : width - 1)));
  }

  /** @param {Line} line */
  printRatio({ what, ours, theirs, target }) {
    const ratio = ours.wall / theirs.wall;
    this.#print([
      what,
      ms(ours.wall),
      ms(theirs.wall),
      ratio.toFixed(2),
      target === undefined ? '' : `<= ${target}`,
      this.#verdict(ratio, target),
      times(ours.cpu / theirs.cpu),
      mib(ours.peak),
      mib(theirs.peak),
    ]);
  }

  /** @param {string} what @param {Cost} ours @param {Cost} theirs @param {number} [target] the largest peak in MiB that is wanted */
  printPeak(what, ours, theirs, target) {
    this.#print([
      what,
      mib(ours.peak),
      mib(theirs.peak),
      times(ours.peak / theirs.peak),
      target === undefined ? '' : `<= ${target}`,
      this.#verdict(ours.peak, target),
      '',
      '',
      '',
    ]);
  }

  /** @param {number} value @param {number | undefined} target */
  #verdict(value, target) {
    if (target === undefined) return '';
    if (value <= target) return 'ok';
    this.#over++;
    return 'over';
  }

  /** @param {readonly string[]} cells */
  #print(cells) {
    const padded = cells.map((cell, column) => (column === 0 || column === 5 ? cell.padEnd(COLUMNS[column][1]) : `${cell.padStart(COLUMNS[column][1] - 1)} `));
    console.log(padded.join('').trimEnd());
  }
}

const ms = (/** @type {number} */ value) => `${Math.round(value).toLocaleString('en')} ms`;
const mib = (/** @type {number} */ value) => (Number.isNaN(value) ? '?' : `${Math.round(value)} MiB`);
const times = (/** @type {number} */ value) => (Number.isFinite(value) ? value.toFixed(2) : '?');
