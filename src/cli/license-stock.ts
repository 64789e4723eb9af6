import { InvalidArgumentError } from 'commander';
import type { LicenseStock } from '../preview/forecast.js';

const KINDS: Readonly<Record<string, keyof LicenseStock>> = { creator: 'creator', 'creator-float': 'creatorFloat' };

/** Parses `--licenses`: what is free of each kind; a kind that is not named has none left. */
export function licenseStock(text: string): LicenseStock {
  const stock: { creator?: number; creatorFloat?: number } = {};
  for (const part of text.split(',')) {
    const [, name, number] = /^\s*([a-z-]+)=(\d{1,9})\s*$/.exec(part) ?? [];
    const kind = name !== undefined && Object.hasOwn(KINDS, name) ? KINDS[name] : undefined;
    if (kind === undefined) throw new InvalidArgumentError('Expected KIND=NUMBER, e.g. creator=20,creator-float=5.');
    if (stock[kind] !== undefined) throw new InvalidArgumentError(`It says ${name} twice.`);
    stock[kind] = Number(number);
  }
  const { creator = 0, creatorFloat = 0 } = stock;
  return { creator, creatorFloat };
}
