import { expect, it } from 'vitest';
import { NODE_DIGESTS } from '../../../src/app/node-digests.js';
import { NO_ANSWER } from '../../../src/plan/decision-rows.js';
import type { PageCounts, PageData } from '../../../src/plan/page/page-data.js';
import { PageEngine } from '../../../src/plan/page/page-engine.js';
import { takePageData } from '../../../src/plan/page/take-page-data.js';
import { connectUser, directoryOfIdp, organizationOf } from '../../rules/idp-oracle.js';
import { answeredCells, fileOf, groundOf, madePlanOf, TODAY } from '../planning.js';

const SHARED = 'dome@observatory.example';

/** Returns what plan and the page count once a user gets an email that two blocked users of the provider have, whose ids are these. */
function countsOf(ofNobody: string, ofZoe: string): { readonly plan: PageCounts; readonly page: PageCounts } {
  const organization = organizationOf(
    [
      connectUser(0, 'ines', ''),
      connectUser(1, 'zoe@observatory.example', 'zoe@observatory.example', { active: false }),
      connectUser(2, 'ana@observatory.example', 'ana@observatory.example'),
    ],
    { severities: { 'ambiguous-match': 'off' } },
  );
  const idp = directoryOfIdp(
    'okta',
    [
      { id: ofNobody, subject: 'night@observatory.example', email: SHARED, active: false },
      // This one is Zoe as well, so that it does not show that the account of Ines is blocked.
      { id: ofZoe, subject: 'zoe@observatory.example', email: SHARED, active: false },
      { id: 'c', subject: 'ana@observatory.example', email: 'ana@observatory.example', active: true },
    ],
    [],
  );
  const made = madePlanOf(organization, undefined, idp);
  const answer = { action: 'set-email', value: SHARED };
  const isAnswered = (at: number): boolean => made.rows[at].asked.written[1] === 'missing-email';
  const decided = madePlanOf(organization, fileOf(made.rows.map(({ asked }, at) => answeredCells(asked, isAnswered(at) ? answer : {}))), idp);
  const { actions, open, after } = decided.body;
  const data: PageData = JSON.parse(JSON.stringify(takePageData(groundOf(organization, idp), made, 'salt', NODE_DIGESTS)));
  expect(data.idp?.users.map(([, subject]) => subject)).not.toContain('night@observatory.example');
  const answers = new Map(made.rows.flatMap((_, at) => (isAnswered(at) ? [[at, { ...NO_ANSWER, ...answer }] as const] : [])));
  expect(answers.size).toBe(1);
  const judged = new PageEngine(data, NODE_DIGESTS).judgeWhole(answers, TODAY);
  if ('problems' in judged) throw new Error('plan takes this answer');
  return { plan: { actions: actions.length, open: open.length, ...after }, page: judged.counts };
}

it('the page knows which of several users of the provider with an email comes first, although it does not show them', () => {
  const [one, other] = [countsOf('a', 'b'), countsOf('b', 'a')];
  expect(one.page).toEqual(one.plan);
  expect(other.page).toEqual(other.plan);
  expect(one.plan).not.toEqual(other.plan);
});
