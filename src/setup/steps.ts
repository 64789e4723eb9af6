/** All sections of a runbook, in order. A new step is one entry in one of them. */

import type { Section } from './runbook.js';
import { CONNECT_SECTIONS } from './steps-connect.js';
import { DAY_SECTIONS } from './steps-day.js';
import { PREPARATION } from './steps-prepare.js';
import { PROVIDER_SECTIONS } from './steps-provider.js';

export const SECTIONS: readonly Section[] = [...PREPARATION, ...CONNECT_SECTIONS, ...PROVIDER_SECTIONS, ...DAY_SECTIONS];
