/** The command as a process of its own, as bin/scim-audit.js starts it. */

import { processIo, run } from '../../src/cli/index.js';

process.exitCode = await run(process.argv.slice(2), processIo());
