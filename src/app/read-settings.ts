/** The settings of a run: flags, then environment, then the config file, then the defaults. */

import { findConfigFile, type ResolvedSettings, resolveSettings } from '../config/resolve.js';
import type { Context } from './context.js';
import type { Request } from './request.js';

export interface ReadSettings extends ResolvedSettings {
  /** The config file, if there is one; `formerNames` says which settings it calls by earlier names. */
  readonly file: { readonly path: string; readonly formerNames: readonly string[] } | undefined;
}

/** Returns the settings that hold. Throws a UserError if the file or a variable cannot be read. */
export async function readSettings(flags: Request, context: Pick<Context, 'folder' | 'process' | 'environment'>): Promise<ReadSettings> {
  const { environment } = context;
  const file = await readConfig(flags.config ?? (environment.SCIM_AUDIT_CONFIG || undefined), context);
  return { ...resolveSettings({ flags, environment, ...(file === undefined ? {} : { file }) }), file };
}

/** Reading a config needs zod; it is loaded only if there is a file to read. */
async function readConfig(said: string | undefined, { folder, process: { user } }: Pick<Context, 'folder' | 'process'>) {
  const path = said ?? findConfigFile(folder, user);
  if (path === undefined) return undefined;
  const { readConfigFile } = await import('../config/config-file.js');
  const formerNames: string[] = [];
  const settings = readConfigFile(path, (former, name) => void formerNames.push(`${name} instead of ${former}`));
  return { path, settings, formerNames };
}
