/** The client for Node.js. */
import { createConnect } from './connect.ts';
import { exchanging } from './exchanging.ts';
import { createNodePlatform } from './node-platform.ts';

export { fileCursor } from './file-cursor.ts';
export * from './index.ts';

export const connect = createConnect(createNodePlatform(), exchanging);
