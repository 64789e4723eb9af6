#!/usr/bin/env node
// Exit codes: 0 done, nothing to stop for; 1 findings or differences; 2 no answer (arguments, config, input, bug);
// 3 no users in the source; 4 apply or undo refused before the first write; 5 apply or undo stopped after a write;
// 130, 143 and 129 interrupted. The reason is the last line on stderr.
const { join } = require('node:path');
const { keep, load } = require('./load.js');

const { processIo, run } = load(join(__dirname, '../dist/cli.cjs'));
process.once('exit', keep);
run(process.argv.slice(2), processIo(join(__dirname, 'thread.js'))).then((code) => {
  process.exitCode = code;
});
