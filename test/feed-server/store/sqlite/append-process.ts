/**
 * Appends posts to the database at argv[2] as fast as it can, in a process of its own that tests may
 * kill. Tells on standard output, a line each: 'open', the id of each post once it is appended, and
 * when the store dies 'failed' and the code of each append that it took along.
 */
import { randomUUID } from 'node:crypto';
import { openSqliteStore } from '../../../../src/feed-server/store/sqlite-store.ts';
import { createLog } from '../../../../src/runtime/node/pino-log.ts';
import { PostedError } from '../../../../src/runtime/shared/errors.ts';

const [, , path = ''] = process.argv;
const tell = (line: string): void => void process.stdout.write(`${line}\n`);

const store = await openSqliteStore({ path, log: createLog('silent'), onFailure: () => tell('failed') });
tell('open');

async function appendForever(): Promise<never> {
  const author = randomUUID();
  for (;;) {
    const postId = randomUUID();
    await store.appendPost({ postId, author, text: `text of ${postId}`, createdAtMs: Date.now() });
    tell(postId);
  }
}

const results = await Promise.allSettled(Array.from({ length: 64 }, appendForever));
for (const result of results) if (result.status === 'rejected') tell(PostedError.from(result.reason).code);
