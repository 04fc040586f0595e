import { describe, expect, it } from 'vitest';
import { BusRelay } from '../../../../src/runtime/node/workers/bus-relay.ts';
import type { ToWorker } from '../../../../src/runtime/node/workers/worker-messages.ts';

function createRelay() {
  const logged: string[] = [];
  const record = (_fields: object, message: string): void => void logged.push(message);
  const relay = new BusRelay({ debug: record, info: record, warn: record, error: record });
  /** Joins a worker, which accepts what it is sent at once, or never. */
  const join = (node: string, isBusy = false) => {
    const sent: ToWorker[] = [];
    relay.join(node, (message) => {
      sent.push(message);
      return isBusy ? new Promise(() => {}) : Promise.resolve();
    });
    return sent;
  };
  return { relay, join, logged };
}

describe('the bus between workers', () => {
  it('tells each worker which others are there, after each change', () => {
    const { relay, join } = createRelay();
    const one = join('1');
    join('2');
    relay.leave('2');
    relay.leave('2');
    expect(one).toEqual([[], ['2'], []].map((nodes) => ({ kind: 'bus-nodes', nodes })));
  });

  it('drops and logs what is sent to a worker that accepts nothing, but not what is sent to others', async () => {
    const { relay, join, logged } = createRelay();
    const [busy, other] = [join('2', true), join('3')];
    const messages = ['x'.repeat(1_000_000)];
    for (let count = 0; count < 100; count += 1) {
      relay.relay('1', messages);
      await Promise.resolve();
    }
    expect(busy.filter(({ kind }) => kind === 'bus').length).toBeLessThan(40);
    expect(other.filter(({ kind }) => kind === 'bus')).toHaveLength(100);
    expect(logged[0]).toBe('a worker is too busy: messages of other workers to it were dropped');
    expect(logged.length).toBeLessThan(10);
  });
});
