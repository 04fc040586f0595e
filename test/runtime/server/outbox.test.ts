import { Duplex } from 'node:stream';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Outbox } from '../../../src/runtime/server/connection/outbox.ts';

/** Writers whose sockets note when they are written to; each keeps the processor for some time. */
function addWriters(outbox: Outbox, count: number, busyMs: number, written: number[]): void {
  const due = outbox.nothing.add(Buffer.from('frame'));
  for (let index = 0; index < count; index += 1) {
    const socket = new Duplex({
      write(_chunk, _encoding, done) {
        const endMs = performance.now() + busyMs;
        while (performance.now() < endMs);
        written.push(index);
        done();
      },
    });
    outbox.put({ socket, filled() {} }, 0, due);
  }
}

describe('the outbox', () => {
  it('writes at the end of the turn, in order', async () => {
    const outbox = new Outbox();
    const written: number[] = [];
    addWriters(outbox, 3, 0, written);
    expect(written).toEqual([]);
    await turn();
    expect(written).toEqual([0, 1, 2]);
  });

  it('lets other work in between where writing takes long', async () => {
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

  it('calls back when what was added before is written, and not before', async () => {
    const outbox = new Outbox();
    const written: number[] = [];
    const seen: number[] = [];
    addWriters(outbox, 300, 0.2, written);
    outbox.afterFlush(() => seen.push(written.length));
    addWriters(outbox, 300, 0.2, written);
    outbox.afterFlush(() => seen.push(written.length));
    while (seen.length < 2) await sleep(5);
    expect(seen[0]).toBeGreaterThanOrEqual(300);
    expect(seen[0]).toBeLessThan(600);
    expect(seen[1]).toBe(600);
  });

  it('calls back also where nothing was added', async () => {
    const outbox = new Outbox();
    let called = 0;
    outbox.afterFlush(() => {
      called += 1;
    });
    await turn();
    expect(called).toBe(1);
  });
});
