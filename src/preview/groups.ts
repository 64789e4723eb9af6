/** Effects of the first sync on groups: the provider's first, then groups to be synced that none of them is linked to. */

import type { Collation } from '../model/compare.js';
import type { Group } from '../model/directory.js';
import type { IdpGroup } from '../model/idp.js';
import { isSpecial } from '../model/idp-lookup.js';
import type { GroupForecast, Reason } from './forecast.js';
import { MOST_NAMED, type PreviewInput } from './preview-input.js';
import { groupWords } from './words.js';

/** A forecast whose memberships are not counted yet. */
export type GroupDraft = Omit<GroupForecast, 'members'>;

export interface GroupsForecast {
  readonly drafts: readonly GroupDraft[];
  /** Groups of the provider that are not among those to be synced. */
  readonly leftOut: number;
}

const NONE: readonly never[] = [];

export function forecastGroups({ directory, sync, idp, index }: PreviewInput): GroupsForecast {
  const { provider, groups: idpGroups, given } = idp.directory;
  const words = groupWords(provider);
  const { isBlank, key } = index.collation;
  const { exact, alike, ofProjects } = namesOf(directory.groups, key);
  const wanted = sync.names === null ? null : new Set(sync.names.map(key));
  const considered = idpGroups.filter(({ name }) => wanted === null || wanted.has(key(name)));
  const timesByName = new Map<string, number>();
  for (const { name } of considered) timesByName.set(name, (timesByName.get(name) ?? 0) + 1);
  const linkedOrMeant = new Set<Group>();
  const contestedNames = new Set<string>();

  const forecastOne = (idpGroup: IdpGroup): GroupDraft => {
    const { name } = idpGroup;
    const draft = (effect: GroupDraft['effect'], why: Reason, near: readonly Group[] = NONE): GroupDraft => ({ effect, idpGroup, near, why });
    if (isBlank(name)) return draft('unknown', words.blank);
    const same = exact.get(name) ?? NONE;
    if ((timesByName.get(name) ?? 0) > 1 || same.length > 1) {
      contestedNames.add(name);
      return draft('ambiguous', same.length > 1 ? words.twins : words.sameName, same.slice(0, MOST_NAMED));
    }
    const [group] = same;
    const own = group === undefined ? {} : { group };
    if (group !== undefined) linkedOrMeant.add(group);
    if (!directory.given.groups) return draft('unknown', words.noGroups);
    if (provider === 'entra' && isSpecial(name)) return { ...draft('unknown', words.special), ...own };
    const others = alike.get(key(name)) ?? NONE;
    if (group !== undefined) return { ...draft('link', others.length > 1 ? words.linkBesideAlike : words.link), group };
    const projects = ofProjects.get(name) ?? NONE;
    const near = [...others.slice(0, MOST_NAMED), ...projects.slice(0, MOST_NAMED)].slice(0, MOST_NAMED);
    if (!directory.given.groupList) return draft('unknown', words.noGroupList, near);
    return draft('create', others.length > 0 ? words.createBesideAlike : projects.length > 0 ? words.createBesideProject : words.create, near);
  };

  const drafts = considered.map(forecastOne);
  const keysOfIdp = new Set(considered.map(({ name }) => key(name)));
  for (const group of directory.groups) {
    if (sync.isSynced[group.place] === 0 || linkedOrMeant.has(group)) continue;
    const draft = (effect: GroupDraft['effect'], why: Reason): GroupDraft => ({ effect, group, near: NONE, why });
    if (contestedNames.has(group.name)) drafts.push(draft('ambiguous', words.candidate));
    else if (!given.groupList) drafts.push(draft('unknown', words.noIdpList));
    else drafts.push(draft('untouched', !isBlank(group.name) && keysOfIdp.has(key(group.name)) ? words.untouchedAlike : words.untouched));
  }
  return { drafts, leftOut: idpGroups.length - considered.length };
}

interface Names {
  /** Organization-level groups by name. */
  readonly exact: ReadonlyMap<string, readonly Group[]>;
  /** Organization-level groups by the key of the name. */
  readonly alike: ReadonlyMap<string, readonly Group[]>;
  /** Groups of projects by name. */
  readonly ofProjects: ReadonlyMap<string, readonly Group[]>;
}

function namesOf(groups: readonly Group[], key: Collation['key']): Names {
  const exact = new Map<string, Group[]>();
  const alike = new Map<string, Group[]>();
  const ofProjects = new Map<string, Group[]>();
  const add = (map: Map<string, Group[]>, name: string, group: Group): void => {
    const known = map.get(name);
    if (known === undefined) map.set(name, [group]);
    else known.push(group);
  };
  for (const group of groups) {
    if (!group.isOrganizationLevel) {
      add(ofProjects, group.name, group);
      continue;
    }
    add(exact, group.name, group);
    add(alike, key(group.name), group);
  }
  return { exact, alike, ofProjects };
}
