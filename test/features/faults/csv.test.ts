import { describeKills } from './kills.js';

await describeKills('csv in place');
await describeKills('csv to a copy');
