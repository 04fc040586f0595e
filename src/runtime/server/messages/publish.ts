import type { WebSocketConnection } from '../connection/connection.ts';
import type { Outbox } from '../connection/outbox.ts';
import type { PublishOptions } from '../handlers.ts';
import type { EncodedFrame, Reporter } from './encode.ts';

export interface PublishDeps extends Reporter {
  readonly outbox: Outbox;
}

/** Queues an encoded message to each of the connections, and returns how many it was queued to. */
export type Publish = (
  encoded: EncodedFrame,
  connections: Iterable<WebSocketConnection>,
  options: PublishOptions | undefined,
) => number;

export function createPublish(channel: string, { outbox, observer }: PublishDeps): Publish {
  return (encoded, connections, options) => {
    const { message } = encoded;
    let count = 0;
    for (const connection of connections) {
      if (connection.enqueueEncoded(encoded)) count += 1;
    }
    observer.messageSent(channel, message, count);
    const sinceMs = options?.sinceMs;
    if (sinceMs !== undefined) {
      // This also covers connections that got the message through `encode` and `sendEncoded` in this turn.
      outbox.afterFlush(() =>
        observer.messagePublished(channel, message, Math.max(0, Date.now() - sinceMs) / 1000),
      );
    }
    return count;
  };
}

/**
 * Returns a function that counts messages to single connections and reports their number once per turn of the event
 * loop, because updating a metric takes as long as queueing a message.
 */
export function createSentCount(
  outbox: Pick<Outbox, 'afterFlush'>,
  report: (message: string, connections: number) => void,
): (message: string) => void {
  let currentMessage = '';
  let connections = 0;

  function reportCurrent(): void {
    if (connections > 0) report(currentMessage, connections);
    connections = 0;
  }

  return (message) => {
    if (message !== currentMessage) reportCurrent();
    currentMessage = message;
    if (connections === 0) outbox.afterFlush(reportCurrent);
    connections += 1;
  };
}
