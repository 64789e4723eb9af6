import { InvalidArgumentError } from 'commander';

/** Parses `--rows`. */
export function rowLimit(text: string): number | 'all' {
  if (text === 'all') return 'all';
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Expected a whole number or all.');
  return Number(text);
}
