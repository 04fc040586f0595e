import type { ChannelDescriptor, MessageDescriptor, OperationDescriptor } from '../../shared/descriptor.ts';
import type { WebSocketConnection } from '../connection/connection.ts';
import type { Outbox } from '../connection/outbox.ts';
import type { Connection, Publish } from '../handlers.ts';
import { createEncode, type Reporter } from './encode.ts';

export interface PublisherDeps extends Reporter {
  readonly outbox: Outbox;
}

export function createPublish(
  channel: ChannelDescriptor,
  operation: OperationDescriptor,
  message: MessageDescriptor,
  deps: PublisherDeps,
): Publish<unknown, unknown> {
  const { outbox, observer } = deps;
  const encode = createEncode(channel, operation, message, deps);

  const publish: Publish<unknown, unknown> = (payload, connections, { sinceMs } = {}) => {
    const { frame, permit } = encode(payload);
    let count = 0;
    for (const connection of connections as Iterable<ServedConnection>) {
      if (permit !== undefined && !connection.may(permit)) continue;
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

/** Applications see the narrow interface, but every connection that they can have was made by this runtime. */
type ServedConnection = Connection<unknown> & Pick<WebSocketConnection, 'enqueue' | 'may'>;
