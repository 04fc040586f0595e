import { Duplex } from 'node:stream';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Outbox } from '../../../src/runtime/server/connection/outbox.ts';

/** Adds writers whose sockets record their writes, each of which blocks the event loop for `busyMs`. */
function addWriters(outbox: Outbox, count: number, busyMs: number, written: number[]): void {
  const pending = outbox.empty.append(Buffer.from('frame'));
  for (let index = 0; index < count; index += 1) {
    const socket = new Duplex({
      write(_chunk, _encoding, done) {
        const endMs = performance.now() + busyMs;
        while (performance.now() < endMs);
        written.push(index);
        done();
      },
    });
    outbox.put({ socket, onFull() {} }, 0, pending);
  }
}

describe('an outbox', () => {
  it('writes at the end of the turn, in order', async () => {
    const outbox = new Outbox();
    const written: number[] = [];
    addWriters(outbox, 3, 0, written);
    expect(written).toEqual([]);
    await turn();
    expect(written).toEqual([0, 1, 2]);
  });

  it('gives other work a turn while a long flush is in progress', async () => {
    const outbox = new Outbox();
    const written: number[] = [];
    addWriters(outbox, 1000, 0.2, written);
    await turn();
    await turn();
    expect(written.length).toBeGreaterThan(0);
    expect(written.length).toBeLessThan(1000);
    while (written.length < 1000) await sleep(5);
    expect(written).toEqual(Array.from({ length: 1000 }, (_, index) => index));
  });

  it('calls back as soon as everything added before is written', async () => {
    const outbox = new Outbox();
    const written: number[] = [];
    const writtenAtCall: number[] = [];
    addWriters(outbox, 300, 0.2, written);
    outbox.afterFlush(() => writtenAtCall.push(written.length));
    addWriters(outbox, 300, 0.2, written);
    outbox.afterFlush(() => writtenAtCall.push(written.length));
    while (writtenAtCall.length < 2) await sleep(5);
    expect(writtenAtCall[0]).toBeGreaterThanOrEqual(300);
    expect(writtenAtCall[0]).toBeLessThan(600);
    expect(writtenAtCall[1]).toBe(600);
  });

  it('calls back even if nothing was added', async () => {
    const outbox = new Outbox();
    let calls = 0;
    outbox.afterFlush(() => {
      calls += 1;
    });
    await turn();
    expect(calls).toBe(1);
  });
});
