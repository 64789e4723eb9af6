export { processIo } from './io.js';
export { run } from './main.js';
