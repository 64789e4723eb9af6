/** The contents of a preview: the forecast and its inputs. */

import type { Input, Snapshot } from '../model/directory.js';
import { type IdpDirectory, type IdpInput, PROVIDER_NAMES } from '../model/idp.js';
import type { Note } from '../model/note.js';
import type { Policy } from '../model/policy.js';
import { count, grouped } from '../rules/rule.js';
import type { Forecast } from './forecast.js';

export interface Preview {
  /** For the source: where subjects were read, even those that a plan changed. */
  readonly snapshot: Snapshot;
  readonly policy: Policy;
  /** Wanted names; null if every organization-level group is meant. */
  readonly syncNames: readonly string[] | null;
  readonly idp: IdpDirectory;
  /** Set if the forecast is for after a plan was applied. */
  readonly forecast: Forecast;
  /** With a plan: the forecast without it. */
  readonly before?: Forecast;
  /** Notes on how both sides were read. */
  readonly notes: readonly Note[];
  /** True if usernames, emails and names are replaced by pseudonyms. */
  readonly isRedacted?: true;
}

/** Returns the outcome in one sentence. */
export function outcomeText({ forecast, before }: Preview): string {
  const { secondAccounts, uncertain } = forecast.summary;
  const seconds = secondAccounts === 0 ? 'no user' : count(secondAccounts, 'user');
  const doubts = uncertain === 0 ? 'no outcome is uncertain' : `the outcome for ${count(uncertain, 'user')} is uncertain`;
  const text = `${seconds} would get a second account; ${doubts}`;
  if (before === undefined) return text;
  return `once the plan is applied, ${text} (now: ${grouped(before.summary.secondAccounts)} and ${grouped(before.summary.uncertain)})`;
}

/** Returns the title of the preview. */
export const titleText = ({ forecast }: Preview): string => `What the first sync of ${PROVIDER_NAMES[forecast.provider]} will do`;

/** Returns every file and table that was read, those of the identity provider last. */
export const previewInputs = ({ snapshot, idp }: Preview): readonly (Input | IdpInput)[] => [...snapshot.inputs, ...idp.inputs];

/** Does nothing in it need a person's attention before the sync. */
export const isCalm = ({ forecast: { summary, licenses } }: Preview): boolean =>
  summary.secondAccounts + summary.uncertain + summary.groups.ambiguous + summary.groups.unknown + summary.memberships.unknown + summary.memberships.lost ===
    0 && (licenses?.without.length ?? 0) === 0;
