import { describe, expect, it, onTestFinished } from 'vitest';
import { parseBrokerUrl } from '../../../../src/runtime/log/hints/broker-url.ts';
import type { LinkOptions } from '../../../../src/runtime/log/hints/link.ts';
import { LinkedBroker } from '../../../../src/runtime/log/hints/linked-broker.ts';
import { until } from './nodes.ts';
import { epoch, eventOf, testFormat } from './test-format.ts';

const nothing = (): void => {};

/**
 * A broker on an engine that does what the test says: it takes a message when `take` is called. What is to be published
 * while there is no link is published in the moment that the broker goes down: the next link may come at any time.
 */
function startOnFakeEngine(publishedWhileDown: readonly number[] = []) {
  const sent: { readonly bytes: Buffer; readonly taken: () => void; readonly link: number }[] = [];
  const links: LinkOptions[] = [];
  let closed = 0;
  const broker = new LinkedBroker({
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
    async open(options) {
      const link = links.push(options);
      return {
        publish: (bytes) => new Promise((taken) => void sent.push({ bytes, taken, link })),
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
    links,
    closed: () => closed,
    sent,
    /** Waits for the next message, has the engine take it and send it back, and resolves with what it says. */
    take: async () => {
      await until(() => sent.length > 0);
      const message = sent.shift();
      message?.taken();
      const bytes = message?.bytes ?? Buffer.of();
      links.at(-1)?.onMessage(bytes);
      const hint = testFormat.decode(epoch, bytes);
      if (typeof hint === 'string') throw new Error(hint);
      return { headSeq: hint.headSeq, seqs: hint.events.map(({ seq }) => seq) };
    },
  };
}

describe('LinkedBroker', () => {
  it('is up when a message of its own has come back', async () => {
    const { broker, sent, take } = startOnFakeEngine();
    await until(() => sent.length > 0);
    expect(broker.state).toBe('down');
    expect(await take()).toEqual({ headSeq: 0, seqs: [] });
    expect(broker.state).toBe('up');
  });

  it('sends one message at a time, and in the next what has come meanwhile', async () => {
    const { broker, sent, take } = startOnFakeEngine();
    await take();
    broker.publish(eventOf(1));
    await until(() => sent.length > 0);
    for (let seq = 2; seq <= 100; seq += 1) broker.publish(eventOf(seq));
    expect(sent).toHaveLength(1);
    expect(await take()).toEqual({ headSeq: 1, seqs: [1] });
    expect(await take()).toMatchObject({ headSeq: 100, seqs: { length: 99 } });
  });

  it('keeps no more than a message while the engine takes none, and the newest seq', async () => {
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

  it('tells with its first message how far the log has grown while it was down', async () => {
    const { broker, links, take } = startOnFakeEngine(Array.from({ length: 1000 }, (_, index) => index + 1));
    await take();
    links[0]?.onLost(new Error('lost'));
    await until(() => links.length === 2);
    expect(await take()).toEqual({ headSeq: 1000, seqs: [] });
    expect(broker.state).toBe('up');
  });

  it('has nothing to do with a link that was lost', async () => {
    const { broker, links, sent, take } = startOnFakeEngine([2]);
    await take();
    broker.publish(eventOf(1));
    await until(() => sent.length > 0);
    const [late] = sent.splice(0);
    links[0]?.onLost(new Error('lost'));
    await until(() => broker.state === 'down');
    expect(links[0]?.signal.aborted).toBe(true);
    links[0]?.onMessage(late?.bytes ?? Buffer.of());
    late?.taken();
    await until(() => sent.length > 0);
    expect(sent.map(({ link }) => link)).toEqual([2]);
    expect(broker.state).toBe('down');
    expect(await take()).toEqual({ headSeq: 2, seqs: [] });
  });

  it('says goodbye when it is closed, and not to a link that was lost', async () => {
    const { broker, links, closed, take } = startOnFakeEngine();
    await take();
    links[0]?.onLost(new Error('lost'));
    await until(() => links.length === 2);
    expect(closed()).toBe(0);
    await take();
    await broker.close();
    expect(closed()).toBe(1);
    expect(broker.state).toBe('down');
    broker.publish(eventOf(1));
  });
});
