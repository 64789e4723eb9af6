import type { Difference } from '../model/compare.js';
import type { Group } from '../model/directory.js';
import type { FindingBase, Proposal } from '../model/finding.js';
import { nearNames } from '../model/near-names.js';
import { IN_WHAT, idpOf } from './idp.js';
import { cell, NO_NEEDS, NONE, placeText, type Rule, type RuleContext } from './rule.js';

export interface GroupLink extends FindingBase {
  readonly rule: 'group-link';
  readonly group: Group;
  /** The provider's group that was probably meant. */
  readonly near: string | null;
  /** Of the near name from the group's. */
  readonly difference: Difference | null;
  /** The near name counts as the same. */
  readonly isRespelt: boolean;
  /** A list of the settings asks for the group by its name. */
  readonly isListed: boolean;
  /** No other organization-level group has a name that counts as the same. */
  readonly isAlone: boolean;
}

function* findUnlinked(context: RuleContext): Iterable<GroupLink> {
  const { directory, sync, index } = context;
  const { differenceOf, isBlank, key } = index.collation;
  const names = idpOf(context).directory.groups.map(({ name }) => name);
  const exact = new Set(names);
  const lacking = directory.groups.filter(({ place, name }) => sync.isSynced[place] === 1 && (isBlank(name) || !exact.has(name)));
  if (lacking.length === 0) return;
  const near = nearNames(names, index.collation, lacking.length);
  const numbers = new Map<string, number>();
  for (const { name, isOrganizationLevel } of directory.groups) if (isOrganizationLevel) numbers.set(key(name), (numbers.get(key(name)) ?? 0) + 1);
  for (const group of lacking) {
    const meant = near(group.name) ?? null;
    const difference = meant === null ? null : differenceOf(group.name, meant);
    const isRespelt = meant !== null && key(meant) === key(group.name);
    const isMeant = sync.names !== null || isRespelt;
    const isListed = sync.sought.has(group.name);
    yield {
      rule: 'group-link',
      severity: isMeant ? 'error' : 'warning',
      group,
      near: meant,
      difference,
      isRespelt,
      isListed,
      isAlone: numbers.get(key(group.name)) === 1,
    };
  }
}

const sentence = ({ group, near, difference }: GroupLink): string =>
  `No group of the identity provider is called exactly "${group.name}"${near === null || difference === null ? '' : `; "${near}" differs ${IN_WHAT[difference]}`}`;

/** Another spelling of the name can be taken over; white space at its ends cannot, nor a name that settings or other groups hold on to. */
function proposalOf({ near, isRespelt, isListed, isAlone }: GroupLink): Proposal | undefined {
  if (near === null || !isRespelt || near !== near.trim() || isListed || !isAlone) return undefined;
  return { action: 'set-name', value: near };
}

const IN_LIST = '; rename it in the identity provider, or in Jama Connect and in the list of groups to be synced';

export const groupLink: Rule<GroupLink> = {
  name: 'group-link',
  severity: 'error',
  title: 'Groups that the identity provider will not link',
  finds:
    'A group to be synced whose name no group of the identity provider has exactly (a warning where nobody named the groups to be synced and no name counts as the same).',
  why: 'The identity provider links a group of Jama Connect only if the names are exactly the same. Otherwise it creates a second group beside it, without the permissions of the first, or leaves the group alone.',
  fix: 'Give the group the same name on both sides; `scim-audit plan` can rename it in Jama Connect. Where the groups to be synced are listed by name, change the list too. If the group is not to be synced, name only those that are (--sync-group, --sync-groups).',
  example: 'Jama Connect has "Reviewers", Okta pushes "reviewers".',
  clause: 'group-link',
  needs: NO_NEEDS,
  isIdleWithout: ['idpGroups', 'groups'],
  idp: 'any',
  start: (context) => ({ findings: () => findUnlinked(context) }),
  message: (finding) => `${sentence(finding)}.`,
  identity: ({ group, near }) => [group.id, group.name, near ?? ''],
  topic: ({ group }) => group.id,
  data: ({ group, near, difference }, locate) => ({ group: { id: group.id, name: group.name, location: locate(group) }, near, difference }),
  redact: (finding, redactor) => ({ ...finding, group: redactor.group(finding.group), near: finding.near === null ? null : redactor.groupName(finding.near) }),
  headings: ['id', 'group name', 'near name in the provider', 'differs in', 'where'],
  rows: ({ group, near, difference }, locate) => [
    [cell(group.id), cell(group.name), near === null ? cell('') : { text: near, against: group.name }, cell(difference ?? ''), cell(placeText(locate(group)))],
  ],
  mayFollowDecision: true,
  users: () => NONE,
  groups: ({ group }) => [group],
  decisions: ['set-name', 'accept'],
  remedy: (finding) => {
    const { group, isListed } = finding;
    const proposal = proposalOf(finding);
    const way = isListed ? IN_LIST : '';
    const actions = isListed ? (['accept'] as const) : (['set-name', 'accept'] as const);
    const question = { subject: 'group', id: group.id, current: group.name, problem: `${sentence(finding)}${way}.`, actions } as const;
    return { wants: [], questions: [{ ...question, ...(proposal === undefined ? {} : { proposal }) }] };
  },
  // The list of groups to be synced is a setting.
};
