import type { Broker, BrokerObserver, BrokerState } from 'posted/log';
import { createBroker } from 'posted/log';
import type { Log } from 'posted/server';
import type { FeedEvent } from '../store/event.ts';
import { PostgresHints } from '../store/postgres/postgres-hints.ts';
import { hintFormat } from './hint-format.ts';
import type { Tail } from './tail.ts';

export interface NodesOptions {
  /** Undefined: the embedded store, which only this server can open. */
  readonly databaseUrl: string | undefined;
  /** Undefined: the nodes of a database notify each other through it. */
  readonly brokerUrl: string | undefined;
  readonly tail: Tail;
  readonly log: Log;
  readonly observer: BrokerObserver;
}

/** The other nodes that share the log. */
export interface Nodes {
  /** Null without a broker. */
  readonly broker: BrokerState | null;
  /** Notifies them of an event that this node has appended. Best effort: each node also polls the log. */
  publish(event: FeedEvent): void;
  close(): Promise<void>;
}

/** With the embedded store there are no other nodes. */
const none: Nodes = { broker: null, publish() {}, async close() {} };

/** @throws Error if BROKER_URL cannot be used */
export async function joinNodes({
  databaseUrl,
  brokerUrl,
  tail,
  log,
  observer,
}: NodesOptions): Promise<Nodes> {
  if (brokerUrl !== undefined) {
    const broker = await createBroker({
      url: brokerUrl,
      format: hintFormat,
      epoch: () => tail.epoch,
      log,
      observer,
    });
    followBroker(broker, tail);
    return {
      get broker() {
        return broker.state;
      },
      publish: (event) => broker.publish(event),
      close: () => broker.close(),
    };
  }
  if (databaseUrl === undefined) return none;
  const hints = new PostgresHints({
    url: databaseUrl,
    log,
    onHint: (headSeq) => void tail.catchUpTo(headSeq),
    onUp: () => void tail.catchUp(),
  });
  return { broker: null, publish: ({ seq }) => hints.publish(seq), close: () => hints.close() };
}

/** Applies the hints of other nodes, until the broker is closed. */
export function followBroker(
  broker: Broker<FeedEvent>,
  tail: Pick<Tail, 'offer' | 'catchUp' | 'catchUpTo'>,
): void {
  broker.start({
    onHint({ headSeq, events }) {
      for (const event of events) tail.offer(event);
      // The tail itself waits for events missing before these: another node's hint may be on its way.
      const lastSeq = events.at(-1)?.seq ?? 0;
      if (lastSeq < headSeq) void tail.catchUpTo(headSeq);
    },
    onUp: () => void tail.catchUp(),
  });
}
