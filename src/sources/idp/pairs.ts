/** Pairs of indexes, one per membership, in the order of reading. */

export class Pairs {
  #left = new Int32Array(1 << 10);
  #right = new Int32Array(1 << 10);
  #length = 0;

  add(left: number, right: number): void {
    if (this.#length === this.#left.length) {
      this.#left = widened(this.#left);
      this.#right = widened(this.#right);
    }
    this.#left[this.#length] = left;
    this.#right[this.#length++] = right;
  }

  /** Returns the pairs without repetitions, in the order of first addition, and how many were repeated. Linear time. */
  withoutRepeats(): { readonly left: Int32Array; readonly right: Int32Array; readonly repeats: number } {
    const left = this.#left.subarray(0, this.#length);
    const right = this.#right.subarray(0, this.#length);
    const order = orderBy(right);
    /** By left: the right with which it was last seen, plus one. */
    const seen = new Int32Array(greatest(left) + 1);
    const isFirst = new Uint8Array(this.#length);
    let kept = 0;
    for (const at of order) {
      if (seen[left[at]] === right[at] + 1) continue;
      seen[left[at]] = right[at] + 1;
      isFirst[at] = 1;
      kept++;
    }
    const isKept = (_: number, at: number): boolean => isFirst[at] === 1;
    return { left: left.filter(isKept), right: right.filter(isKept), repeats: this.#length - kept };
  }
}

function widened(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(array.length * 2);
  wider.set(array);
  return wider;
}

const greatest = (values: Int32Array): number => values.reduce((most, value) => Math.max(most, value), -1);

/** Returns indexes in the order of their values; equal values keep their order. */
function orderBy(values: Int32Array): Int32Array {
  const next = new Int32Array(greatest(values) + 2);
  for (const value of values) next[value + 1]++;
  for (let value = 1; value < next.length; value++) next[value] += next[value - 1];
  const order = new Int32Array(values.length);
  values.forEach((value, at) => {
    order[next[value]++] = at;
  });
  return order;
}
