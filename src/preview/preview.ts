/** What a preview shows: the forecast, and what it was made of. */

import type { Input, Snapshot } from '../model/directory.js';
import { type IdpDirectory, type IdpInput, PROVIDER_NAMES } from '../model/idp.js';
import type { Note } from '../model/note.js';
import type { Policy } from '../model/policy.js';
import { count, grouped } from '../rules/rule.js';
import type { Forecast } from './forecast.js';

export interface Preview {
  /** Of the source: where subjects were read, also those that a plan changed. */
  readonly snapshot: Snapshot;
  readonly policy: Policy;
  /** Wanted names; null where every organization-level group is meant. */
  readonly syncNames: readonly string[] | null;
  readonly idp: IdpDirectory;
  /** With a plan: as if it were applied. */
  readonly forecast: Forecast;
  /** With a plan: without it. */
  readonly before?: Forecast;
  /** Of the reading of both sides. Plain sentences. */
  readonly notes: readonly Note[];
  /** Aliases stand in it for usernames, emails and names. */
  readonly isRedacted?: true;
}

/** Returns the outcome in one sentence. */
export function outcomeText({ forecast, before }: Preview): string {
  const { secondAccounts, uncertain } = forecast.summary;
  const seconds = secondAccounts === 0 ? 'nobody' : count(secondAccounts, 'user');
  const doubts = uncertain === 0 ? 'no user is uncertain' : `${grouped(uncertain)} ${uncertain === 1 ? 'is' : 'are'} not certain`;
  const text = `${seconds} would get a second account, ${doubts}`;
  if (before === undefined) return text;
  return `once the plan is applied, ${text} (now: ${grouped(before.summary.secondAccounts)} and ${grouped(before.summary.uncertain)})`;
}

/** Returns what the preview is called. */
export const titleText = ({ forecast }: Preview): string => `What the first sync of ${PROVIDER_NAMES[forecast.provider]} will do`;

/** Returns every file and table that was read, those of the identity provider last. */
export const previewInputs = ({ snapshot, idp }: Preview): readonly (Input | IdpInput)[] => [...snapshot.inputs, ...idp.inputs];

/** Is nothing in it that a person must look at before the sync. */
export const isCalm = ({ forecast: { summary, licenses } }: Preview): boolean =>
  summary.secondAccounts + summary.uncertain + summary.groups.ambiguous + summary.groups.unknown + summary.memberships.unknown + summary.memberships.lost ===
    0 && (licenses?.without.length ?? 0) === 0;
