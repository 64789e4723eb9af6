// The second thread of the program. It reads the exports of an identity provider, hands them over, and ends.
const { join } = require('node:path');
const { parentPort, workerData } = require('node:worker_threads');
const { load } = require('./load.js');

load(join(__dirname, '../dist/cli.cjs'))
  .readInThread(workerData)
  .then((read) => {
    parentPort.postMessage(read?.packed, read?.buffers);
  });
