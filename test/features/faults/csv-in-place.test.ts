import { describeKills } from './kills.js';

describeKills('csv in place');
