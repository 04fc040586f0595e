import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type BrokerObserver, dropReasons } from '../../log/hints/broker.ts';
import type { PeersObserver } from '../../server/observer.ts';
import { peerDropReasons } from '../../server/peers/peer-message.ts';
import { busDropReasons } from '../../shared/bus.ts';
import type { ServedMetrics } from '../served-metrics.ts';
import { createDeliveryMetrics } from './delivery-metrics.ts';

/** The Prometheus metrics of one server. */
export interface Metrics extends ServedMetrics, BrokerObserver {
  /** For the application's own metrics. */
  readonly registry: Registry;
}

export interface MetricsOptions {
  /** Their series start at 0, because Prometheus misses the first increase of a series that did not exist before. */
  readonly channels: CountedChannels;
  /** The number of log records dropped since the start. Default: none. */
  readonly droppedLogRecords?: () => number;
}

export type CountedChannels = Readonly<Record<string, CountedChannel>>;

/** The part of a channel descriptor that metrics need. */
interface CountedChannel {
  readonly name: string;
  readonly send: readonly { readonly name: string }[];
  readonly receive: readonly { readonly name: string }[];
  readonly delivery?: object;
}

/** Of a server without durable messages. */
const noDelivery: Pick<ServedMetrics, 'replayEnded' | 'resetSent' | 'watchDelivery'> = {
  replayEnded() {},
  resetSent() {},
  watchDelivery() {},
};

/** In seconds, from the resolution of a busy event loop to the longest that anyone would wait. */
const buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics({ channels, droppedLogRecords = () => 0 }: MetricsOptions): Metrics {
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
    help: 'Time from a WebSocket handshake request to its 101 response.',
    labelNames: ['channel'],
    buckets,
    registers,
  });
  const refused = new Counter({
    name: 'posted_websocket_handshakes_refused_total',
    help: 'WebSocket handshakes refused before the upgrade.',
    labelNames: ['reason'],
    registers,
  });
  const sent = new Counter({
    name: 'posted_websocket_messages_sent_total',
    help: 'Messages queued to WebSocket connections, counted once per connection.',
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
    help: 'Time from the event behind a message to its write to the sockets.',
    labelNames: ['channel', 'message'],
    buckets,
    registers,
  });
  const violations = new Counter({
    name: 'posted_contract_violations_total',
    help: 'Channel messages, operation requests and operation responses that broke the contract.',
    labelNames: ['channel', 'message', 'operation', 'direction'],
    registers,
  });
  const errorAnswers = new Counter({
    name: 'posted_websocket_error_answers_total',
    help: 'Requests on WebSocket connections that were answered with an error.',
    labelNames: ['channel', 'operation', 'code'],
    registers,
  });
  const requests = new Counter({
    name: 'posted_http_requests_total',
    help: 'HTTP requests answered.',
    labelNames: ['operation', 'status'],
    registers,
  });
  const requestSeconds = new Histogram({
    name: 'posted_http_request_seconds',
    help: 'Time from an HTTP request to its response.',
    labelNames: ['operation'],
    buckets,
    registers,
  });

  const sentOf = byTwoLabels((channel, message) => sent.labels(channel, message));
  const receivedOf = byTwoLabels((channel, message) => received.labels(channel, message));
  const publishedOf = byTwoLabels((channel, message) => published.labels(channel, message));

  const connectionsOf = byLabel((channel: string) => connections.labels(channel));
  const closedOf = byTwoLabels((channel, code) => closed.labels(channel, code));
  const requestsOf = byTwoLabels((operation, status) => requests.labels(operation, status));
  const requestSecondsOf = byLabel((operation: string) => requestSeconds.labels(operation));
  const handshakesOf = byLabel((channel: string) => handshakes.labels(channel));

  for (const { name: channel, send, receive } of Object.values(channels)) {
    connectionsOf(channel).set(0);
    for (const { name } of send) sentOf(channel, name).inc(0);
    for (const { name } of receive) receivedOf(channel, name).inc(0);
  }

  createLogMetrics(registry, droppedLogRecords);
  const isDurable = Object.values(channels).some(({ delivery }) => delivery !== undefined);
  // Merged for each use, because the application may register metrics at any time.
  const all = (): Registry => Registry.merge([registry, processMetrics()]);
  return {
    registry,
    contentType: registry.contentType,
    render: () => all().metrics(),
    snapshot: () => all().getMetricsAsJSON(),

    errorAnswered: (channel, operation, code) => errorAnswers.inc({ channel, operation, code }),
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
    ...createHintMetrics(registry),
    ...createPeerMetrics(registry),
    ...(isDurable ? createDeliveryMetrics(registry) : noDelivery),
  };
}

/** Metrics of the hints exchanged with other nodes. */
function createHintMetrics(registry: Registry): BrokerObserver {
  const registers = [registry];
  const up = new Gauge({
    name: 'posted_broker_up',
    help: '1 while hints published by this node come back from the broker.',
    registers,
  });
  const downs = new Counter({
    name: 'posted_broker_downs_total',
    help: 'Times the broker was lost after being up.',
    registers,
  });
  const published = new Counter({
    name: 'posted_broker_hints_published_total',
    help: 'Hints published to other nodes.',
    registers,
  });
  const received = new Counter({
    name: 'posted_broker_hints_received_total',
    help: 'Hints received from other nodes.',
    registers,
  });
  const dropped = new Counter({
    name: 'posted_broker_hints_dropped_total',
    help: 'Messages on the topic that were not hints for this node.',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of dropReasons) dropped.inc({ reason }, 0);
  return {
    brokerChanged(state) {
      up.set(state === 'up' ? 1 : 0);
      if (state === 'down') downs.inc();
    },
    hintPublished: () => published.inc(),
    hintReceived: () => received.inc(),
    hintDropped: (reason) => dropped.inc({ reason }),
  };
}

/** Metrics of the messages exchanged with the other nodes of an application: rooms, kicks and presence. */
function createPeerMetrics(registry: Registry): PeersObserver {
  const registers = [registry];
  const up = new Gauge({
    name: 'posted_peers_up',
    help: '1 while this node can exchange messages with the other nodes of the application.',
    registers,
  });
  const sent = new Counter({
    name: 'posted_peer_messages_sent_total',
    help: 'Messages for all other nodes: to rooms, kicks, and queries of presence and their answers.',
    registers,
  });
  const received = new Counter({
    name: 'posted_peer_messages_received_total',
    help: 'Messages received from other nodes.',
    registers,
  });
  const dropped = new Counter({
    name: 'posted_peer_messages_dropped_total',
    help: 'Messages between nodes that were not sent, or received and not used.',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of [...busDropReasons, ...peerDropReasons]) dropped.inc({ reason }, 0);
  return {
    peersChanged: (state) => up.set(state === 'up' ? 1 : 0),
    peerMessageSent: () => sent.inc(),
    peerMessageReceived: () => received.inc(),
    peerMessageDropped: (reason) => dropped.inc({ reason }),
  };
}

/** Counts the log records that were dropped; `read` gives their number since the start of the process. */
export function createLogMetrics(registry: Registry, read: () => number): void {
  new Counter({
    name: 'posted_log_records_dropped_total',
    help: 'Log records dropped because they could not be written to standard error.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(read());
    },
  });
}

/** Looks up the child of each label once, so that the hot path creates no label objects. */
function byLabel<Child>(resolve: (label: string) => Child): (label: string) => Child {
  const children = new Map<string, Child>();
  return (label) => {
    const known = children.get(label);
    if (known !== undefined) return known;
    const child = resolve(label);
    children.set(label, child);
    return child;
  };
}

function byTwoLabels<Child>(
  resolve: (first: string, second: string) => Child,
): (first: string, second: string) => Child {
  const byFirst = byLabel((first) => byLabel((second) => resolve(first, second)));
  return (first, second) => byFirst(first)(second);
}

let processRegistry: Registry | undefined;

/**
 * CPU, memory, garbage collection and event loop delay belong to the process, and prom-client cannot stop collecting
 * them. So the servers of a process share them, from the first one on. They do not keep the process alive.
 */
function processMetrics(): Registry {
  if (processRegistry === undefined) {
    processRegistry = new Registry();
    collectDefaultMetrics({ register: processRegistry });
  }
  return processRegistry;
}
