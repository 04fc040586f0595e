import type { EventEmitter } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { toError, toFailure } from '../../../../src/runtime/log/sqlite/failure.ts';
import type { FromWriter, WriteInput } from '../../../../src/runtime/log/sqlite/protocol.ts';
import { RemoteWriter } from '../../../../src/runtime/log/sqlite/remote-writer.ts';
import type { SqliteWriter } from '../../../../src/runtime/log/sqlite/sqlite-writer.ts';
import { ThreadWriter } from '../../../../src/runtime/log/sqlite/thread-writer.ts';
import type { FromHost } from '../../../../src/runtime/log/sqlite/writer-port.ts';

const thread = vi.hoisted(() => ({ latest: null as EventEmitter | null }));

/** A thread that opens the file and then fails as the test says, such as at a failed fsync. */
vi.mock('node:worker_threads', async (importOriginal) => {
  const { EventEmitter: Emitter } = await import('node:events');
  class Worker extends Emitter {
    constructor() {
      super();
      thread.latest = this;
      setImmediate(() => this.emit('message', 'open' satisfies FromWriter));
    }
    postMessage() {}
  }
  return { ...(await importOriginal<object>()), Worker };
});

const input: WriteInput = ['placeOrder', 1, null, null, null];
const cause = new Error('disk I/O error');

async function openThread() {
  const writer = await ThreadWriter.open({ path: 'posted.sqlite', transactionTimeoutMs: 5000 });
  return { writer, fail: () => void thread.latest?.emit('error', cause) };
}

async function joinProcess() {
  const host: { receive?: (message: FromHost) => void } = {};
  const joined = RemoteWriter.join({
    send() {},
    listen(listener) {
      host.receive = listener;
    },
    closed: new Promise(() => {}),
  });
  host.receive?.('writable');
  return { writer: await joined, fail: () => host.receive?.({ failed: cause.message }) };
}

function codeOf(request: Promise<unknown>): Promise<string> {
  return request.then(
    () => 'none',
    ({ code }) => String(code),
  );
}

/** The code with which each request fails: one that was sent, one that was not sent yet, and a later one. */
async function codesOf({ writer, fail }: { readonly writer: SqliteWriter; readonly fail: () => void }) {
  const sent = codeOf(writer.request('write', input));
  await nextTurn();
  const unsent = codeOf(writer.request('write', input));
  fail();
  return { sent: await sent, unsent: await unsent, later: await codeOf(writer.request('write', input)) };
}

it.each([
  ['of its own thread', openThread],
  ['of another process', joinProcess],
])('leaves the outcome of the writes unknown that a writer %s had when its file failed', async (_, open) => {
  expect(await codesOf(await open())).toEqual({
    sent: 'outcome_unknown',
    unsent: 'unavailable',
    later: 'unavailable',
  });
});

it('passes an unknown outcome on to other processes', async () => {
  const { writer, fail } = await openThread();
  const written = writer.request('write', input).catch((error: unknown) => toError(toFailure(error)));
  await nextTurn();
  fail();
  expect(await written).toMatchObject({ code: 'outcome_unknown', retryAfterMs: 1000 });
});
