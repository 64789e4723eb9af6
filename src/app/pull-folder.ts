/** The folder that a pull makes: three CSV files, and pull.json, which says what is proved about them. */

import { type PullManifest, serializePull } from '../audit/pull-manifest.js';
import type { BodyOf } from '../audit/sealed-document.js';
import { listsOf } from '../sources/rest/lists.js';
import type { MembersList, RestOrganization } from '../sources/rest/organization.js';
import { PULL_FILE } from '../sources/rest/pull-state.js';
import { hashFile } from '../targets/run/files.js';
import type { Context } from './context.js';
import { NewFolder } from './new-folder.js';
import { NODE_DIGESTS } from './node-digests.js';
import type { Evidence } from './pull-proof.js';
import { TOOL } from './tool.js';

/** What pull.json holds besides its digest. */
export type PulledBody = BodyOf<PullManifest>;

interface Facts {
  readonly url: string;
  readonly out: string;
  readonly isAllGroups: boolean;
  readonly evidence: Evidence | undefined;
  readonly context: Context;
}

/** Writes the files beside the folder, and puts them there at once. `clear` removes the state from the folder. */
export function writePulled(
  organization: RestOrganization,
  facts: Facts,
  clear: () => void,
): { readonly manifest: PulledBody; readonly names: readonly string[] } {
  const { out, context } = facts;
  const folder = new NewFolder(out, context.process.pid);
  try {
    const files = listsOf(organization).map(({ role, headings, length, rows }) => {
      const file = folder.file(`${role}.csv`, headings);
      for (const row of rows()) file.row(row);
      file.close();
      return { path: `${role}.csv` as const, sha256: hashFile(file.path), rows: length };
    });
    const manifest = manifestOf(organization, facts, files);
    folder.write(PULL_FILE, [serializePull(manifest, NODE_DIGESTS)]);
    clear();
    folder.finish();
    return { manifest, names: folder.names };
  } catch (error) {
    folder.discard();
    throw error;
  }
}

const membersOf = (lists: readonly MembersList[]): number => lists.reduce((sum, { members }) => sum + members.length, 0);

function manifestOf(
  { users, groups, memberLists, inactiveMember }: RestOrganization,
  { url, isAllGroups, evidence, context }: Facts,
  files: PulledBody['files'],
): PulledBody {
  const inactive = new Set(users.flatMap(({ id, active }) => (active ? [] : [id])));
  return {
    tool: { name: TOOL.name, version: TOOL.version },
    url,
    time: context.now().toISOString(),
    membersOf: isAllGroups ? 'all' : 'organization',
    users: { total: users.length, inactive: inactive.size },
    groups: { total: groups.length, organization: groups.filter(({ project }) => project === '').length },
    memberships: membersOf(memberLists),
    inactiveMembers:
      inactiveMember !== undefined
        ? { by: 'member', ...inactiveMember }
        : inactive.size === 0
          ? { by: 'no-inactive-users' }
          : (evidence?.proofFor(inactive) ?? null),
    files,
  };
}
