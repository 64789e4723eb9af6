/**
 * Plays the way out of a running Jama Connect and back into it; a server on this machine stands in for it. Every command line
 * below is run as it is shown; `npm run demo:live`. It takes a few minutes: at most 8 calls a second are made.
 */

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { startStandIn } from '../support/start-stand-in.mjs';
import { organization, say, tell } from './telling.mjs';

const server = await startStandIn({ organization: organization('observatory'), contextPath: '/contour' });
Object.assign(process.env, server.oauthEnvironment);
try {
  tell((folder, run) => {
    say(`A server stands in for Jama Connect: ${server.url}. Credentials are in the environment.`);
    run(`scim-audit pull --url ${server.url} --out pulled --rate 8`, 0);
    say('What was pulled is checked like any export; pull.json proves that it is complete.');
    run('scim-audit check pulled --auth-mode saml --rows 2', 1);
    run('scim-audit plan pulled --auth-mode saml --out plan', 0);
    say('The first account is changed, and nothing else.');
    run(`scim-audit apply plan --url ${server.url} --rate 8 --first 1 --yes`, 0);
    say('It is as it should be, so the same run goes on with all the others.');
    run(`scim-audit apply plan --url ${server.url} --rate 8 --yes`, 0);
    say('What Jama Connect holds now is compared with the plan.');
    run(`scim-audit pull --url ${server.url} --out pulled-again --rate 8`, 0);
    run('scim-audit verify plan pulled-again', 0);
    say('And the way back.');
    const [name] = readdirSync(join(folder, 'plan', 'runs')).filter((each) => /^\d/.test(each));
    run(`scim-audit undo plan/runs/${name} --url ${server.url} --rate 8 --yes`, 0);
  });
} finally {
  await server.stop();
}
