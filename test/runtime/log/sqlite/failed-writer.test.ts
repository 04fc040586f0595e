import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { toError, toFailure } from '../../../../src/runtime/log/sqlite/failure.ts';
import type { WriteInput } from '../../../../src/runtime/log/sqlite/protocol.ts';
import { RemoteWriter } from '../../../../src/runtime/log/sqlite/remote-writer.ts';
import type { FromHost } from '../../../../src/runtime/log/sqlite/writer-port.ts';

const input: WriteInput = ['placeOrder', 1, null, null, null];
const cause = new Error('disk I/O error');

/** The writer of another process, whose file fails when the test says so. */
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

it('leaves the outcome of the writes unknown that another process had when its file failed', async () => {
  const { writer, fail } = await joinProcess();
  const sent = codeOf(writer.request('write', input));
  await nextTurn();
  const unsent = codeOf(writer.request('write', input));
  fail();
  expect(await sent).toBe('outcome_unknown');
  expect(await unsent).toBe('unavailable');
  expect(await codeOf(writer.request('write', input))).toBe('unavailable');
});

it('passes an unknown outcome on to other processes', async () => {
  const { writer, fail } = await joinProcess();
  const written = writer.request('write', input).catch((error: unknown) => toError(toFailure(error)));
  await nextTurn();
  fail();
  expect(await written).toMatchObject({ code: 'outcome_unknown', retryAfterMs: 1000 });
});
