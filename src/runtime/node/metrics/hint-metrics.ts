import { Counter, Gauge, type Registry } from 'prom-client';
import { type BrokerObserver, dropReasons } from '../../log/hints/broker.ts';

/** Metrics of the hints exchanged with other nodes. */
export function createHintMetrics(registry: Registry): BrokerObserver {
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
