import { describeKills } from './kills.js';

await describeKills('sqlite in place');
await describeKills('sqlite to a copy');
