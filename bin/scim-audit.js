#!/usr/bin/env node
// Exit codes: 0 done, nothing to stop for; 1 findings or differences; 2 no answer (arguments, config, input, bug);
// 3 no users in the source; 4 apply or undo refused before the first write; 5 apply or undo stopped after a write;
// 130, 143 and 129 interrupted. The reason is the last line on stderr.
import { statSync } from 'node:fs';
import module from 'node:module';

// Node.js from 22.1 on keeps the program as it compiled it, in the user's own folder for caches: it holds nothing but the
// program. NODE_DISABLE_COMPILE_CACHE=1 switches it off; Node.js says nothing if the folder cannot be written.
const { HOME, LOCALAPPDATA, XDG_CACHE_HOME } = process.env;
const cacheHome = process.platform === 'win32' ? LOCALAPPDATA : XDG_CACHE_HOME || (HOME && `${HOME}/.cache`);

/** A folder of somebody else, as HOME is under sudo, is neither trusted nor filled. */
function isOwn(folder) {
  const { uid } = statSync(folder, { throwIfNoEntry: false }) ?? {};
  return process.getuid === undefined || uid === process.getuid();
}

if (cacheHome && module.enableCompileCache && isOwn(cacheHome)) module.enableCompileCache(`${cacheHome}/scim-audit`);

const { processIo, run } = await import('../dist/cli.js');
process.exitCode = await run(process.argv.slice(2), processIo());
