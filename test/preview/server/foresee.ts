/** The forecast for an organization and the exports of its identity provider, and the first sync that it is compared with. */

import { NODE_DIGESTS } from '../../../src/app/node-digests.js';
import { beginAudit } from '../../../src/audit/audit.js';
import type { IdpDirectory } from '../../../src/model/idp.js';
import type { Forecast } from '../../../src/preview/forecast.js';
import { predict } from '../../../src/preview/predict.js';
import { MemberList } from '../../../src/preview/preview-input.js';
import { key } from '../../support/alike-texts.js';
import { directoryOf, type Organization, policyOf } from '../../support/organizations.js';
import { ScimClient } from './client.js';
import type { ConnectState, Latitude } from './connect.js';
import { syncFromEntra } from './entra.js';
import { syncFromOkta } from './okta.js';
import type { Outcome } from './promises.js';
import type { Service } from './service.js';

export interface Foreseen {
  readonly forecast: Forecast;
  /** Keys of the names of groups that are to be synced; undefined for all. */
  readonly syncedNames: ReadonlySet<string> | undefined;
}

export function foresee(organization: Organization, exported: IdpDirectory): Foreseen {
  const directory = directoryOf(organization);
  const { context } = beginAudit(directory, policyOf(organization), NODE_DIGESTS, exported);
  const members = new MemberList();
  const sink = members.sinkFor(directory);
  for (const { user, group } of organization.memberships) {
    const userPlace = organization.users.find(({ id }) => id === user)?.place;
    const groupPlace = organization.groups.find(({ id }) => id === group)?.place;
    if (userPlace !== undefined && groupPlace !== undefined) sink.member(userPlace, groupPlace);
  }
  const { names } = context.sync;
  return { forecast: predict(context, members), syncedNames: names === null ? undefined : new Set(names.map(key)) };
}

export interface Sync extends Outcome {
  /** The requests that were made, with their status. */
  readonly log: readonly string[];
}

const SYNCS = { okta: syncFromOkta, entra: syncFromEntra } as const;

export async function runSync(service: Service, before: ConnectState, truth: IdpDirectory, latitude: Latitude): Promise<Sync> {
  service.load(before, latitude);
  const client = new ScimClient(service.url);
  await SYNCS[truth.provider](client, truth, latitude);
  return { before, after: service.state(), log: client.log };
}
