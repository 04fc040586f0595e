import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { makeDataDir } from '../../support/feed-server.ts';
import { bearer, connectClient } from '../../support/websocket.ts';
import { cursorOf, typesOf } from './start-shop.ts';

async function startWorkers(folder: string) {
  const program = join(import.meta.dirname, 'shop/workers.ts');
  const child = spawn(process.execPath, [program, folder], { stdio: 'pipe' });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [url] = await once(createInterface({ input: child.stdout }), 'line');
  return {
    connect: (query: string, user = 'ann') =>
      connectClient(`${String(url).replace('http', 'ws')}/shops/s1/orders?${query}`, bearer(user)),
    /** Resolves with the exit code and everything that was logged. */
    async stop(): Promise<readonly unknown[]> {
      child.kill('SIGTERM');
      return [(await once(child, 'close'))[0], stderr];
    },
  };
}

it('two workers serve durable channels from one embedded database', async () => {
  const folder = join(await makeDataDir(), 'data');
  const first = await startWorkers(folder);
  const readers = await Promise.all(Array.from({ length: 6 }, () => first.connect('since=now')));
  for (const reader of readers) await reader.take(1);
  const writers = await Promise.all(['ann', 'bob', 'cay', 'dan'].map((user) => first.connect('', user)));
  for (const [index, writer] of writers.entries()) {
    writer.webSocket.send(JSON.stringify({ type: 'placeOrder', id: 'r', cents: index + 1 }));
  }
  const seen = await Promise.all(readers.map((reader) => reader.take(5)));
  const orders = seen.map((frames) => frames.slice(1).map((frame) => JSON.parse(frame).orderId));
  expect(new Set(orders.map((ids) => ids.join())).size).toBe(1);
  expect(new Set(orders[0]).size).toBe(4);
  expect(await first.stop()).toEqual([0, '']);

  const second = await startWorkers(folder);
  const resumed = await second.connect(`since=${cursorOf(seen[0]?.[0])}`);
  expect(typesOf(await resumed.take(5))).toEqual([
    'ready',
    ...Array.from({ length: 4 }, () => 'orderPlaced'),
  ]);
  expect(await second.stop()).toEqual([0, '']);
}, 180_000);
