import type { ChannelDescriptor, MessageDescriptor, OperationDescriptor } from '../../shared/descriptor.ts';
import type { WebSocketConnection } from '../connection/connection.ts';
import type { Outbox } from '../connection/outbox.ts';
import type { Connection, Publish } from '../handlers.ts';
import { createEncode, type Reporter } from './encode.ts';

export interface PublishDeps extends Reporter {
  readonly outbox: Outbox;
}

/** Returns the function that publishes one message of a `send` operation. */
export function createPublish(
  channel: ChannelDescriptor,
  operation: OperationDescriptor,
  message: MessageDescriptor,
  deps: PublishDeps,
): Publish<unknown, unknown> {
  const { outbox, observer } = deps;
  const encode = createEncode(channel, operation, message, deps);

  const publish: Publish<unknown, unknown> = (payload, connections, { sinceMs } = {}) => {
    const { frame, permit } = encode(payload);
    let count = 0;
    for (const connection of connections as Iterable<PublishConnection>) {
      if (permit !== undefined && !connection.hasPermit(permit)) continue;
      if (connection.enqueue(frame)) count += 1;
    }
    observer.messageSent(channel.name, message.name, count);
    if (sinceMs !== undefined) {
      // This also covers connections that got the message through `encode` and `send` in this turn.
      outbox.afterFlush(() =>
        observer.messagePublished(channel.name, message.name, Math.max(0, Date.now() - sinceMs) / 1000),
      );
    }
    return count;
  };
  publish.encode = encode;
  return publish;
}

/** Applications see only the interface `Connection`, but every connection that they have was created by this runtime. */
type PublishConnection = Connection<unknown> & Pick<WebSocketConnection, 'enqueue' | 'hasPermit'>;

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
