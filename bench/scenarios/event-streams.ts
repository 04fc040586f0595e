import { formatCount } from '../harness/format.ts';
import type { Scenario } from '../harness/scenario.ts';
import { fanOutMetrics } from '../load/measure-posts.ts';
import { eventStreamDialect } from '../peers/event-stream-dialect.ts';
import { posted } from '../peers/posted.ts';
import { resumableDialect } from '../peers/resumable-dialect.ts';
import { fanOutSubject, type Scale, turns } from './fan-out-subject.ts';

const connections = 1000;

/** Compares the cost of server-sent events with that of WebSockets. */
export function createEventStreamScenario(scale: Scale): Scenario {
  const shared = { peer: posted, connections, inFlight: 8 };
  return {
    name: 'event-streams',
    title: `Server-sent events: ${formatCount(Math.min(connections, scale.mostConnections))} connections, 8 posts in flight`,
    about:
      'Our server with resumable connections whose clients acknowledge nothing: WebSockets, and streams.',
    metrics: fanOutMetrics,
    turns,
    subjects: [
      fanOutSubject({ ...shared, name: 'websocket', title: 'WebSocket', dialectOf: resumableDialect }, scale),
      fanOutSubject(
        { ...shared, name: 'sse', title: 'server-sent events', dialectOf: eventStreamDialect },
        scale,
      ),
    ],
    targets: [{ metric: 'cpuUs', subject: 'sse', against: 'websocket', atMost: 1.3 }],
  };
}
