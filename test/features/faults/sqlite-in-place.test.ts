import { describeKills } from './kills.js';

await describeKills('sqlite in place');
