import { describeKills } from './kills.js';

describeKills('sqlite to a copy');
