import { describeKills } from './killing.js';

await describeKills('sqlite in place');
await describeKills('sqlite to a copy');
