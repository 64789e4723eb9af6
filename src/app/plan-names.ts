/** What a plan calls the files that it is made of: the same wherever it is made. */

import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Input } from '../model/directory.js';
import type { PlanBody } from '../plan/plan.js';
import type { SourceRequest } from '../sources/source.js';

/** Returns a plan with its files named from the source; lists and exports beside it go by their own name. */
export function namedFromSource(body: PlanBody, inputs: readonly Input[], { source }: SourceRequest): PlanBody {
  // An address is no path, and its tables have names of their own.
  if (source !== undefined && /^[a-z]+:\/\//.test(source)) return body;
  const folder = folderOf(source, inputs);
  const nameOf = (file: string, path: string): string => join(relative(folder, dirname(resolve(file))), basename(path)).replaceAll('\\', '/');
  const besides = (path: string): string => {
    const seen = relative(folder, resolve(path));
    return isAbsolute(seen) || seen.startsWith('..') ? basename(path) : seen.replaceAll('\\', '/');
  };
  const { typeList, idp } = body.settings;
  return {
    ...body,
    snapshot: { ...body.snapshot, inputs: body.snapshot.inputs.map((input, at) => ({ ...input, path: nameOf(inputs[at].file, input.path) })) },
    settings: {
      ...body.settings,
      ...(typeList === undefined ? {} : { typeList: { ...typeList, path: besides(typeList.path) } }),
      ...(idp === undefined ? {} : { idp: { ...idp, inputs: idp.inputs.map((input) => ({ ...input, path: besides(input.path) })) } }),
    },
  };
}

/** Returns the folder of a source; of files that were named one by one, the nearest one that holds them all. */
function folderOf(source: string | undefined, inputs: readonly Input[]): string {
  if (source !== undefined) {
    const folder = resolve(source);
    return inputs.some(({ file }) => resolve(file) === folder) ? dirname(folder) : folder;
  }
  const [first = [], ...others] = inputs.map(({ file }) => dirname(resolve(file)).split(sep));
  const shared = first.findIndex((part, at) => others.some((parts) => parts[at] !== part));
  return first.slice(0, shared < 0 ? first.length : shared).join(sep) || sep;
}
