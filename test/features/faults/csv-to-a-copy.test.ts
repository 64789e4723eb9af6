import { describeKills } from './kills.js';

describeKills('csv to a copy');
