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
