/** Why a gate stays shut or warns although the certificate is whole: what the verdict passes over, and what was not compared or is pinned otherwise. */

import type { Certificate } from '../audit/certificate-file.js';
import { SEVERITIES } from '../model/finding.js';
import { PROVIDER_NAMES } from '../model/idp.js';
import { visible } from '../reporters/visible.js';
import { count, grouped } from '../rules/rule.js';
import { fileOf } from '../sources/input-files.js';
import { readNameList } from '../sources/tables/name-list.js';
import { hashFile } from '../targets/run/files.js';
import type { Request } from './command-words.js';

/** Returns what the verdict passes over, one sentence each: rules, severities, accounts and findings. */
export function exceptionsOf({ notChecked, rules, lowered, settings, accepted, known }: Certificate): string[] {
  const named = (fingerprints: readonly string[]): string => {
    const more = fingerprints.length - MOST_NAMED;
    return `${fingerprints.slice(0, MOST_NAMED).map(visible).join(', ')}${more > 0 ? ` and ${grouped(more)} more` : ''}`;
  };
  const lower = rules.filter(({ severity, usually }) => SEVERITIES.indexOf(severity) > SEVERITIES.indexOf(usually));
  const off = lowered.filter(({ rule, to }) => to === 'off' && !notChecked.some((each) => each.rule === rule));
  return [
    ...notChecked.map(({ rule, why }) => `${rule} was NOT CHECKED: ${why}.`),
    ...off.map(({ rule }) => `${rule} was NOT CHECKED: switched off in the configuration.`),
    ...lower.map(({ rule, severity, usually }) => `${rule} counts as ${severity}; its usual severity is ${usually}.`),
    ...(settings.leaveOutUsers.length > 0
      ? [`${count(settings.leaveOutUsers.length, 'account')} left out on purpose, and not checked: ${named(settings.leaveOutUsers)}.`]
      : []),
    ...(accepted.length > 0
      ? [`${count(accepted.length, 'finding')} accepted, and not counted: ${named(accepted.map(({ fingerprint }) => fingerprint))}.`]
      : []),
    ...(known.length > 0
      ? [`${count(known.length, 'finding')} known from a baseline, and not counted: ${named(known.map(({ fingerprint }) => fingerprint))}.`]
      : []),
  ];
}

const MOST_NAMED = 20;

export const UNKEYED =
  'a digest proves that the certificate is unchanged, not who wrote it: anyone can make one. To prove that too, set SCIM_AUDIT_CERTIFICATE_KEY in both places.';

/** Lists that the gate can be given, by their flags. */
const LIST_FLAGS = { integrations: '--integrations', 'auth-types': '--auth-types', 'basic-users': '--basic-users' } as const;

const isComparable = (role: string): role is keyof typeof LIST_FLAGS => role in LIST_FLAGS;

const givenList = (role: keyof typeof LIST_FLAGS, { integrations, authTypes, basicUsers }: Request): string | undefined =>
  ({ integrations, 'auth-types': authTypes, 'basic-users': basicUsers })[role];

/** Returns the inputs of the audit that the gate was not given to compare, one sentence each. */
export function uncomparedOf({ idp, files }: Certificate, flags: Request, isIdpGiven: boolean): string[] {
  return [
    ...(idp === undefined || isIdpGiven
      ? []
      : [
          `the exports of ${PROVIDER_NAMES[idp.provider]} that were part of the audit were not compared: name them with --idp-users, --idp-groups, --idp-members, --idp-assignments and --idp-schema.`,
        ]),
    ...files.flatMap(({ role, path }) =>
      isComparable(role) && givenList(role, flags) === undefined
        ? [`${visible(path)}, which was part of the audit, was not compared: name it with ${LIST_FLAGS[role]}.`]
        : [],
    ),
  ];
}

/** Returns in which lists the files given are others than the certified ones. */
export function listDifferences({ files }: Certificate, flags: Request): string[] {
  return (['integrations', 'auth-types', 'basic-users'] as const).flatMap((role) => {
    const given = givenList(role, flags);
    if (given === undefined) return [];
    const certified = files.find((each) => each.role === role);
    if (certified === undefined) return [`${visible(given)} was not part of the audit: the check ran without ${LIST_FLAGS[role]}.`];
    const now = hashFile(fileOf(given));
    return now === certified.sha256 ? [] : [`${visible(given)} is not what was audited: its SHA-256 is ${now}.`];
  });
}

/** Returns which settings given to the gate are not those of the certificate. */
export function pinReasons({ settings }: Certificate, { authMode, failOn, syncGroups, syncGroupsFile, encoding }: Request): string[] {
  const wanted =
    syncGroups === undefined && syncGroupsFile === undefined
      ? undefined
      : new Set([...(syncGroups ?? []), ...(syncGroupsFile === undefined ? [] : readNameList(syncGroupsFile, encoding))]);
  const certified = settings.syncGroups;
  const isOther = wanted !== undefined && (certified === null || certified.length !== wanted.size || certified.some((name) => !wanted.has(name)));
  return [
    ...(authMode === undefined || authMode === settings.authMode ? [] : [`the check ran with --auth-mode ${settings.authMode}, not ${authMode}.`]),
    ...(failOn === undefined || failOn === settings.failOn ? [] : [`the check ran with --fail-on ${settings.failOn}, not ${failOn}.`]),
    ...(isOther
      ? [
          `the check ran for other groups to be synced: ${certified === null ? 'every organization-level group' : certified.map(visible).join(', ') || 'none'}, not ${[...wanted].map(visible).join(', ')}.`,
        ]
      : []),
  ];
}
