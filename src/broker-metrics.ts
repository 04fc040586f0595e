import { Counter, Gauge, type Registry } from 'prom-client';
import { type BrokerObserver, dropReasons } from './broker/broker.ts';

/** Counts what goes to the broker and comes from it. */
export function createBrokerMetrics(registry: Registry): BrokerObserver {
  const registers = [registry];
  const up = new Gauge({
    name: 'posted_broker_up',
    help: 'Whether the broker brings back what this server publishes.',
    registers,
  });
  const downs = new Counter({
    name: 'posted_broker_downs_total',
    help: 'How often the broker was lost after it had been up.',
    registers,
  });
  const published = new Counter({
    name: 'posted_broker_hints_published_total',
    help: 'Messages sent to the other servers.',
    registers,
  });
  const received = new Counter({
    name: 'posted_broker_hints_received_total',
    help: 'Messages of other servers.',
    registers,
  });
  const dropped = new Counter({
    name: 'posted_broker_hints_dropped_total',
    help: 'Messages on the topic that were none for this server.',
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
