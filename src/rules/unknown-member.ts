import { Checksum } from '../model/digests.js';
import type { UnknownMember } from '../model/directory.js';
import { snapshotRule } from './define.js';
import { type Field, number, own } from './fields.js';
import { askAboutExport, count, placeText, type Shape } from './rule.js';

/** Number of memberships that are kept: the first ones as they were read. */
const MOST = 20;
const LACKS = { user: 'the user', group: 'the group', both: 'user and group' } as const;

const MEMBERSHIP: Shape = {
  type: 'object',
  fields: { user: { type: 'text' }, group: { type: 'text' }, lacks: { type: 'choice', of: ['user', 'group', 'both'] }, location: { type: 'location' } },
};

const memberships: Field<readonly UnknownMember[]> = {
  shape: { type: 'list', of: MEMBERSHIP, min: 1, max: MOST, about: 'The first 20, as they were read.' },
  redact: (members, redactor) => members.map(redactor.member),
};

export const unknownMember = snapshotRule({
  name: 'unknown-member',
  severity: 'error',
  title: 'Memberships of unknown users or groups',
  finds: 'Memberships that name a user or group that is not in the export: the export is incomplete.',
  why: 'A user who is missing from the export may hold a username that another user needs. A result based on part of an organization cannot be trusted.',
  fix: 'Export active and inactive users and all groups again, all at the same time. For REST, add `includeInactive=true`.',
  example: 'memberships.csv puts user 512 into group 3, but no users file has a user 512.',
  clause: 'sync-groups',
  /** `checksum` is over all memberships, the same in any order. */
  fields: { count: number(1), memberships, checksum: own<string>() },
  isIdleWithout: 'memberships',
  start() {
    const first: UnknownMember[] = [];
    let total = 0;
    const checksum = new Checksum();
    return {
      unknown(member) {
        total++;
        if (first.length < MOST) first.push(member);
        checksum.add(`${member.lacks}\u0000${member.group}\u0000${member.user}`);
      },
      *findings() {
        if (total === 0) return;
        yield { rule: 'unknown-member', severity: 'error', count: total, memberships: first, checksum: checksum.text };
      },
    };
  },
  message: ({ count: total, memberships: [first] }) =>
    `${count(total, 'membership')} ${total === 1 ? 'names' : 'name'} a user or group that is not in the export (first: user "${first.user}" in group "${first.group}").`,
  identity: (finding) => [String(finding.count), finding.checksum],
  subjects: (finding) => finding.memberships,
  columns: [
    ['user', ({ user }) => user],
    ['group', ({ group }) => group],
    ['the export lacks', ({ lacks }) => LACKS[lacks]],
    ['where', ({ location }) => placeText(location)],
  ],
  size: (finding) => finding.count,
  remedy: (finding) =>
    askAboutExport(
      count(finding.count, 'membership'),
      'Memberships name users or groups that are not in this export. Export active and inactive users and all groups again, all at the same time. Accept the finding only if you know why they are missing.',
    ),
});
