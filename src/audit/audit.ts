/** Runs the rules on a directory, with its memberships as a stream. */

import { type Contest, settleContest } from '../model/contest.js';
import type { Digests } from '../model/digests.js';
import type { Directory, MembershipSink, Snapshot } from '../model/directory.js';
import { environmentNotes } from '../model/environment.js';
import type { FindingBase } from '../model/finding.js';
import { type IdentityIndex, indexIdentities } from '../model/identity-index.js';
import type { IdpDirectory } from '../model/idp.js';
import { leadingAway, matchIdp } from '../model/idp-match.js';
import { joined, type Note, note, userId } from '../model/note.js';
import { isInScope, type Policy, selectSyncGroups } from '../model/policy.js';
import { RULES, rulesFor } from '../rules/registry.js';
import { count, grouped, INPUT_NAMES, type Rule, type RuleContext, type RuleInput, type RuleRun } from '../rules/rule.js';
import { type AuditedFinding, configNote, fingerprinting, isStopped, type NotChecked, type Report, summarize } from './report.js';

/** What the rules see, and the digests for fingerprints. */
export interface AuditContext extends RuleContext {
  readonly digests: Digests;
}

export interface Audit {
  /** The sink for the memberships. */
  readonly sink: MembershipSink;
  readonly context: AuditContext;
  /** Returns the report. Call it once, after the last membership. */
  finish(snapshot: Snapshot): Report;
}

/** A rule that cannot be checked, and the input that is missing. */
export interface MissingInput {
  readonly rule: string;
  readonly input: RuleInput;
}

const isOff = (rule: Rule, policy: Policy): boolean => policy.skipRules.includes(rule.name) || policy.severities[rule.name] === 'off';

/** Returns the rules whose input is missing and that are not among the rules to skip. Such an audit must be refused. */
export function findMissingInputs(directory: Directory, policy: Policy): MissingInput[] {
  const given = givenOf(directory);
  return RULES.filter((rule) => !isOff(rule, policy)).flatMap((rule) =>
    rule
      .needs(policy)
      .filter((input) => !given[input])
      .map((input) => ({ rule: rule.name, input })),
  );
}

type Given = Readonly<Record<RuleInput, boolean>>;

const givenOf = ({ given }: Directory, idp?: IdpDirectory): Given => ({
  ...given,
  idpGroups: idp?.given.groupList === true,
  idpEmails: idp?.given.emails === true,
});

function whyNotChecked(rule: Rule, given: Given, policy: Policy, { unanswered = {} }: Directory): string | undefined {
  const lacking = [...rule.needs(policy), ...[rule.isIdleWithout ?? []].flat()].find((input) => !given[input]);
  if (lacking !== undefined) return `no ${INPUT_NAMES[lacking]} ${lacking === 'groupList' ? 'was' : 'were'} given`;
  if (policy.skipRules.includes(rule.name)) return 'skipped with --skip-rule';
  if (policy.severities[rule.name] === 'off') return 'switched off in the configuration';
  return unanswered[rule.name];
}

/** What an audit of a planned state takes from the audit of its source. */
export interface Earlier {
  readonly findings: readonly AuditedFinding[];
  /** Index of the users as planned. */
  readonly index: IdentityIndex;
  /** True if the plan only gives users their email as username. */
  readonly isRenamedOnly: boolean;
}

/**
 * Starts an audit of users and groups; the findings follow once all memberships have been passed on. Findings about unknown
 * members, and those that renames do not affect, can be taken from an earlier audit; so can the index alone.
 */
export function beginAudit(directory: Directory, policy: Policy, digests: Digests, idp?: IdpDirectory, known?: Earlier | Pick<Earlier, 'index'>): Audit {
  const fingerprinted = fingerprinting(digests);
  const earlier = known !== undefined && 'findings' in known ? known : undefined;
  let index = known?.index;
  const indexed = (): IdentityIndex => {
    index ??= indexIdentities(directory.users, policy);
    return index;
  };
  const sync = selectSyncGroups(directory.groups, policy);
  const match = idp === undefined ? undefined : matchIdp(indexed(), idp);
  let contest: Contest | undefined;
  const notChecked: NotChecked[] = [];
  const given = givenOf(directory, idp);
  const asked = rulesFor({ policy, idp }).filter((rule) => {
    const why = whyNotChecked(rule, given, policy, directory);
    if (why !== undefined) notChecked.push({ rule: rule.name, why });
    return why === undefined;
  });
  const checked = new Set(asked.map(({ name }) => name));
  const context: AuditContext = {
    digests,
    directory,
    policy,
    // Both are created on first use: a preview does not use the contest, and an audit that skips every rule uses neither.
    get index() {
      return indexed();
    },
    get contest() {
      contest ??= settleContest(indexed(), match === undefined ? undefined : leadingAway(indexed(), match));
      return contest;
    },
    sync,
    checked,
    ...(match === undefined ? {} : { idp: match }),
  };
  /** Without a run if the findings are carried over. */
  const runs: { rule: Rule; run: RuleRun<FindingBase> | undefined }[] = [];
  for (const rule of asked) {
    const run = earlier?.isRenamedOnly === true && rule.effects.outlastsRenames === true ? undefined : rule.start(context);
    runs.push({ rule, run: earlier !== undefined && run?.unknown !== undefined ? undefined : run });
  }
  const watching = runs.flatMap(({ run }) => (run === undefined ? [] : [run]));
  const onMember = watching.flatMap((run) => (run.member === undefined ? [] : [run.member.bind(run)]));
  const onUnknown = watching.flatMap((run) => (run.unknown === undefined ? [] : [run.unknown.bind(run)]));
  return {
    context,
    sink: {
      member: oneOrAll(onMember),
      unknown(member) {
        for (const see of onUnknown) see(member);
      },
    },
    finish(snapshot) {
      const findings: AuditedFinding[] = [];
      const carried = byRule(
        earlier?.findings ?? [],
        runs.flatMap(({ rule, run }) => (run === undefined ? [rule.name] : [])),
      );
      for (const { rule, run } of runs) {
        if (run === undefined) {
          for (const audited of carried.get(rule.name) ?? []) findings.push(audited);
          continue;
        }
        const set = policy.severities[rule.name];
        for (const stated of run.findings(snapshot)) {
          const finding = set === undefined || set === 'off' ? stated : { ...stated, severity: set };
          findings.push(fingerprinted(finding));
        }
      }
      return completeReport({
        snapshot,
        policy,
        sync,
        ...(idp === undefined ? {} : { idp }),
        findings,
        notChecked,
        notes: [...snapshot.notes, ...(idp?.notes ?? []), ...notesOf(context)],
      });
    },
  };
}

/** Returns the findings of some rules. */
function byRule(findings: readonly AuditedFinding[], rules: readonly string[]): Map<string, AuditedFinding[]> {
  const found = new Map<string, AuditedFinding[]>(rules.map((rule) => [rule, []]));
  for (const audited of findings) found.get(audited.finding.rule)?.push(audited);
  return found;
}

/** Usually only one rule looks at memberships, and there are more of them than of anything else. */
function oneOrAll(onMember: readonly MembershipSink['member'][]): MembershipSink['member'] {
  const [only] = onMember;
  if (onMember.length === 1 && only !== undefined) return only;
  return (user, group) => {
    for (const see of onMember) see(user, group);
  };
}

/** Returns the report with its counts and verdict. */
export function completeReport(parts: Omit<Report, 'summary' | 'isReady'>): Report {
  // If no user was checked, the export is not ready.
  const isReady = parts.snapshot.users.length > 0 && !isStopped(parts);
  return { ...parts, summary: summarize(parts.findings, parts.fixed !== undefined), isReady };
}

function notesOf(context: RuleContext): Note[] {
  const { directory, policy, sync, checked } = context;
  const notes: Note[] = [configNote(policy) ?? []].flat();
  if (directory.users.length === 0) notes.push('Nothing was checked: the source has no users, and an organization without users is not ready.');
  // If this is a finding, it says so itself.
  if (directory.users.length > 0 && !checked.has('nothing-to-check') && !directory.users.some((user) => isInScope(user, policy.authMode))) {
    notes.push(
      `No user is in scope. With --auth-mode ${policy.authMode} these are the active ${policy.authMode === 'basic' ? 'users' : 'users whose authentication type is IdP'}: check the mode and the export.`,
    );
  }
  const leftOut = directory.users.filter(({ isLeftOut }) => isLeftOut === true);
  if (leftOut.length > 0) {
    const ids = joined(
      leftOut.slice(0, 20).map(({ id }) => userId(id)),
      ', ',
    );
    notes.push(
      note`${count(leftOut.length, 'account')} left out on purpose, with names that count as taken: ${leftOut.length === 1 ? 'user' : 'users'} ${ids}${leftOut.length > 20 ? ' and others' : ''}.`,
    );
  }
  if (policy.environment !== undefined) notes.push(...environmentNotes(policy.environment, directory.users));
  if (policy.areIntegrationsGiven === true) {
    const holders = directory.users.filter(({ signsInFor }) => signsInFor !== undefined);
    const waiting = holders.filter(({ place }) => context.index.needsUpdate[place] === 1).length;
    notes.push(
      `Other systems sign in with the usernames of ${count(holders.length, 'user')}, ${waiting === 0 ? 'none' : grouped(waiting)} of whom must be renamed: without a decision these keep their usernames, and so do the users who wait for these usernames.`,
    );
  }
  if (directory.given.groups && sync.names === null) {
    notes.push('No groups to be synced were named: every organization-level group counts as one. Name them with --sync-group or --sync-groups.');
  }
  if (policy.failOn === 'never') {
    notes.push('With --fail-on never no finding stops this check: "ready" says nothing about the findings listed.');
  }
  return notes;
}
