import { DIFFERENCES } from '../model/compare.js';
import type { Proposal } from '../model/finding.js';
import { nearNames } from '../model/near-names.js';
import { defineRule, ID, WHERE } from './define.js';
import { choice, type FindingOf, group, groupName, nullable, own } from './fields.js';
import { DIFFERS_IN, IN_WHAT, idpOf } from './idp.js';
import type { RuleContext } from './rule.js';

const FIELDS = {
  group: group(),
  near: nullable(groupName("The provider's name that was probably meant.")),
  difference: nullable(choice(DIFFERENCES, 'How the near name differs; null if there is none.')),
  /** The near name is the same apart from spelling. */
  isRespelt: own<boolean>(),
  /** The settings list the group by its name. */
  isListed: own<boolean>(),
  /** No other organization-level group has a name that counts as the same. */
  isAlone: own<boolean>(),
};
type GroupLink = FindingOf<'group-link', typeof FIELDS>;

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
  `No group that the identity provider sends is called exactly "${group.name}"${near === null || difference === null ? '' : `; "${near}" differs ${IN_WHAT[difference]}`}`;

/** Proposes the provider's spelling of the name, unless it has white space at its ends, or the settings or another group depend on the present name. */
function proposalOf({ near, isRespelt, isListed, isAlone }: GroupLink): Proposal | undefined {
  if (near === null || !isRespelt || near !== near.trim() || isListed || !isAlone) return undefined;
  return { action: 'set-name', value: near };
}

const IN_LIST = '; rename it in the identity provider, or both in Jama Connect and in the list of groups to be synced';

export const groupLink = defineRule({
  name: 'group-link',
  severity: 'error',
  title: 'Groups that the identity provider will not link',
  finds:
    'A group to be synced whose name is not exactly the name of a group of the identity provider (a warning if the groups to be synced were not named and no name is the same apart from spelling).',
  why: 'The identity provider links a group of Jama Connect only if the names are exactly the same. Otherwise it creates a second group without the permissions of the first, or ignores the group.',
  fix: 'Give the group the same name on both sides; `scim-audit plan` can rename it in Jama Connect. If you list the groups to be synced by name, change the list too. If the identity provider has the group and does not send it, assign it to the application (Entra) or push it (Okta). If the group is not to be synced, name only the groups that are (--sync-group, --sync-groups).',
  example: 'The group is called "Reviewers" in Jama Connect and "reviewers" in Okta.',
  clause: 'group-link',
  fields: FIELDS,
  isIdleWithout: ['idpGroups', 'groups'],
  idp: 'any',
  start: (context) => ({ findings: () => findUnlinked(context) }),
  message: (finding) => `${sentence(finding)}.`,
  identity: ({ group, near }) => [group.id, group.name, near ?? ''],
  topic: ({ group }) => group.id,
  subjects: ({ group }) => [group],
  columns: [
    ID,
    ['group name', ({ name }) => name],
    ['near name in the provider', ({ name }, { near }) => (near === null ? '' : { text: near, against: name })],
    ['differs in', (_, { difference }) => (difference === null ? '' : DIFFERS_IN[difference])],
    WHERE,
  ],
  effects: { mayFollowDecision: true },
  decisions: ['set-name', 'accept'],
  remedy: (finding, decisions) => {
    const { group, isListed } = finding;
    const proposal = proposalOf(finding);
    const way = isListed ? IN_LIST : '';
    const actions = isListed ? (['accept'] as const) : decisions;
    const question = { subject: 'group', id: group.id, current: group.name, problem: `${sentence(finding)}${way}.`, actions } as const;
    return { wants: [], questions: [{ ...question, ...(proposal === undefined ? {} : { proposal }) }] };
  },
});
