import { configNote } from '../audit/report.js';
import type { Severity } from '../model/finding.js';
import { ruleOf } from '../rules/registry.js';
import { exportPlace, placesOf } from './locations.js';
import type { Reporter } from './reporter.js';
import { acceptanceText, byWeight } from './sections.js';
import { printable } from './visible.js';

const SEVERITY: Readonly<Record<Severity, 'critical' | 'minor' | 'info'>> = { error: 'critical', warning: 'minor', info: 'info' };

/** A GitLab Code Quality report. GitLab shows each fingerprint once, and requires a line even if a record has none. */
export const gitlab: Reporter = {
  *render(report) {
    const { inputs } = report.snapshot;
    const timesByFingerprint = new Map<string, number>();
    let separator = '[\n';
    for (const { finding, fingerprint, acceptance } of byWeight(report)) {
      const times = (timesByFingerprint.get(fingerprint) ?? 0) + 1;
      timesByFingerprint.set(fingerprint, times);
      const place = placesOf(finding, inputs, 1)[0] ?? exportPlace(finding, inputs);
      const message = printable(ruleOf(finding).message(finding));
      const entry = {
        description: acceptance === undefined ? message : `${message} (${acceptanceText(acceptance)})`,
        check_name: finding.rule,
        fingerprint: times === 1 ? fingerprint : `${fingerprint}#${times}`,
        severity: acceptance === undefined ? SEVERITY[finding.severity] : 'info',
        location: { path: printable(place.path), lines: { begin: place.line ?? 1 } },
      };
      yield `${separator}  ${JSON.stringify(entry)}`;
      separator = ',\n';
    }
    const { policy } = report;
    const note = configNote(policy);
    // Code Quality knows nothing but issues, so the config that the verdict rests on is one of them.
    if (note !== undefined) {
      const path = printable(policy.config ?? '');
      const entry = {
        description: printable(note),
        check_name: 'config',
        fingerprint: `config:${path}`,
        severity: 'info',
        location: { path, lines: { begin: 1 } },
      };
      yield `${separator}  ${JSON.stringify(entry)}`;
      separator = ',\n';
    }
    yield separator === '[\n' ? '[]\n' : '\n]\n';
  },
};
