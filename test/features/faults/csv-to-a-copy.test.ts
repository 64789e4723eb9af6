import { describeKills } from './kills.js';

await describeKills('csv to a copy');
