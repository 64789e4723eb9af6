/** Findings about the export as a whole, as text: the page has only a part of the export and could not find them again. */

import type { AuditedFinding } from '../../audit/report.js';
import type { FindingBase } from '../../model/finding.js';
import { ruleOf } from '../../rules/registry.js';
import type { CarriedFinding } from './page-data.js';

/** Is about the export as a whole: it can only be accepted. */
export const isAboutExport = ({ finding }: AuditedFinding): boolean => ruleOf(finding).decisions.every((action) => action === 'accept');

/** Lists of subjects, by which subjects in a finding are replaced with numbers and found again. */
export type Subjects = Readonly<Record<'user' | 'group' | 'idpUser', readonly object[]>>;

/** Begins a text that stands for a subject. No text of an export is mistaken for one: `$` is doubled. */
const SIGN = '$';

/** Returns the finding with numbers instead of subjects; `placeOf` is by list and subject. */
export function carriedOf({ finding, fingerprint }: AuditedFinding, placeOf: ReadonlyMap<unknown, string>): CarriedFinding {
  const text = JSON.stringify(finding, (_, value: unknown) => {
    const place = placeOf.get(value);
    if (place !== undefined) return place;
    return typeof value === 'string' && value.startsWith(SIGN) ? SIGN + value : value;
  });
  return { fingerprint, text };
}

/** Returns how each subject is written. */
export function placesOf(subjects: Subjects): Map<unknown, string> {
  return new Map(Object.entries(subjects).flatMap(([kind, list]) => list.map((subject, place) => [subject, `${SIGN}:${kind}:${place}`] as const)));
}

const REFERENCE = /^\$:(user|group|idpUser):(\d+)$/;

/** Returns the finding again, with its subjects. */
export function restored({ fingerprint, text }: CarriedFinding, subjects: Subjects): AuditedFinding {
  const finding: FindingBase = JSON.parse(text, (_, value: unknown) => {
    if (typeof value !== 'string' || !value.startsWith(SIGN)) return value;
    const [, kind, place] = REFERENCE.exec(value) ?? [];
    if (kind === 'user' || kind === 'group' || kind === 'idpUser') return subjects[kind][Number(place)];
    return value.slice(SIGN.length);
  });
  return { finding, fingerprint };
}
