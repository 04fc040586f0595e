import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { BrokerObserver } from './broker/broker.ts';
import { createBrokerMetrics } from './broker-metrics.ts';
import type { ContractObserver } from './contract/observer.ts';
import { createDeliveryMetrics, type DeliveryMetrics } from './delivery-metrics.ts';
import type { RestObserver } from './rest/observer.ts';

/** Counts what one server does, for Prometheus. */
export interface Metrics extends ContractObserver, RestObserver, DeliveryMetrics, BrokerObserver {
  /** The content type of what `render` gives. */
  readonly contentType: string;
  /** Everything counted until now, in the text format of Prometheus. */
  render(): Promise<string>;
  /** The same as data, to be added up with that of others. */
  snapshot(): Promise<MetricsSnapshot>;
}

/** Metrics as they travel from one process to another. */
export type MetricsSnapshot = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

export interface MetricsOptions {
  /** Their series begin at 0: Prometheus does not see the first rise of a series that was not there before. */
  readonly channels: Readonly<Record<string, CountedChannel>>;
}

/** The part of a channel's descriptor that is used. */
interface CountedChannel {
  readonly name: string;
  readonly send: readonly { readonly name: string }[];
  readonly receive: readonly { readonly name: string }[];
}

/** In seconds: from what a busy event loop can do to what nobody waits for. */
const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics({ channels }: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];

  const connections = new Gauge({
    name: 'posted_websocket_connections',
    help: 'Open WebSocket connections.',
    labelNames: ['channel'],
    registers,
  });
  const closed = new Counter({
    name: 'posted_websocket_closed_total',
    help: 'WebSocket connections closed, by close code.',
    labelNames: ['channel', 'code'],
    registers,
  });
  const handshakes = new Histogram({
    name: 'posted_websocket_handshake_seconds',
    help: 'Time from the request of a WebSocket connection to its 101 response.',
    labelNames: ['channel'],
    buckets,
    registers,
  });
  const refused = new Counter({
    name: 'posted_websocket_handshakes_refused_total',
    help: 'WebSocket connections refused before the upgrade.',
    labelNames: ['reason'],
    registers,
  });
  const sent = new Counter({
    name: 'posted_websocket_messages_sent_total',
    help: 'Messages queued to WebSocket connections, counted once for each connection.',
    labelNames: ['channel', 'message'],
    registers,
  });
  const received = new Counter({
    name: 'posted_websocket_messages_received_total',
    help: 'Messages received on WebSocket connections.',
    labelNames: ['channel', 'message'],
    registers,
  });
  const published = new Histogram({
    name: 'posted_websocket_publish_seconds',
    help: 'Time from what a message tells of to its write to the sockets.',
    labelNames: ['channel', 'message'],
    buckets,
    registers,
  });
  const violations = new Counter({
    name: 'posted_contract_violations_total',
    help: 'Messages of a channel, and requests and responses of an operation, that broke their contract.',
    labelNames: ['channel', 'message', 'operation', 'direction'],
    registers,
  });
  const requests = new Counter({
    name: 'posted_http_requests_total',
    help: 'Requests answered over HTTP.',
    labelNames: ['operation', 'status'],
    registers,
  });
  const requestSeconds = new Histogram({
    name: 'posted_http_request_seconds',
    help: 'Time from a request over HTTP to its response.',
    labelNames: ['operation'],
    buckets,
    registers,
  });

  const sentOf = byTwo((channel, message) => sent.labels(channel, message));
  const receivedOf = byTwo((channel, message) => received.labels(channel, message));
  const publishedOf = byTwo((channel, message) => published.labels(channel, message));

  const connectionsOf = once((channel: string) => connections.labels(channel));
  const closedOf = byTwo((channel, code) => closed.labels(channel, code));
  const requestsOf = byTwo((operation, status) => requests.labels(operation, status));
  const requestSecondsOf = once((operation: string) => requestSeconds.labels(operation));
  const handshakesOf = once((channel: string) => handshakes.labels(channel));

  for (const { name: channel, send, receive } of Object.values(channels)) {
    connectionsOf(channel).set(0);
    for (const { name } of send) sentOf(channel, name).inc(0);
    for (const { name } of receive) receivedOf(channel, name).inc(0);
  }

  const delivery = createDeliveryMetrics(registry);
  const broker = createBrokerMetrics(registry);
  const all = Registry.merge([registry, processMetrics()]);
  return {
    contentType: all.contentType,
    render: () => all.metrics(),
    snapshot: () => all.getMetricsAsJSON(),

    connectionOpened: (channel) => connectionsOf(channel).inc(),
    connectionClosed(channel, code) {
      connectionsOf(channel).dec();
      closedOf(channel, code).inc();
    },
    handshakeRefused: (reason) => refused.inc({ reason }),
    handshakeCompleted: (channel, seconds) => handshakesOf(channel).observe(seconds),
    messageSent: (channel, message, count) => sentOf(channel, message).inc(count),
    messageReceived: (channel, message) => receivedOf(channel, message).inc(),
    messageInvalid: (channel, message, direction) => violations.inc({ channel, message, direction }),
    messagePublished: (channel, message, seconds) => publishedOf(channel, message).observe(seconds),

    requestCompleted(operation, status, seconds) {
      requestsOf(operation, String(status)).inc();
      requestSecondsOf(operation).observe(seconds);
    },
    bodyInvalid: (operation, direction) => violations.inc({ operation, direction }),
    ...delivery,
    ...broker,
  };
}

/** Resolves the child of each label once: a call on the hot path makes no labels. */
function once<Child>(resolve: (label: string) => Child): (label: string) => Child {
  const children = new Map<string, Child>();
  return (label) => {
    const known = children.get(label);
    if (known !== undefined) return known;
    const child = resolve(label);
    children.set(label, child);
    return child;
  };
}

function byTwo<Child>(
  resolve: (first: string, second: string) => Child,
): (first: string, second: string) => Child {
  const byFirst = once((first) => once((second) => resolve(first, second)));
  return (first, second) => byFirst(first)(second);
}

let ofProcess: Registry | undefined;

/**
 * CPU, memory, garbage collection and the delay of the event loop belong to the process, and prom-client
 * cannot stop measuring them: they are started with the first server of a process and shared by all.
 * Nothing of it keeps the process alive.
 */
function processMetrics(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}
