import { randomUUID } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import type { ConnectToBroker } from '../../../../src/runtime/log/hints/broker-connection.ts';
import { parseBrokerUrl } from '../../../../src/runtime/log/hints/broker-url.ts';
import { createBus } from '../../../../src/runtime/log/index.ts';
import { silentLog } from '../../../../src/runtime/shared/log.ts';
import { startNode as startHintNode, untilUp } from '../../log/hints/nodes.ts';
import { type HallNode, startNode } from './hall-node.ts';

/** Starts two nodes of an application, and waits until both are connected. */
export async function startNodes(url: string) {
  const [one, two] = [
    await startNode(createBus(url, { log: silentLog })),
    await startNode(createBus(url, { log: silentLog })),
  ];
  await expect.poll(() => [stateOf(one), stateOf(two)]).toEqual(['up', 'up']);
  return { one, two };
}

/** The state of a node's bus. */
export function stateOf({ observed }: HallNode): unknown {
  return observed.findLast(([name]) => name === 'peersChanged')?.[1];
}

/** Publishes on the topic of the bus, as any program could. */
export async function publishForeign(
  url: string,
  connect: ConnectToBroker,
  messages: readonly string[],
): Promise<void> {
  const aborted = new AbortController();
  onTestFinished(() => aborted.abort());
  const parsed = parseBrokerUrl(url);
  const connection = await connect({
    url: { ...parsed, topic: `${parsed.topic}.rooms` },
    onMessage() {},
    onLost() {},
    signal: aborted.signal,
  });
  for (const message of messages) await connection.publish(Buffer.from(message));
  await connection.close();
}

/** Tests the nodes of an application that are connected by an engine, beside nodes that share a log through it. */
export function itConnectsPeers(
  ensureRunning: () => Promise<void>,
  urlOf: () => string,
  connect: ConnectToBroker,
): void {
  it('connects the nodes of an application, which share rooms, kicks and presence', async () => {
    await ensureRunning();
    const url = urlOf();
    const hints = await startHintNode(url);
    const { one, two } = await startNodes(url);
    await untilUp(hints);
    const [ann, bob] = [await one.join('ann'), await two.join('bob')];
    const texts = Array.from({ length: 300 }, (_, index) => `${index}\n`);
    for (const text of texts) one.room().note?.(text);
    one.room().note?.('x'.repeat(500_000));
    expect((await bob.take(301)).slice(0, 300)).toEqual(texts);
    expect(ann.received).toHaveLength(301);
    const both = { count: 2, users: ['ann', 'bob'], isComplete: true };
    await expect.poll(() => one.room().presence()).toEqual(both);

    const header = { bus: 'posted', version: 1, node: randomUUID(), lengths: [5], isLast: true };
    await publishForeign(url, connect, [
      'hello',
      `${JSON.stringify({ ...header, version: 2 })}\nhello`,
      `${JSON.stringify(header)}\nhello`,
    ]);
    await expect.poll(() => two.dropped()).toEqual(['foreign', 'newer_version', 'foreign']);

    one.app.kick({ user: 'bob' }, 'fraud');
    expect(await bob.closed).toEqual({ code: 4403, reason: 'fraud' });
    await two.server.shutdown(100);
    const rest = { count: 1, users: ['ann'], isComplete: true };
    await expect.poll(() => one.room().presence(), { timeout: 2500 }).toEqual(rest);
    expect(hints.counts).not.toHaveProperty('foreign');
    expect(hints.broker.state).toBe('up');
  });
}
