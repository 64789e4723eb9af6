import { type Damage, type Damaged, type DamagedValues, findDamage } from '../model/damage.js';
import type { FindingBase } from '../model/finding.js';
import { askAboutExport, cell, count, NO_NEEDS, placeText, type Rule } from './rule.js';

export interface DamagedText extends FindingBase, DamagedValues {
  readonly rule: 'damaged-text';
}

/** What usually writes such files. */
const WRITERS: Readonly<Record<Damage, string>> = {
  lost: 'U+FFFD is what a program puts in the place of bytes that it cannot read: usually a windows-1252 file that was opened as UTF-8 and saved',
  question:
    'A question mark in the place of a letter is what Export-Csv of Windows PowerShell 5.1 writes without -Encoding UTF8, and what spreadsheets and database clients write when they save as ASCII, ANSI or latin1',
  misread:
    'Signs such as "Ã¼" in the place of "ü" are UTF-8 that was read as windows-1252: usually a CSV without a byte-order mark that a spreadsheet opened and saved',
};

const ATTRIBUTES = { id: 'id', userName: 'username', email: 'email', name: 'name' } as const;

const ownerOf = (damaged: Damaged): string => ('user' in damaged ? `user ${damaged.user.id}` : `group ${damaged.group.id}`);

const sentences = ({ kinds }: DamagedText): string => kinds.map((kind) => `${WRITERS[kind]}.`).join(' ');

export const damagedText: Rule<DamagedText> = {
  name: 'damaged-text',
  severity: 'error',
  title: 'Letters that were lost on the way',
  finds:
    'Usernames, emails and group names in which letters were replaced: U+FFFD, a question mark where none belongs, or UTF-8 read as another encoding (a warning where it is only group names with question marks, or UTF-8 that was misread).',
  why: 'What is compared is not what Jama Connect holds: names that differ look the same, names that are the same differ, and a plan made from such a file would write the damage back.',
  fix: 'Export again as UTF-8. Export-Csv of Windows PowerShell 5.1 needs -Encoding UTF8, a spreadsheet is saved as "CSV UTF-8", a database client needs utf8mb4. If Jama Connect itself holds these names, correct them there, or accept the finding.',
  example: 'User 14 has the username "j.m?ller@example.com", which is j.müller@example.com in Jama Connect.',
  clause: 'username-format',
  needs: NO_NEEDS,
  start: ({ directory, index }) => ({
    *findings() {
      const found = findDamage(index, directory.groups);
      if (found.count > 0) yield { rule: 'damaged-text', severity: found.isError ? 'error' : 'warning', ...found };
    },
  }),
  message: (finding) => {
    const [first] = finding.values;
    const which = `${finding.count === 1 ? '' : 'first: '}the ${ATTRIBUTES[first.attribute]} "${first.value}" of ${ownerOf(first)}`;
    return `${count(finding.count, 'value has', 'values have')} lost letters on the way (${which}). ${sentences(finding)} Export again as UTF-8.`;
  },
  identity: (finding) => [String(finding.count), finding.checksum],
  topic: () => '',
  data: (finding, locate) => ({
    count: finding.count,
    values: finding.values.map((damaged) =>
      'user' in damaged
        ? { user: damaged.user.id, attribute: damaged.attribute, value: damaged.value, location: locate(damaged.user) }
        : { group: damaged.group.id, attribute: damaged.attribute, value: damaged.value, location: locate(damaged.group) },
    ),
  }),
  redact: (finding, redactor) => ({
    ...finding,
    values: finding.values.map((damaged): Damaged => {
      if ('user' in damaged) {
        const user = redactor.user(damaged.user);
        return { user, attribute: damaged.attribute, value: user[damaged.attribute] };
      }
      const group = redactor.group(damaged.group);
      return { group, attribute: damaged.attribute, value: group[damaged.attribute] };
    }),
    users: finding.users.map(redactor.user),
    groups: finding.groups.map(redactor.group),
  }),
  headings: ['whose', 'attribute', 'value', 'where'],
  rows: ({ values }, locate) =>
    values.map((damaged) => [
      cell(ownerOf(damaged)),
      cell(ATTRIBUTES[damaged.attribute]),
      cell(damaged.value),
      cell(placeText(locate('user' in damaged ? damaged.user : damaged.group))),
    ]),
  size: (finding) => finding.count,
  users: ({ users }) => users,
  groups: ({ groups }) => groups,
  decisions: ['accept'],
  remedy: (finding) =>
    askAboutExport(
      count(finding.count, 'value'),
      `${sentences(finding)} Export again as UTF-8. If Jama Connect itself holds these names, correct them there; only if they are meant like this can it be accepted.`,
    ),
};
