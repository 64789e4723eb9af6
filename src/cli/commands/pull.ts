import type { Command } from 'commander';
import type { Pulled, PulledBody, PullRequest } from '../../app/pull.js';
import { printable } from '../../reporters/visible.js';
import { count } from '../../rules/rule.js';
import { type Ending, EXIT, type Io } from '../io.js';
import { callRate, contextOf } from '../options.js';
import { fitted, verbatim } from '../wrap-terminal-text.js';

/** Adds `pull`: reads an organization from Jama Connect. */
export function addPull(program: Command, io: Io, end: (ending: Ending) => void): void {
  program
    .command('pull')
    .description(
      "read users, groups and memberships from Jama Connect's REST API into a folder that the other commands read; nothing is changed there. Credentials: SCIM_AUDIT_JAMA_USER and SCIM_AUDIT_JAMA_PASSWORD, or SCIM_AUDIT_JAMA_CLIENT_ID and SCIM_AUDIT_JAMA_CLIENT_SECRET",
    )
    .optionsGroup('Input:')
    .requiredOption('--url <url>', 'address of Jama Connect, with its context path if it has one')
    .option('--all-groups', 'read the members of project groups too, not only of organization-level groups')
    .option('--proof <file>', 'earlier pull.json of the same address, or folder of a live run, which proves that members lists hold inactive users')
    .option('--rate <number>', 'calls per second, at most 8 (default: 4)', callRate)
    .optionsGroup('Output:')
    .requiredOption('--out <folder>', 'folder for the lists; it must be empty or not exist yet')
    .action(async (flags: PullRequest) => {
      const { pull } = await import('../../app/pull.js');
      end(told(await pull(flags, contextOf(io)), flags.out, io));
    });
}

function told({ manifest, names, checkCommand, calls }: Pulled, out: string, { stdout }: Io): Ending {
  const { users, groups, memberships } = manifest;
  stdout.write(
    fitted(
      [
        `Pulled from ${printable(manifest.url)} into ${printable(out)}: ${names.join(', ')}`,
        `  users        ${users.total} (${users.inactive} inactive)`,
        `  groups       ${groups.total} (${groups.organization} organization-level)`,
        `  memberships  ${memberships} (of ${manifest.membersOf === 'all' ? 'all groups' : 'organization-level groups'})`,
        `  inactive members of groups: ${proofText(manifest.inactiveMembers)}`,
        '',
        'Next',
        verbatim(`  ${printable(checkCommand)}`),
        'REST does not say how users sign in: with --auth-mode multi, add --auth-types FILE or --basic-users FILE.',
      ],
      stdout,
    ),
  );
  return {
    code: EXIT.done,
    reason: `pulled ${count(users.total, 'user')}, ${count(groups.total, 'group')} and ${count(memberships, 'membership')} with ${count(calls, 'call')}`,
  };
}

function proofText(proof: PulledBody['inactiveMembers']): string {
  if (proof === null) return 'not proved to be listed, so inactive-basic-member is not checked; --proof FILE takes an earlier pull.json that proves it';
  switch (proof.by) {
    case 'member':
      return `listed (user ${proof.user} in group ${proof.group})`;
    case 'no-inactive-users':
      return 'there are no inactive users';
    case 'earlier-pull':
      return 'listed, as an earlier pull proved';
    case 'run':
      return `listed, as a live run proved (user ${proof.user} in group ${proof.group})`;
  }
}
