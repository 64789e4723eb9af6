// Loads the built program, and keeps what V8 compiled of it in the user's own folder for caches, because compiling takes
// longer than a small check. module.enableCompileCache would not do: Node.js 20 lacks it, and it keeps only what is compiled
// before a file runs, not the functions that the run called. NODE_DISABLE_COMPILE_CACHE=1 switches the cache off.

const { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require('node:fs');
const { basename, dirname, join } = require('node:path');
const { Script } = require('node:vm');

const { HOME, LOCALAPPDATA, NODE_DISABLE_COMPILE_CACHE, NODE_V8_COVERAGE, XDG_CACHE_HOME } = process.env;
const home = process.platform === 'win32' ? LOCALAPPDATA : XDG_CACHE_HOME || (HOME && `${HOME}/.cache`);
const isWanted = home && !NODE_DISABLE_COMPILE_CACHE && !NODE_V8_COVERAGE && isOwn(home);
const wanted = isWanted ? join(home, 'scim-audit', `${process.version}-${process.arch}`) : undefined;
const folder = wanted && [dirname(wanted), wanted].every(isPrivate) ? wanted : undefined;

/** What was loaded, by path. */
const files = new Map();
let isIncomplete = false;

/** A folder of somebody else, as HOME is under sudo, is neither trusted nor filled. */
function isOwn(place) {
  const { uid } = statOf(place) ?? {};
  return process.getuid === undefined || uid === process.getuid();
}

/** What is run must come from nobody else: a folder that others can write to is not used. One that is missing will be made. */
function isPrivate(place) {
  const stats = statOf(place);
  return stats === undefined || process.getuid === undefined || (stats.uid === process.getuid() && (stats.mode & 0o022) === 0);
}

function statOf(place) {
  try {
    return statSync(place);
  } catch {
    return undefined;
  }
}

let crypto;
/** Keeps it, because Node.js takes as long to find a module again as to hash a short text. */
const usedCrypto = () => (crypto ??= require('node:crypto'));

/** Stands for node:crypto until it is used: it takes as long to load as a small export to check, and most reports show no digest. */
const cryptoWhenUsed = new Proxy(
  {},
  {
    get: (_, name) => usedCrypto()[name],
    ownKeys: () => Reflect.ownKeys(usedCrypto()),
    getOwnPropertyDescriptor: (_, name) => Reflect.getOwnPropertyDescriptor({ ...usedCrypto() }, name),
  },
);

/** Returns what a file of the program requires. */
function requireFrom(path, id) {
  if (id.startsWith('.')) return load(join(dirname(path), id));
  return id === 'node:crypto' ? cryptoWhenUsed : require(id);
}

/** Imports a package; a script of node:vm cannot without a warning, so the build writes a call of this instead. */
const importPackage = (name) => import(name);

/** Returns what a file of the program exports. */
function load(path) {
  const loaded = files.get(path);
  if (loaded !== undefined) return loaded.module.exports;
  const source = readFileSync(path);
  const cachedData = kept(path, source);
  // The build writes ASCII only, which is read faster as what it is.
  const script = new Script(`(function(exports,require,module,__filename,importPackage){${source.latin1Slice()}\n})`, {
    filename: path,
    cachedData,
  });
  if (cachedData === undefined || script.cachedDataRejected) isIncomplete = true;
  const module = { exports: {} };
  files.set(path, { source, script, module });
  script.runInThisContext()(module.exports, (id) => requireFrom(path, id), module, path, importPackage);
  return module.exports;
}

/**
 * Returns what is kept of a file, if it is of this very text and undamaged. V8 compares versions and flags, but neither the
 * text nor the bytes: it would run damaged ones. So the text is kept before them, and they are kept twice.
 */
function kept(path, source) {
  if (folder === undefined) return undefined;
  try {
    const bytes = readFileSync(join(folder, basename(path)));
    const middle = (source.length + bytes.length) / 2;
    const data = bytes.subarray(source.length, middle);
    return source.equals(bytes.subarray(0, source.length)) && data.equals(bytes.subarray(middle)) ? data : undefined;
  } catch {
    return undefined;
  }
}

/** Keeps all that was loaded, with the functions that were called, if a file of it was not kept before. */
function keep() {
  if (folder === undefined || !isIncomplete) return;
  try {
    // Not recursive: Node.js tries for ever where a system has no place for folders, as in /proc.
    for (const each of [dirname(folder), folder]) if (!existsSync(each)) mkdirSync(each, { mode: 0o700 });
    for (const [path, { source, script }] of files) {
      const place = join(folder, basename(path));
      const unfinished = `${place}.${process.pid}`;
      // Before the work, which is for nothing if the folder cannot be written to.
      writeFileSync(unfinished, source, { flag: 'wx', mode: 0o600 });
      const data = script.createCachedData();
      writeFileSync(unfinished, Buffer.concat([data, data]), { flag: 'a' });
      renameSync(unfinished, place);
    }
  } catch {
    // The next run compiles again.
  }
}

module.exports = { keep, load };
