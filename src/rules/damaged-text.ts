import { type Damage, type Damaged, findDamage } from '../model/damage.js';
import { snapshotRule } from './define.js';
import { type Field, type FindingOf, groups, hidden, number, own, users } from './fields.js';
import { askAboutExport, count, placeText, type Shape } from './rule.js';

/** What usually writes such files. */
const WRITERS: Readonly<Record<Damage, string>> = {
  lost: 'U+FFFD replaces bytes that a program cannot read, usually when a windows-1252 file was opened as UTF-8 and saved',
  question:
    'A question mark replaces a letter when Export-Csv of Windows PowerShell 5.1 runs without -Encoding UTF8, or when a spreadsheet or database client saves as ASCII, ANSI or latin1',
  misread:
    'Characters such as "Ã¼" instead of "ü" are UTF-8 that was read as windows-1252, usually because a spreadsheet opened and saved a CSV file without a byte order mark',
};

const ATTRIBUTES = { id: 'id', userName: 'username', email: 'email', name: 'name' } as const;

const damagedShape = (whose: 'user' | 'group', attributes: readonly string[]): Shape => ({
  type: 'object',
  fields: {
    [whose]: { type: 'text', about: 'Its id.' },
    attribute: { type: 'choice', of: attributes },
    value: { type: 'text' },
    location: { type: 'location' },
  },
});

const values: Field<readonly Damaged[]> = {
  shape: {
    type: 'list',
    of: { type: 'either', of: [damagedShape('user', ['id', 'userName', 'email']), damagedShape('group', ['id', 'name'])] },
    min: 1,
    max: 20,
    about: 'The first 20, users before groups.',
  },
  json: (list, locate) =>
    list.map((damaged) => {
      const { attribute, value } = damaged;
      return 'user' in damaged
        ? { user: damaged.user.id, attribute, value, location: locate(damaged.user) }
        : { group: damaged.group.id, attribute, value, location: locate(damaged.group) };
    }),
  redact: (list, redactor) =>
    list.map((damaged): Damaged => {
      if ('user' in damaged) {
        const user = redactor.user(damaged.user);
        return { user, attribute: damaged.attribute, value: user[damaged.attribute] };
      }
      const group = redactor.group(damaged.group);
      return { group, attribute: damaged.attribute, value: group[damaged.attribute] };
    }),
};

const FIELDS = {
  count: number(1),
  values,
  kinds: own<readonly Damage[]>(),
  checksum: own<string>(),
  users: hidden(users(0)),
  groups: hidden(groups(0)),
};
type DamagedText = FindingOf<'damaged-text', typeof FIELDS>;

const ownerOf = (damaged: Damaged): string => ('user' in damaged ? `user ${damaged.user.id}` : `group ${damaged.group.id}`);

const sentences = ({ kinds }: DamagedText): string => kinds.map((kind) => `${WRITERS[kind]}.`).join(' ');

export const damagedText = snapshotRule({
  name: 'damaged-text',
  severity: 'error',
  title: 'Letters that were lost in the export',
  finds:
    'Usernames, emails and group names with damaged letters: replaced by U+FFFD or a question mark, or UTF-8 that was read as another encoding (a warning if only group names with question marks, or only misread UTF-8, were found).',
  why: 'The values that are compared are not those of Jama Connect: different names may look the same, equal names may look different, and a plan based on such a file would write the damage back.',
  fix: 'Export again as UTF-8. In Windows PowerShell 5.1, use Export-Csv with -Encoding UTF8; in a spreadsheet, save as "CSV UTF-8"; in a database client, use utf8mb4. If Jama Connect itself holds these names, correct them there, or accept the finding.',
  example: 'User 14 has the username "j.m?ller@example.com", which is "j.müller@example.com" in Jama Connect.',
  clause: 'username-format',
  fields: FIELDS,
  start: ({ directory, index }) => ({
    *findings() {
      const { isError, ...found } = findDamage(index, directory.groups);
      if (found.count > 0) yield { rule: 'damaged-text', severity: isError ? 'error' : 'warning', ...found };
    },
  }),
  message: (finding) => {
    const [first] = finding.values;
    const which = `${finding.count === 1 ? '' : 'first: '}the ${ATTRIBUTES[first.attribute]} "${first.value}" of ${ownerOf(first)}`;
    return `${count(finding.count, 'value has', 'values have')} lost letters in the export (${which}). ${sentences(finding)} Export again as UTF-8.`;
  },
  identity: (finding) => [String(finding.count), finding.checksum],
  subjects: (finding) => finding.values,
  columns: [
    ['whose', ownerOf],
    ['attribute', ({ attribute }) => ATTRIBUTES[attribute]],
    ['value', ({ value }) => value],
    ['where', (damaged, _, locate) => placeText(locate('user' in damaged ? damaged.user : damaged.group))],
  ],
  size: (finding) => finding.count,
  remedy: (finding) =>
    askAboutExport(
      count(finding.count, 'value'),
      `${sentences(finding)} Export again as UTF-8. If Jama Connect itself holds these names, correct them there; accept the finding only if these names are intended.`,
    ),
});
