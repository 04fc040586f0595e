import { setTimeout as wait } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import type { Broker, BrokerObserver, Hint } from '../../../../src/runtime/log/hints/broker.ts';
import { createBroker } from '../../../../src/runtime/log/hints/create-broker.ts';
import type { Log } from '../../../../src/runtime/shared/log.ts';
import { epoch, eventOf, type TestEvent, testFormat } from './test-format.ts';

/** A node with a broker, and everything that it received. */
export interface TestNode {
  readonly broker: Broker<TestEvent>;
  readonly hints: readonly Hint<TestEvent>[];
  /** How often `onUp` was called. */
  readonly ups: () => number;
  readonly logged: readonly LogEntry[];
  /** How often each method of the observer was called. */
  readonly counts: Readonly<Record<string, number>>;
  /** Publishes the event with this seq. */
  publish(seq: number): void;
  /** The seqs of the received events, in order. */
  seqs(): readonly number[];
}

interface LogEntry {
  readonly level: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** Starts a node, which closes when the test ends. */
export async function startNode(url: string): Promise<TestNode> {
  const hints: Hint<TestEvent>[] = [];
  const logged: LogEntry[] = [];
  const counts: Record<string, number> = {};
  let ups = 0;
  const broker = await createBroker({
    url,
    format: testFormat,
    epoch: () => epoch,
    log: logInto(logged),
    observer: countInto(counts),
  });
  onTestFinished(() => broker.close());
  broker.start({
    onHint: (hint) => void hints.push(hint),
    onUp() {
      ups += 1;
    },
  });
  return {
    broker,
    hints,
    ups: () => ups,
    logged,
    counts,
    publish: (seq) => broker.publish(eventOf(seq)),
    seqs: () => hints.flatMap(({ events }) => events.map((event) => event.seq)),
  };
}

/** Waits until the condition holds. The time limit is below that of a test, so that a failure names the condition. */
export async function until(condition: () => boolean): Promise<void> {
  for (const endMs = performance.now() + 50_000; !condition(); ) {
    if (performance.now() > endMs) throw new Error(`this did not become true in time: ${String(condition)}`);
    await wait(5);
  }
}

export async function untilUp(...nodes: readonly TestNode[]): Promise<void> {
  await until(() => nodes.every(({ broker }) => broker.state === 'up'));
}

function logInto(logged: LogEntry[]): Log {
  const at =
    (level: string) =>
    (fields: Readonly<Record<string, unknown>>, message: string): void =>
      void logged.push({ level, fields, message });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function countInto(counts: Record<string, number>): BrokerObserver {
  const count = (name: string): void => {
    counts[name] = (counts[name] ?? 0) + 1;
  };
  return {
    brokerChanged: count,
    hintPublished: () => count('published'),
    hintReceived: () => count('received'),
    hintDropped: count,
  };
}
