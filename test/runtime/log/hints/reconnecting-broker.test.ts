import { describe, expect, it, onTestFinished } from 'vitest';
import type { ConnectOptions } from '../../../../src/runtime/log/hints/broker-connection.ts';
import { parseBrokerUrl } from '../../../../src/runtime/log/hints/broker-url.ts';
import { ReconnectingBroker } from '../../../../src/runtime/log/hints/reconnecting-broker.ts';
import { until } from './nodes.ts';
import { epoch, eventOf, testFormat } from './test-format.ts';

const nothing = (): void => {};

/**
 * A broker on a fake engine, which accepts a message only when `take` is called. `publishedWhileDown` is published at the
 * moment when the broker goes down, because the next connection may open at any time.
 */
function startOnFakeEngine(publishedWhileDown: readonly number[] = []) {
  const sent: { readonly bytes: Buffer; readonly accept: () => void; readonly connection: number }[] = [];
  const connections: ConnectOptions[] = [];
  let closed = 0;
  const broker = new ReconnectingBroker({
    url: parseBrokerUrl('nats://fake'),
    format: testFormat,
    epoch: () => epoch,
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    observer: {
      brokerChanged(state) {
        if (state === 'down') for (const seq of publishedWhileDown) broker.publish(eventOf(seq));
      },
      hintPublished: nothing,
      hintReceived: nothing,
      hintDropped: nothing,
    },
    async connect(options) {
      const connection = connections.push(options);
      return {
        publish: (bytes) => new Promise((accept) => void sent.push({ bytes, accept, connection })),
        async close() {
          closed += 1;
        },
      };
    },
  });
  onTestFinished(() => broker.close());
  broker.start({ onHint: nothing, onUp: nothing });
  return {
    broker,
    connections,
    closed: () => closed,
    sent,
    /** Waits for the next message, accepts it, sends it back, and resolves with its hint. */
    take: async () => {
      await until(() => sent.length > 0);
      const message = sent.shift();
      message?.accept();
      const bytes = message?.bytes ?? Buffer.of();
      connections.at(-1)?.onMessage(bytes);
      const hint = testFormat.decode(epoch, bytes);
      if (typeof hint === 'string') throw new Error(hint);
      return { headSeq: hint.headSeq, seqs: hint.events.map(({ seq }) => seq) };
    },
  };
}

describe('ReconnectingBroker', () => {
  it('is up once one of its own messages has come back', async () => {
    const { broker, sent, take } = startOnFakeEngine();
    await until(() => sent.length > 0);
    expect(broker.state).toBe('down');
    expect(await take()).toEqual({ headSeq: 0, seqs: [] });
    expect(broker.state).toBe('up');
  });

  it('sends one message at a time, and collects later events for the next one', async () => {
    const { broker, sent, take } = startOnFakeEngine();
    await take();
    broker.publish(eventOf(1));
    await until(() => sent.length > 0);
    for (let seq = 2; seq <= 100; seq += 1) broker.publish(eventOf(seq));
    expect(sent).toHaveLength(1);
    expect(await take()).toEqual({ headSeq: 1, seqs: [1] });
    expect(await take()).toMatchObject({ headSeq: 100, seqs: { length: 99 } });
  });

  it('holds at most one message and the newest seq while the engine accepts nothing', async () => {
    const { broker, sent, take } = startOnFakeEngine();
    await take();
    broker.publish(eventOf(1));
    await until(() => sent.length > 0);
    for (let seq = 2; seq <= 100_000; seq += 1) broker.publish(eventOf(seq));
    await take();
    const { headSeq, seqs } = await take();
    expect(headSeq).toBe(100_000);
    expect(seqs.length).toBeLessThanOrEqual(256);
  });

  it('publishes the newest seq with its first message after it was down', async () => {
    const { broker, connections, take } = startOnFakeEngine(
      Array.from({ length: 1000 }, (_, index) => index + 1),
    );
    await take();
    connections[0]?.onLost(new Error('lost'));
    await until(() => connections.length === 2);
    expect(await take()).toEqual({ headSeq: 1000, seqs: [] });
    expect(broker.state).toBe('up');
  });

  it('ignores a connection that was lost', async () => {
    const { broker, connections, sent, take } = startOnFakeEngine([2]);
    await take();
    broker.publish(eventOf(1));
    await until(() => sent.length > 0);
    const [late] = sent.splice(0);
    connections[0]?.onLost(new Error('lost'));
    await until(() => broker.state === 'down');
    expect(connections[0]?.signal.aborted).toBe(true);
    connections[0]?.onMessage(late?.bytes ?? Buffer.of());
    late?.accept();
    await until(() => sent.length > 0);
    expect(sent.map(({ connection }) => connection)).toEqual([2]);
    expect(broker.state).toBe('down');
    expect(await take()).toEqual({ headSeq: 2, seqs: [] });
  });

  it('closes an open connection in an orderly way, but not a lost one', async () => {
    const { broker, connections, closed, take } = startOnFakeEngine();
    await take();
    connections[0]?.onLost(new Error('lost'));
    await until(() => connections.length === 2);
    expect(closed()).toBe(0);
    await take();
    await broker.close();
    expect(closed()).toBe(1);
    expect(broker.state).toBe('down');
    broker.publish(eventOf(1));
  });
});
