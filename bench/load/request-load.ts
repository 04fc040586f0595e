import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from '../harness/scenario.ts';
import type { Dialect, PeerProcess } from '../peers/peer.ts';
import type { Phases } from './measure-posts.ts';
import { startPolling } from './polling.ts';
import { Subscriber } from './subscriber.ts';
import { textFrame } from './text-frame.ts';
import { measureUsage } from './usage.ts';

export interface RequestLoadOptions {
  readonly server: PeerProcess;
  readonly dialect: Dialect;
  readonly connections: number;
  /** How many requests of each connection wait for their answers. */
  readonly inFlight: number;
}

export interface RequestLoad {
  /** Sends requests for the time of these phases, each when another is answered. */
  measure(phases: Phases): Promise<Sample>;
  end(): void;
}

/** How often the server's CPU time is looked at. */
const checkMs = 20;

/** Opens connections that send bids, which the server answers. */
export async function openRequestLoad(options: RequestLoadOptions): Promise<RequestLoad> {
  const { server, dialect, connections, inFlight } = options;
  const request = textFrame(JSON.stringify({ type: 'placeBid', id: 'r1', cents: 150 }));
  const count = { sent: 0, answered: 0 };
  let isSending = false;
  const subscribers = Array.from({ length: connections }, () => {
    const subscriber = new Subscriber({
      port: server.port,
      dialect,
      onMessage() {
        count.answered += 1;
        if (isSending) send(subscriber);
      },
    });
    return subscriber;
  });
  await Promise.all(subscribers.map(({ opened }) => opened));

  function send(subscriber: Subscriber): void {
    count.sent += 1;
    subscriber.send(request);
  }

  /** Runs until `isOver`, and then waits for the remaining answers. */
  async function run(maxMs: number, isOver: () => boolean): Promise<void> {
    const endMs = performance.now() + maxMs;
    isSending = true;
    for (const subscriber of subscribers) for (let more = inFlight; more > 0; more -= 1) send(subscriber);
    while (performance.now() < endMs && !isOver()) await sleep(checkMs);
    isSending = false;
    const lateMs = performance.now() + 5000;
    while (count.answered < count.sent && performance.now() < lateMs) await sleep(1);
  }

  return {
    async measure({ warmUpMs, cpuSeconds, maxMs }) {
      const polling = startPolling(() => count.answered);
      try {
        await run(warmUpMs, () => false);
        const before = count.answered;
        const idleBefore = polling.idleSeconds();
        const used = measureUsage(server.pid);
        await run(maxMs, () => used().serverCpuSeconds >= cpuSeconds);
        const { seconds, serverCpuSeconds, generatorCpuSeconds } = used();
        const answers = count.answered - before;
        const idleSeconds = polling.idleSeconds() - idleBefore;
        return {
          values: {
            perSecond: answers / seconds,
            cpuUs: (serverCpuSeconds / answers) * 1e6,
            generatorPercent: (Math.max(0, generatorCpuSeconds - idleSeconds) / seconds) * 100,
          },
          wrong: [
            ...(count.answered === count.sent
              ? []
              : [`${count.sent - count.answered} requests were not answered`]),
            ...(subscribers.some(({ isLost }) => isLost) ? ['a connection was lost'] : []),
          ],
        };
      } finally {
        polling.stop();
      }
    },
    end() {
      for (const subscriber of subscribers) subscriber.end();
    },
  };
}
