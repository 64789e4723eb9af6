import { describeKills } from './kills.js';

await describeKills('sqlite to a copy');
