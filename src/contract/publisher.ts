import { explain } from '../guard.ts';
import type { Log } from '../log.ts';
import type { WebSocketConnection } from './connection.ts';
import type { ChannelDescriptor, MessageDescriptor } from './descriptor.ts';
import { encodeTextFrame } from './frame.ts';
import type { Connection, Encoded, Publish } from './handlers.ts';
import type { ContractObserver } from './observer.ts';
import type { Outbox } from './outbox.ts';

export interface PublisherDeps {
  readonly outbox: Outbox;
  readonly observer: ContractObserver;
  readonly log: Log;
}

/** What applications see as `Encoded`: the bytes of the frame are the runtime's. */
export interface EncodedFrame extends Encoded {
  readonly frame: Buffer;
}

export function createPublish(
  channel: ChannelDescriptor,
  message: MessageDescriptor,
  { outbox, observer, log }: PublisherDeps,
): Publish<unknown, unknown> {
  const encode = (payload: unknown): EncodedFrame | null => {
    if (!message.guard(payload)) {
      observer.messageInvalid(channel.name, message.name, 'send');
      log.error(
        { channel: channel.name, message: message.name, problem: explain(message.guard) },
        'a message breaks the contract and was not sent',
      );
      return null;
    }
    const frame = encodeTextFrame(JSON.stringify(payload));
    return { message: message.name, bytes: frame.length, frame };
  };

  const publish: Publish<unknown, unknown> = (payload, connections, { sinceMs } = {}) => {
    const encoded = encode(payload);
    if (encoded === null) return 0;
    let count = 0;
    for (const connection of connections as Iterable<ServedConnection>) {
      if (connection.enqueue(encoded.frame)) count += 1;
    }
    observer.messageSent(channel.name, message.name, count);
    if (sinceMs !== undefined) {
      // Also for those who got the message by `encode` and `send` in this turn.
      outbox.afterFlush(() =>
        observer.messagePublished(channel.name, message.name, Math.max(0, Date.now() - sinceMs) / 1000),
      );
    }
    return count;
  };
  publish.encode = encode;
  return publish;
}

/** Applications see the narrow interface; every connection that they can hold was made by this runtime. */
type ServedConnection = Connection<unknown> & Pick<WebSocketConnection, 'enqueue'>;
