/** The words of a checked mapping that every format for people has. */

import { count } from '../rules/rule.js';
import { type JudgedMapping, MAPPING_CHECK_NAMES, type MappingFinding, type MappingReport } from '../setup/mapping-check.js';
import { visible } from './visible.js';

/** Findings shown per check: people do not read more, and the JSON report has all of them. */
export const MOST_OF_A_CHECK = 50;

/** Returns the verdict in words. */
export function mappingVerdict({ summary: { error, warning }, isAsGuided }: MappingReport): string {
  const look = warning > 0 ? `, and ${count(warning, 'thing')} to look at` : '';
  return isAsGuided ? `The mapping follows the guide${look}` : `${count(error, 'thing', 'things')} must be changed before provisioning starts${look}`;
}

/** Returns which mapping was judged. */
export function mappingSubject({ name, sourceObjectName, targetObjectName, targetDirectory, path, isOn }: JudgedMapping, whom: string): string {
  const where = targetDirectory === '' ? '' : ` of ${visible(targetDirectory)}`;
  return `mapping of ${whom} "${visible(name)}" (${isOn ? 'on' : 'not on'}), ${visible(sourceObjectName)} to ${visible(targetObjectName)}${where}${path === '' ? '' : `, ${path}`}`;
}

/** Returns the findings that somebody must look at, by check. */
export function findingsByCheck({
  findings,
}: MappingReport): { readonly check: (typeof MAPPING_CHECK_NAMES)[number]; readonly found: readonly MappingFinding[] }[] {
  const byCheck = new Map<string, MappingFinding[]>();
  for (const finding of findings) {
    if (finding.severity === 'info') continue;
    const known = byCheck.get(finding.check);
    if (known === undefined) byCheck.set(finding.check, [finding]);
    else known.push(finding);
  }
  return MAPPING_CHECK_NAMES.flatMap((check) => {
    const found = byCheck.get(check);
    return found === undefined ? [] : [{ check, found }];
  });
}
