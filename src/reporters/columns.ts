/** Aligned columns, cut to a width, for terminals. */

import stringWidth from 'string-width';

export interface Styled {
  /** Without colours. */
  readonly plain: string;
  /** Yields the text in colours, cut to at most so many columns. */
  paint(width: number): string;
}

const GAP = '  ';
const LEAST = 8;

/** Yields a text cut to a width in columns, with `…` where it was cut. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  let shown = '';
  let used = 1;
  for (const char of text) {
    used += stringWidth(char);
    if (used > width) break;
    shown += char;
  }
  return `${shown}…`;
}

/** Yields the end of a text, with `…` where it was cut. */
export function cutStart(text: string, width: number): string {
  if (stringWidth(text) <= width) return text;
  const chars = [...text];
  let used = 1;
  let from = chars.length;
  while (from > 0 && used + stringWidth(chars[from - 1]) <= width) used += stringWidth(chars[--from]);
  return `…${chars.slice(from).join('')}`;
}

/** Yields the widths that columns get: their own where there is room, else the widest give way first. */
function fitWidths(wanted: readonly number[], room: number): number[] {
  const widths = [...wanted];
  for (let over = widths.reduce((sum, width) => sum + width, 0) - room; over > 0; over--) {
    const widest = widths.indexOf(Math.max(...widths));
    if (widths[widest] <= LEAST) break;
    widths[widest]--;
  }
  return widths;
}

/** Yields lines of aligned cells; `width` undefined: nothing is cut. */
export function alignColumns(rows: readonly (readonly Styled[])[], indent: string, width?: number): string[] {
  const columns = Math.max(...rows.map((row) => row.length), 0);
  const wanted = Array.from({ length: columns }, (_, at) => Math.max(...rows.map((row) => stringWidth(row[at]?.plain ?? '')), 0));
  const room = (width ?? Number.POSITIVE_INFINITY) - indent.length - GAP.length * (columns - 1);
  const widths = Number.isFinite(room) ? fitWidths(wanted, Math.max(room, LEAST * columns)) : wanted;
  return rows.map((row) =>
    (
      indent +
      row
        .map((cell, at) => {
          const shown = cell.paint(widths[at]);
          const used = Math.min(stringWidth(cell.plain), widths[at]);
          return at === row.length - 1 ? shown : shown + ' '.repeat(Math.max(0, widths[at] - used));
        })
        .join(GAP)
    ).trimEnd(),
  );
}
