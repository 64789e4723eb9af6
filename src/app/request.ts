/** What a person or a program asks for, by the names of the command line's options in camel case. */

import type { Settings } from '../config/settings.js';
import type { Activity, AuthenticationType } from '../model/directory.js';

/** The files of a source, and settings. What is not stated comes from the environment, the config file and the defaults, in this order. */
export interface Request {
  readonly users?: readonly string[];
  readonly inactiveUsers?: readonly string[];
  readonly groups?: readonly string[];
  readonly memberships?: readonly string[];
  readonly column?: Record<string, string>;
  readonly table?: Record<string, string>;
  readonly delimiter?: NonNullable<Settings['delimiter']>;
  readonly encoding?: NonNullable<Settings['encoding']>;
  readonly quote?: NonNullable<Settings['quote']>;
  readonly escape?: NonNullable<Settings['escape']>;
  readonly csvDelimiter?: NonNullable<Settings['csvDelimiter']>;
  readonly null?: readonly string[];
  readonly collation?: Settings['collation'];
  readonly activeMap?: Record<string, Activity>;
  readonly authTypes?: string;
  readonly basicUsers?: string;
  readonly assumeActive?: boolean;
  readonly authMode?: NonNullable<Settings['authMode']>;
  readonly syncGroup?: readonly string[];
  readonly syncGroups?: string;
  readonly failOn?: Settings['failOn'];
  readonly skipRule?: readonly string[];
  readonly authTypeMap?: Record<string, AuthenticationType>;
  readonly leaveOutUser?: readonly string[];
  readonly allowEmpty?: boolean;
  readonly config?: string;
  readonly idp?: NonNullable<Settings['idp']>;
  readonly idpUsers?: readonly string[];
  readonly idpGroups?: readonly string[];
  readonly idpMembers?: readonly string[];
  readonly idpApplication?: string;
  readonly strictEnvironment?: boolean;
  readonly integrations?: string;
}

/** Returns what a request states as settings. */
export function settingsStated(request: Request): Partial<Settings> {
  const { authMode, syncGroup, syncGroups, failOn, skipRule, column, table, authTypeMap, delimiter, encoding, allowEmpty, assumeActive, leaveOutUser } =
    request;
  const { csvDelimiter, quote, escape: escapeStyle, null: nulls, collation, activeMap, authTypes, basicUsers } = request;
  const { idp, idpUsers, idpGroups, idpMembers, idpApplication, strictEnvironment, integrations } = request;
  return {
    ...(authMode === undefined ? {} : { authMode }),
    ...(syncGroup === undefined ? {} : { syncGroups: syncGroup }),
    ...(syncGroups === undefined ? {} : { syncGroupsFile: syncGroups }),
    ...(failOn === undefined ? {} : { failOn }),
    ...(skipRule === undefined ? {} : { skipRules: skipRule }),
    ...(column === undefined ? {} : { columns: column }),
    ...(table === undefined ? {} : { tables: table }),
    ...(authTypeMap === undefined ? {} : { authTypeMap }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(csvDelimiter === undefined ? {} : { csvDelimiter }),
    ...(quote === undefined ? {} : { quote }),
    ...(escapeStyle === undefined ? {} : { escape: escapeStyle }),
    ...(nulls === undefined ? {} : { nulls }),
    ...(collation === undefined ? {} : { collation }),
    ...(activeMap === undefined ? {} : { activeMap }),
    ...(authTypes === undefined ? {} : { authTypes }),
    ...(basicUsers === undefined ? {} : { basicUsers }),
    ...(leaveOutUser === undefined ? {} : { leaveOutUsers: leaveOutUser }),
    ...(allowEmpty === undefined ? {} : { allowEmpty }),
    ...(assumeActive === undefined ? {} : { assumeActive }),
    ...(idp === undefined ? {} : { idp }),
    ...(idpUsers === undefined ? {} : { idpUsers }),
    ...(idpGroups === undefined ? {} : { idpGroups }),
    ...(idpMembers === undefined ? {} : { idpMembers }),
    ...(idpApplication === undefined ? {} : { idpApplication }),
    ...(strictEnvironment === undefined ? {} : { strictEnvironment }),
    ...(integrations === undefined ? {} : { integrations }),
  };
}
