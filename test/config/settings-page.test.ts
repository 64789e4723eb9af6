import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { settingsPage } from '../generate/settings-page.js';

it('docs/settings.md is as "npm run generate" writes it', () => {
  if (process.env.UPDATE_PAGES === '1') writeFileSync('docs/settings.md', settingsPage());
  expect(readFileSync('docs/settings.md', 'utf8')).toBe(settingsPage());
});
