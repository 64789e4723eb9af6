import { describeKills } from './kills.js';

await describeKills('csv in place');
