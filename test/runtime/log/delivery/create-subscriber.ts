import { type DeliveryPolicy, resolvePolicy } from '../../../../src/runtime/log/delivery/delivery-policy.ts';
import { ReplayPages } from '../../../../src/runtime/log/delivery/replay-pages.ts';
import { ReplayTurns } from '../../../../src/runtime/log/delivery/replay-turns.ts';
import { Subscriber } from '../../../../src/runtime/log/delivery/subscriber.ts';
import type { LogEvent } from '../../../../src/runtime/log/event.ts';
import type { Encoded } from '../../../../src/runtime/server/handlers.ts';
import { markOf } from './events.ts';

function frame(name: string, ...values: readonly unknown[]): Encoded {
  return { message: [name, ...values].join(' '), bytes: 1 };
}

/** A subscriber whose log, memory and socket the test controls. */
export function createSubscriber({
  window,
  ...policy
}: Partial<DeliveryPolicy> & { readonly window?: number } = {}) {
  const frames: string[] = [];
  const closed: string[] = [];
  const log = {
    tailSeq: 0,
    readCount: 0,
    /** The events in memory. */
    recent: [] as LogEvent[],
    /** The seq before the oldest event in memory. */
    recentSince: 0,
    reads: [] as { readonly afterSeq: number; answer(events: readonly LogEvent[]): void }[],
  };
  const socket = { room: Number.POSITIVE_INFINITY };
  const connection = {
    bufferedBytes: 0,
    buffersLessThan: () => socket.room > 0,
    sendEncoded({ message }: Encoded) {
      if (message.startsWith('message')) socket.room -= 1;
      return frames.push(message) > 0;
    },
    close: (code = 'normal') => void closed.push(code),
  };
  const pages = new ReplayPages({
    engine: {
      eventsAfter: (afterSeq) => new Promise((answer) => void log.reads.push({ afterSeq, answer })),
    },
    reads: { max: 1, maxPerUser: 1 },
  });
  const subscriber = new Subscriber({
    user: 'ada',
    connection,
    policy: resolvePolicy(policy),
    window,
    visibility: {
      canSee: ({ channel, topic }) => channel === 'orders' && topic !== 'secret',
      hasRejoined: ({ topic, user }) => topic === 'bob' && user === 'ada',
    },
    frames: {
      knows: ({ message }) => message === 'placed',
      message: ({ seq }) => frame('message', seq),
      ready: ({ seq }, resumed) => frame('ready', seq, resumed),
      checkpoint: ({ seq, mark }) => frame('checkpoint', seq, mark),
      reset: ({ seq, mark }, reason) => frame('reset', reason, seq, mark),
      bye: (retryAfterMs) => frame('bye', retryAfterMs),
      alive: (staleMs) => frame('alive', staleMs),
    },
    source: {
      tailPosition: () => ({ seq: log.tailSeq, mark: markOf(log.tailSeq) }),
      readCount: () => log.readCount,
      staleMs: () => 7,
      recentAfter: (seq) => (seq < log.recentSince ? null : log.recent.filter((event) => event.seq > seq)),
      positionBefore: ({ seq }) => ({ seq: seq - 1, mark: markOf(seq - 1) }),
      pages,
      turns: new ReplayTurns({ turnMs: 1000, userCost: 1_000_000 }),
      unknownMessage: () => 700,
      observer: { replayEnded() {}, resetSent() {} },
    },
  });
  const start = (seq: number) =>
    subscriber.start({ position: { seq, mark: markOf(seq) }, reset: null, resumed: true });
  const apply = (event: LogEvent) => {
    log.recent.push(event);
    log.tailSeq = event.seq;
  };
  return { subscriber, pages, start, apply, frames, closed, log, socket };
}
