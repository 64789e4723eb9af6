/** What a person or a program asks for. */

import type { Settings } from '../config/settings.js';

/** The files of a source, and settings by their names. What is not stated comes from the environment, the config file and the defaults, in this order. */
export interface Request extends Partial<Settings> {
  readonly users?: readonly string[];
  readonly inactiveUsers?: readonly string[];
  readonly groups?: readonly string[];
  readonly memberships?: readonly string[];
  readonly config?: string;
}
