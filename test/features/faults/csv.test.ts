import { describeKills } from './killing.js';

await describeKills('csv in place');
await describeKills('csv to a copy');
