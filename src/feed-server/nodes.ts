import type { BrokerObserver, BrokerState } from 'posted/log';
import { createBroker } from 'posted/log';
import type { Log } from 'posted/server';
import { catchUpTo } from './feed/catch-up-to.ts';
import { hintFormat } from './feed/hint-format.ts';
import { followBroker } from './feed/hints.ts';
import type { Tail } from './feed/tail.ts';
import type { FeedEvent } from './store/event.ts';
import { PostgresHints } from './store/postgres/postgres-hints.ts';

export interface NodesOptions {
  /** Undefined: the embedded store, which no other server has. */
  readonly databaseUrl: string | undefined;
  /** Undefined: servers of one database hear of each other from it. */
  readonly brokerUrl: string | undefined;
  readonly tail: Tail;
  readonly log: Log;
  readonly observer: BrokerObserver;
}

/** The other servers of the same log. */
export interface Nodes {
  /** Null where there is no broker. */
  readonly broker: BrokerState | null;
  /** Tells them of an event that this server has added. Best effort: each of them reads the log besides. */
  publish(event: FeedEvent): void;
  close(): Promise<void>;
}

/** There are none, or none yet. */
export const alone: Nodes = { broker: null, publish() {}, async close() {} };

/** @throws Error for a BROKER_URL that cannot be used */
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
  if (databaseUrl === undefined) return alone;
  const hints = new PostgresHints({
    url: databaseUrl,
    log,
    onHint: (headSeq) => void catchUpTo(tail, headSeq),
    onUp: () => void tail.catchUp(),
  });
  return { broker: null, publish: ({ seq }) => hints.publish(seq), close: () => hints.close() };
}
