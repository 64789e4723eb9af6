/** A connection to Jama Connect's REST API, and an organization read through it. */

import { type Credentials, readAddress, readCredentials } from '../rest/access.js';
import { type Jama, openJama } from '../rest/client.js';
import { tablesOf } from '../sources/rest/lists.js';
import { type PullProgress, type RestOrganization, readOrganization } from '../sources/rest/organization.js';
import { noPullState, type PullState } from '../sources/rest/pull-state.js';
import { type Context, type Progress, TOOL } from './context.js';
import { type Evidence, readEvidence } from './pull-proof.js';
import { type PulledFolder, RULE_OF_INACTIVE_MEMBERS } from './pulled-folder.js';
import { Refusal } from './refusal.js';

/** Where Jama Connect is, and how fast it may be called. */
export interface LivePlace {
  /** Its address, with its context path if it has one. */
  readonly url: string;
  /** Calls per second, at most 8; 4 if it is not said. */
  readonly rate?: number;
}

export interface Reachable {
  /** The address as it is shown and kept. */
  readonly url: string;
  readonly credentials: Credentials;
  /** Does some work with Jama Connect; the connection is closed in any case. */
  connect<T>(work: (jama: Jama) => Promise<T>): Promise<T>;
}

/** Returns a place that can be connected to; nothing is sent yet. Credentials come from the context's environment. Throws a UserError if one of the two cannot be used. */
export function reachable({ url: given, rate }: LivePlace, { environment, now, sleep }: Context): Reachable {
  const { url } = readAddress(given);
  const credentials = readCredentials(environment);
  return {
    url,
    credentials,
    async connect(work) {
      const jama = await openJama({
        url,
        credentials,
        ...(rate === undefined ? {} : { rate }),
        world: { now, sleep, environment },
        agent: `${TOOL.name}/${TOOL.version}`,
      });
      try {
        return await work(jama);
      } finally {
        await jama.close();
      }
    },
  };
}

interface ReadingWishes {
  readonly isAllGroups: boolean;
  readonly evidence: Evidence | undefined;
  readonly state: PullState;
  /** What is said if a signal ends the reading. */
  readonly interrupted: { readonly what: string; readonly hint: string };
}

/** Reads an organization, and shows how far it is. Throws a Refusal if a signal ends it. */
export async function readLive(jama: Jama, { isAllGroups, evidence, state, interrupted }: ReadingWishes, context: Context): Promise<RestOrganization> {
  const progress = await context.startProgress();
  context.interruption.listen();
  const began = context.now().getTime();
  try {
    return await readOrganization(jama, {
      isAllGroups,
      isProved: (inactive) => evidence?.proofFor(inactive) !== undefined,
      state,
      report(reached) {
        const signal = context.interruption.signal();
        if (signal !== undefined) throw new Refusal(signal, `${signal}: ${interrupted.what} was interrupted.`, interrupted.hint);
        show(progress, reached, jama.calls, context.now().getTime() - began);
      },
    });
  } finally {
    progress.stop();
  }
}

/** Returns how long something may still take, to follow what is done; nothing if it is done. */
export const leftText = (seconds: number): string => (seconds <= 0 ? '' : `, about ${seconds >= 60 ? `${Math.ceil(seconds / 60)} min` : `${seconds} s`} left`);

function show({ report }: Progress, { what, done, total, callsLeft }: PullProgress, calls: number, milliseconds: number): void {
  const rate = milliseconds > 0 ? (calls * 1000) / milliseconds : 0;
  const pace = rate > 0 ? `; ${rate.toFixed(1)} calls a second${leftText(Math.ceil(callsLeft / rate))}` : '';
  report({ path: what, bytes: 0, rows: done, text: `Reading ${what}: ${done.toLocaleString('en-US')} of ${total.toLocaleString('en-US')}${pace}` });
}

export interface LiveSourceRequest extends LivePlace {
  /** An earlier pull.json of the address, or the folder of a live run, which proves that members lists hold inactive users. */
  readonly proof?: string | undefined;
}

export interface LiveSource extends PulledFolder {
  /** The address as it is shown and kept. */
  readonly url: string;
}

const UNPROVED = "nothing proves that the members lists of Jama Connect's REST API hold inactive users: give --proof FILE";

/** Reads users, groups and the members of organization-level groups. Throws a UserError if there is no answer, and a Refusal if a signal ends it. */
export async function readLiveSource({ proof, ...place }: LiveSourceRequest, command: string, context: Context): Promise<LiveSource> {
  const { url, connect } = reachable(place, context);
  const evidence = proof === undefined ? undefined : readEvidence(proof, url);
  const interrupted = { what: `"${command}"`, hint: 'Nothing was written. Run the same command again: it reads everything anew.' };
  const organization = await connect((jama) => readLive(jama, { isAllGroups: false, evidence, state: noPullState(), interrupted }, context));
  const inactive = new Set(organization.users.flatMap(({ id, active }) => (active ? [] : [id])));
  const isProved = inactive.size === 0 || organization.inactiveMember !== undefined || evidence?.proofFor(inactive) !== undefined;
  return {
    url,
    tables: tablesOf(organization, url),
    unanswered: () => (isProved ? {} : { [RULE_OF_INACTIVE_MEMBERS]: UNPROVED }),
    notes: [],
    time: context.now().toISOString(),
  };
}
