/** A first sync, from an organization as it is to what the provider makes of it. */

import type { IdpDirectory } from '../../../src/model/idp.js';
import { ScimClient } from './client.js';
import type { ConnectState } from './connect.js';
import { syncFromEntra } from './entra.js';
import type { Latitude } from './latitude.js';
import { syncFromOkta } from './okta.js';
import type { Outcome } from './promises.js';
import type { Service } from './service.js';

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
