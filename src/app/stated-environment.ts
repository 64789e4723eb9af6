/** Settings that no export shows, as the configuration states them, with the day on which they are judged. */

import type { Settings } from '../config/settings.js';
import type { Environment } from '../model/environment.js';
import { UserError } from '../model/user-error.js';
import type { Context } from './context.js';

/** Returns what settings that no export shows are judged by; undefined if they are neither stated nor asked for. */
export function environmentOf({ environment: stated, strictEnvironment: isStrict, idp }: Settings, context: Context): Environment | undefined {
  if (stated === undefined && !isStrict) return undefined;
  if (idp !== undefined && stated?.idp !== undefined && idp !== stated.idp) {
    throw new UserError(`The settings of environment are for ${stated.idp}, but --idp says ${idp}.`, 'Correct one of them, or remove idp from environment.');
  }
  const provider = idp ?? stated?.idp;
  return { stated: stated ?? {}, isStrict, today: context.now().toISOString().slice(0, 10), ...(provider === undefined ? {} : { provider }) };
}
