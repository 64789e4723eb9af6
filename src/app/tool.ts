import manifest from '../../package.json' with { type: 'json' };

/** The program's name and version, as package.json has them. */
export const TOOL = { name: manifest.name, version: manifest.version } as const;

/** The versions of Node.js that it runs on. */
export const NODE_NEEDED: string = manifest.engines.node;
