/**
 * Appends posts to the database at argv[2] as fast as it can, in a process that tests may kill. Prints one
 * line each: 'open', the id of each post once it is appended, and if the store fails, 'failed' and the
 * error code of each pending append.
 */
import { randomUUID } from 'node:crypto';
import { openSqliteStore } from '../../../../src/feed-server/store/sqlite-store.ts';
import { createLog } from '../../../../src/runtime/node/pino-log.ts';
import { PostedError } from '../../../../src/runtime/shared/errors.ts';

const [, , path = ''] = process.argv;
const print = (line: string): void => void process.stdout.write(`${line}\n`);

const store = await openSqliteStore({ path, log: createLog('silent'), onFailure: () => print('failed') });
print('open');

async function appendForever(): Promise<never> {
  const author = randomUUID();
  for (;;) {
    const postId = randomUUID();
    await store.appendPost({ postId, author, text: `text of ${postId}`, createdAtMs: Date.now() });
    print(postId);
  }
}

const results = await Promise.allSettled(Array.from({ length: 64 }, appendForever));
for (const result of results) if (result.status === 'rejected') print(PostedError.from(result.reason).code);
