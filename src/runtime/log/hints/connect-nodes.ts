import type { Log } from '../../shared/log.ts';
import type { LogEvent } from '../event.ts';
import { loadPackage } from '../load-package.ts';
import type { OtherProcesses } from '../sqlite/remote-writer.ts';
import type { Tail } from '../tail.ts';
import type { Broker, BrokerObserver, BrokerState } from './broker.ts';
import { createBroker } from './create-broker.ts';
import { hintFormat } from './hint-format.ts';

export interface NodesOptions {
  /** Of a session of the caller's own, for LISTEN. Undefined: an embedded database, which no other node can append to. */
  readonly listenUrl: string | undefined;
  /** Advice for the log if LISTEN does not work through `listenUrl`. */
  readonly advice: string;
  /** Undefined: the nodes notify each other through the database. */
  readonly brokerUrl: string | undefined;
  /** Those that share the writer of an embedded database; null for none. */
  readonly others: OtherProcesses | null;
  readonly tail: Pick<Tail, 'epoch' | 'hint' | 'catchUp'>;
  readonly log: Log;
  readonly observer: BrokerObserver;
}

/** The other nodes that share the log. */
export interface Nodes {
  /** Null without a broker. */
  readonly broker: BrokerState | null;
  /** Notifies them of an event that this node has appended. Best effort: each node also polls the log. */
  publish(event: LogEvent): void;
  close(): Promise<void>;
}

/** @throws Error if the broker's URL is not valid, or if a package is not installed */
export async function connectNodes(options: NodesOptions): Promise<Nodes> {
  const { tail, listenUrl, advice, brokerUrl, others, log, observer } = options;
  await using started = new AsyncDisposableStack();
  const broker =
    brokerUrl === undefined
      ? null
      : await createBroker({ url: brokerUrl, format: hintFormat, epoch: () => tail.epoch, log, observer });
  if (broker !== null) {
    followBroker(broker, tail);
    started.defer(() => broker.close());
  }
  // With a broker too: other back ends append with SQL, and notify nobody else.
  const listener = listenUrl === undefined ? null : await listen(listenUrl);
  if (listener !== null) started.defer(() => listener.close());
  others?.follow((events) => tail.hint({ headSeq: events.at(-1)?.seq ?? 0, events }));
  const connections = started.move();
  return {
    get broker() {
      return broker?.state ?? null;
    },
    publish(event) {
      others?.publish(event);
      if (broker === null) listener?.publish(event.seq);
      else broker.publish(event);
    },
    close: () => connections.disposeAsync(),
  };

  async function listen(url: string) {
    const { PostgresHints } = await loadPackage({
      packageName: 'pg',
      load: () => import('../postgres/postgres-hints.ts'),
    });
    return new PostgresHints({
      url,
      log,
      advice,
      onHint: (headSeq) => tail.hint({ headSeq, events: [] }),
      onUp: () => void tail.catchUp(),
    });
  }
}

/** Applies the hints of other nodes, until the broker is closed. */
export function followBroker(broker: Broker<LogEvent>, tail: Pick<Tail, 'hint' | 'catchUp'>): void {
  broker.start({ onHint: (hint) => tail.hint(hint), onUp: () => void tail.catchUp() });
}
