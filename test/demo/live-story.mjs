/**
 * Plays the way out of a running Jama Connect, for which a server on this machine stands in. Every command line below is run
 * as it is shown; `npm run demo:live`.
 */

import { startStandIn } from '../support/start-stand-in.mjs';
import { organization, say, tell } from './telling.mjs';

const server = await startStandIn({ organization: organization('observatory'), contextPath: '/contour' });
Object.assign(process.env, server.oauthEnvironment);
try {
  tell((_, run) => {
    say(`A server stands in for Jama Connect: ${server.url}. Credentials are in the environment.`);
    run(`scim-audit pull --url ${server.url} --out pulled --rate 8`, 0);
    say('What was pulled is checked like any export; pull.json proves that it is complete.');
    run('scim-audit check pulled --auth-mode saml --rows 2', 1);
    run('scim-audit plan pulled --auth-mode saml --out plan', 0);
  });
} finally {
  await server.stop();
}
