/** The status of a runbook's steps, from an audit. */

import type { Report } from '../audit/report.js';
import { type Environment, judgeEnvironment, type SettingOfEnvironment } from '../model/environment.js';
import { isInScope } from '../model/policy.js';
import { findRule } from '../rules/registry.js';
import { count, grouped } from '../rules/rule.js';
import type { EnablementCase, Knowledge, Known } from './runbook.js';

export const checkCommand = ({ sourceWords }: EnablementCase): string => `scim-audit check ${sourceWords}`;

/** Returns the status without an export: unknown. */
export function knowNothing(given: EnablementCase): Known {
  return {
    data: (rules) => ({ state: 'unknown', text: 'no export was given', more: optionsFor(rules, given) }),
    settings: () => undefined,
    unnamedGroups: () => undefined,
  };
}

/** Returns the options for what the rules check besides the export. */
function optionsFor(names: readonly string[], { idp }: EnablementCase): string {
  const rules = names.flatMap((name) => findRule(name) ?? []);
  const exports = rules.some((rule) => rule.idp !== undefined) ? ` --idp ${idp} --idp-users FILE` : '';
  const groups = names.includes('group-link') ? ' --idp-groups FILE' : '';
  const integrations = names.includes('integration-username') ? ' --integrations FILE' : '';
  return `${exports}${groups}${integrations}`.trimStart();
}

/** Returns the status from a report. */
export function knowFrom(report: Report, given: EnablementCase): Known {
  return { data: dataOf(report, given), settings: settingsOf(report, given), unnamedGroups: unnamedOf(report) };
}

/** Why a rule that is asked for by a setting was not. */
const UNASKED: Readonly<Record<string, string>> = { 'break-glass': '`environment.administrators` of the configuration names nobody' };

function dataOf(report: Report, given: EnablementCase): Known['data'] {
  const { snapshot, policy, findings, notChecked, idp } = report;
  const inScope = snapshot.users.reduce((sum, user) => sum + (isInScope(user, policy.authMode) ? 1 : 0), 0);
  const whyByRule = new Map(notChecked.map(({ rule, why }) => [rule, why]));
  const openByRule = new Map<string, number>();
  const acceptedByRule = new Map<string, number>();
  for (const { finding, acceptance } of findings) {
    if (finding.severity === 'info') continue;
    const counts = acceptance === undefined ? openByRule : acceptedByRule;
    counts.set(finding.rule, (counts.get(finding.rule) ?? 0) + 1);
  }
  return (names) => {
    const rules = names.flatMap((name) => findRule(name) ?? []);
    const open = rules.filter(({ name }) => openByRule.has(name));
    if (open.length > 0) {
      return { state: 'open', text: open.map(({ name }) => `${count(openByRule.get(name) ?? 0, 'finding')} of \`${name}\``).join(', '), more: '' };
    }
    const unchecked = new Map<string, string[]>();
    const lacking: string[] = [];
    for (const rule of rules) {
      const isUnasked = rule.idp !== undefined ? idp === undefined : rule.isAskedFor?.(policy) === false;
      const ungiven = rule.idp !== undefined ? 'no exports of the identity provider were given' : (UNASKED[rule.name] ?? 'its input was not given');
      const why = isUnasked ? ungiven : whyByRule.get(rule.name);
      if (isUnasked) lacking.push(rule.name);
      if (why !== undefined) unchecked.set(why, [...(unchecked.get(why) ?? []), `\`${rule.name}\``]);
    }
    if (unchecked.size > 0) {
      const text = [...unchecked].map(([why, which]) => `${which.join(', ')} not checked (${why})`).join('; ');
      return { state: 'unknown', text, more: optionsFor(lacking, given) };
    }
    if (snapshot.users.length === 0) return { state: 'unknown', text: 'the export has no users', more: '' };
    if (inScope === 0) return { state: 'unknown', text: `no user of the export is in scope with \`--auth-mode ${policy.authMode}\``, more: '' };
    if (idp === undefined && names.includes('break-glass')) {
      const text = 'whether the identity provider has these people shows only in its exports';
      return { state: 'unknown', text, more: `--idp ${given.idp} --idp-users FILE` };
    }
    const accepted = rules.reduce((sum, { name }) => sum + (acceptedByRule.get(name) ?? 0), 0);
    const looked = `${count(snapshot.users.length, 'user')} (${grouped(inScope)} in scope), ${count(snapshot.groups.length, 'group')} and ${count(snapshot.memberships, 'membership')}`;
    const found = accepted > 0 ? `no error or warning that is not accepted (${grouped(accepted)} accepted)` : 'no error or warning';
    return { state: 'done', text: `${found} of ${rules.map(({ name }) => `\`${name}\``).join(', ')} in ${looked}` };
  };
}

/** Checks the configuration for this provider, and states which settings are missing. */
function settingsOf({ snapshot, policy }: Report, given: EnablementCase): Known['settings'] {
  const { environment } = policy;
  if (environment === undefined) return () => undefined;
  const asked: Environment = { ...environment, provider: given.idp, isStrict: true };
  const judgments = judgeEnvironment(asked, snapshot.users, policy.authMode === 'multi');
  const more = environment.isStrict ? '' : '--strict-environment';
  return (names: readonly SettingOfEnvironment[]): Knowledge => {
    const about = judgments.filter(({ setting }) => names.includes(setting));
    const text = about.map(({ setting, problem }) => `\`${setting}\` is ${problem === 'unsaid' ? 'not stated' : problem}`).join(', ');
    if (about.some(({ problem }) => problem !== 'unsaid')) return { state: 'open', text, more };
    if (about.length > 0) return { state: 'unknown', text: `in \`environment\` of the configuration ${text}`, more };
    return { state: 'done', text: '`environment` in the configuration states it' };
  };
}

function unnamedOf({ sync }: Report): Known['unnamedGroups'] {
  return () =>
    sync.names === null
      ? { state: 'unknown', text: 'no groups were named, so every organization-level group counts as a group to be synced', more: '--sync-groups FILE' }
      : undefined;
}
