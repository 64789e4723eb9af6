import { Checksum } from '../model/checksum.js';
import type { UnknownMember } from '../model/directory.js';
import type { FindingBase } from '../model/finding.js';
import { askAboutExport, cell, count, NO_NEEDS, NONE, placeText, type Rule } from './rule.js';

export interface UnknownMembers extends FindingBase {
  readonly rule: 'unknown-member';
  readonly count: number;
  /** The first 20 as they were read. */
  readonly first: readonly UnknownMember[];
  /** Over all of them, the same in any order. */
  readonly checksum: string;
}

const MOST = 20;
const LACKS = { user: 'the user', group: 'the group', both: 'user and group' } as const;

export const unknownMember: Rule<UnknownMembers> = {
  name: 'unknown-member',
  severity: 'error',
  title: 'Memberships of unknown users or groups',
  finds: 'Memberships that name a user or a group which the snapshot lacks: the export is incomplete.',
  why: 'A user that is missing from the export may hold a username that somebody else needs. No verdict over part of an organization can be trusted.',
  fix: 'Export again, with active and inactive users and all groups, at one time. REST needs `includeInactive=true`.',
  example: 'memberships.csv puts user 512 into group 3, but no users file has a user 512.',
  clause: 'sync-groups',
  needs: NO_NEEDS,
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
        yield { rule: 'unknown-member', severity: 'error', count: total, first, checksum: checksum.text };
      },
    };
  },
  message: ({ count: total, first }) =>
    `${count(total, 'membership')} ${total === 1 ? 'names' : 'name'} a user or group that the export lacks (first: user "${first[0].user}" in group "${first[0].group}").`,
  identity: (finding) => [String(finding.count), finding.checksum],
  topic: () => '',
  data: (finding) => ({ count: finding.count, memberships: finding.first }),
  redact: (finding, redactor) => ({ ...finding, first: finding.first.map(redactor.member) }),
  headings: ['user', 'group', 'the export lacks', 'where'],
  rows: (finding) => finding.first.map((member) => [cell(member.user), cell(member.group), cell(LACKS[member.lacks]), cell(placeText(member.location))]),
  size: (finding) => finding.count,
  users: () => NONE,
  groups: () => NONE,
  decisions: ['accept'],
  remedy: (finding) =>
    askAboutExport(
      count(finding.count, 'membership'),
      'Export again, with active and inactive users and all groups, at one time: memberships name users or groups that this export lacks. Only where it is known why they are missing can it be accepted.',
    ),
};
