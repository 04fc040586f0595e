/** A program for Node, Deno and Bun: `feed-program.ts <url> <token> <file of the cursor>` prints events as JSON lines. */
import { fileCursor } from 'posted/client';
import { followFeed } from './follow-feed.ts';

const [url = '', token = '', file = ''] = process.argv.slice(2);
const feed = followFeed({ url, token }, fileCursor(file), (event) => {
  process.stdout.write(`${JSON.stringify(event)}\n`);
});
process.once('SIGTERM', () => feed.close());
feed.closed.catch(() => {}).finally(() => process.exit());
