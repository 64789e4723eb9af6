import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { OTHER_VARIABLES, SETTINGS } from '../../src/config/settings.js';

it('docs/settings.md lists every variable, and no other', () => {
  const rows = readFileSync('docs/settings.md', 'utf8').match(/^\| `SCIM_AUDIT_.*?\|/gm) ?? [];
  const listed = rows.flatMap((row) => row.match(/SCIM_AUDIT_\w+/g) ?? []);
  const known = [...Object.values(SETTINGS).flatMap(({ env }) => env ?? []), ...OTHER_VARIABLES];
  expect(listed.sort()).toEqual(known.sort());
});
