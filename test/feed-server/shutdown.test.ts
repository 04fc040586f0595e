import { expect, it } from 'vitest';
import { disposalErrors } from '../../src/runtime/node/disposal-errors.ts';
import { makeDataDir, registerUser } from '../support/feed-server.ts';
import { preload, spawnServer } from '../support/server-process.ts';
import { bearer, connectClient } from '../support/websocket.ts';

/** Makes the first and the last step of a shutdown fail: closing the HTTP server and closing the store. */
const failingSteps = preload(`
  import { Server } from 'node:http';
  import { Worker } from 'node:worker_threads';
  Server.prototype.closeAllConnections = () => { throw new Error('the first step fails'); };
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (message) {
    if (message === 'close') throw new Error('the last step fails');
    postMessage.call(this, message);
  };`);

it('failed shutdown steps are logged, do not skip the others, and make the exit code 1', async () => {
  const server = await spawnServer({ DATA_DIR: await makeDataDir(), ...failingSteps });
  const ada = await registerUser(server.url);
  const feed = `${server.url.replace('http', 'ws')}/post/feed/posted`;
  const client = await connectClient(feed, bearer(ada.token));
  expect(await server.end('SIGTERM')).toBe(1);
  expect(await client.closed).toEqual({ code: 1012, reason: 'the server restarts' });
  const records = server
    .stderr()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  expect(records.slice(-3)).toMatchObject([
    { msg: 'a step of the shutdown failed', err: { message: 'the first step fails' } },
    { msg: 'a step of the shutdown failed', err: { message: 'the last step fails' } },
    { msg: 'stopped' },
  ]);
});

it('disposalErrors lists errors in the order in which the steps failed', async () => {
  const stack = new AsyncDisposableStack();
  for (const name of ['last', 'second', 'first']) stack.defer(() => Promise.reject(new Error(name)));
  const thrown: unknown = await stack.disposeAsync().catch((error: unknown) => error);
  expect(disposalErrors(thrown)).toEqual([new Error('first'), new Error('second'), new Error('last')]);
});
