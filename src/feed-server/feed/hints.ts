import type { Broker } from 'posted/log';
import type { FeedEvent } from '../store/event.ts';
import { catchUpTo } from './catch-up-to.ts';
import type { Tail } from './tail.ts';

/** Follows what other servers say of the log through a broker, from now on until the broker is closed. */
export function followBroker(broker: Broker<FeedEvent>, tail: Pick<Tail, 'seq' | 'offer' | 'catchUp'>): void {
  broker.start({
    onHint({ headSeq, events }) {
      for (const event of events) tail.offer(event);
      // For what is missing before them the tail waits a while: it may be on its way from another server.
      const told = events.at(-1)?.seq ?? 0;
      if (told < headSeq) void catchUpTo(tail, headSeq);
    },
    onUp: () => void tail.catchUp(),
  });
}
