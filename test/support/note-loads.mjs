/**
 * Loaded before a program (`node --import`): writes the address of every module that is loaded, and of every file of the
 * built program that is read, into the file LOADED_TO.
 */

import fs, { appendFileSync } from 'node:fs';
import { register } from 'node:module';
import { pathToFileURL } from 'node:url';

const hooks = `
  import { appendFileSync } from 'node:fs';
  export function load(url, context, next) {
    appendFileSync(process.env.LOADED_TO, url + '\\n');
    return next(url, context);
  }`;
register(`data:text/javascript,${encodeURIComponent(hooks)}`);

const { readFileSync } = fs;
// The program loads its own files, as bin/load.js says.
fs.readFileSync = (path, ...rest) => {
  if (String(path).endsWith('.cjs')) appendFileSync(process.env.LOADED_TO ?? '', `${pathToFileURL(String(path))}\n`);
  return readFileSync(path, ...rest);
};
