/** A row of a format whose cells come as texts one by one, not as bytes of a file. */

import type { TextBytes } from '../../collections/text-bytes.js';
import { integerOf } from './id-table.js';
import type { Row } from './table.js';

export abstract class TextRow implements Row {
  line = 0;

  constructor(readonly width: number) {}

  abstract text(column: number): string;

  integer(column: number): number {
    return integerOf(this.text(column));
  }

  code(): number {
    return -1;
  }

  addTo(bytes: TextBytes, column: number): void {
    bytes.text(this.text(column));
  }

  isSame(a: number, b: number): boolean {
    return this.text(a) === this.text(b);
  }
}
