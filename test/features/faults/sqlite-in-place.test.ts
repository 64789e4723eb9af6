import { describeKills } from './kills.js';

describeKills('sqlite in place');
