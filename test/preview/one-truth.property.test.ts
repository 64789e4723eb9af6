import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NODE_DIGESTS } from '../../src/app/node-digests.js';
import { beginAudit } from '../../src/audit/audit.js';
import type { Report } from '../../src/audit/report.js';
import type { IdpDirectory } from '../../src/model/idp.js';
import { isSecondAccount, isUncertain } from '../../src/preview/predict.js';
import { ruleOf } from '../../src/rules/registry.js';
import { directoryOf, type Organization, policyOf, snapshotOf } from '../support/organizations.js';
import { idpOf, organizationOf, previewOf, worlds } from './worlds.js';

const reportOf = (organization: Organization, idp: IdpDirectory): Report =>
  beginAudit(directoryOf(organization), policyOf(organization), NODE_DIGESTS, idp).finish(snapshotOf(organization));

/** Returns the ids of the accounts that findings of a severity name. */
const namedIn = ({ findings }: Report, ...severities: readonly string[]): Set<string> =>
  new Set(
    findings.flatMap(({ finding }) =>
      severities.includes(finding.severity)
        ? ruleOf(finding)
            .users(finding)
            .map(({ id }) => id)
        : [],
    ),
  );

describe('check and preview, of the same inputs', () => {
  it('agree: nothing is ready while a second account is predicted, and each account beside one has an error', () => {
    let seconds = 0;
    fc.assert(
      fc.property(worlds, ({ organization, idp }) => {
        const report = reportOf(organization, idp);
        const second = previewOf(organization, idp).forecast.users.filter(isSecondAccount);
        seconds += second.length;
        if (report.isReady) expect(second).toEqual([]);
        const blamed = new Set(
          report.findings.flatMap(({ finding }) =>
            finding.rule === 'second-account' && finding.severity === 'error'
              ? ruleOf(finding)
                  .users(finding)
                  .map(({ id }) => id)
              : [],
          ),
        );
        const beside = new Set(second.flatMap((one) => one.beside.map(({ id }) => id)));
        expect([...beside].sort()).toEqual([...blamed].sort());
      }),
      { numRuns: 600 },
    );
    expect(seconds).toBeGreaterThan(20);
  });

  it('agree: each account of a link that is not certain has a warning at least', () => {
    let doubts = 0;
    fc.assert(
      fc.property(worlds, ({ organization, idp }) => {
        const named = namedIn(reportOf(organization, idp), 'warning', 'error');
        for (const forecast of previewOf(organization, idp).forecast.users) {
          if (!isUncertain(forecast)) continue;
          const accounts = [...(forecast.user === undefined ? [] : [forecast.user]), ...forecast.candidates];
          doubts += accounts.length;
          for (const { id } of accounts) expect([...named], JSON.stringify(forecast)).toContain(id);
        }
      }),
      { numRuns: 600 },
    );
    expect(doubts).toBeGreaterThan(20);
  });

  it('find what a person wanted: a Basic, inactive or left account that the look-up misses, and no more', () => {
    const organization = organizationOf({
      users: [
        { userName: 'ana@dome.example', email: 'ana@dome.example' },
        { userName: 'jdoe', email: 'jdoe@dome.example', active: false },
        { userName: 'bo', email: 'bo@dome.example', authenticationType: 'basic' },
        { userName: 'former.ana', email: 'ana@dome.example', active: false },
      ],
    });
    const idp = idpOf({ provider: 'okta', users: ['ana', 'jdoe', 'bo'].map((name) => ({ subject: `${name}@dome.example` })) });
    const { findings, isReady } = reportOf(organization, idp);
    expect(isReady).toBe(false);
    expect(findings.flatMap(({ finding }) => (finding.rule === 'second-account' ? [[finding.severity, ruleOf(finding).users(finding)[0].id]] : []))).toEqual([
      ['error', '2'],
      ['error', '3'],
    ]);
  });
});
