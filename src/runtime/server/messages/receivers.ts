import type { ChannelDescriptor } from '../../shared/descriptor.ts';
import type { Connection } from '../handlers.ts';
import { permitOf, type Reporter } from './encode.ts';
import { createReply } from './reply.ts';

/** What the application does with a message that a client sends. */
interface Receiver {
  readonly operation: string;
  /** What a connection must hold to send the message. */
  readonly permit: string | undefined;
  handle(message: unknown, connection: Connection<unknown>): void | Promise<void>;
}

/** By message name. */
export type Receivers = ReadonlyMap<string, Receiver>;

/** A member of the handlers interface: for a message of a `receive` operation. */
export type MessageHandler = (message: unknown, connection: Connection<unknown>) => void | Promise<void>;

/** Joins each message of the channel's `receive` operations with its handler, and the handler with its reply. */
export function createReceivers(
  channel: ChannelDescriptor,
  handlerOf: (operation: string, message: string) => MessageHandler,
  reporter: Reporter,
): Receivers {
  return new Map(
    channel.operations
      .filter(({ action }) => action === 'receive')
      .flatMap((operation) =>
        channel.receive
          .filter(({ name }) => operation.messages.includes(name))
          .map((message): readonly [string, Receiver] => {
            const handler = handlerOf(operation.name, message.name);
            const permit = permitOf(operation);
            const reply = operation.reply && createReply(channel, operation, message, reporter);
            const handle: Receiver['handle'] =
              reply === undefined
                ? handler
                : async (value, connection) => reply(await handler(value, connection), value, connection);
            return [message.name, { operation: operation.name, permit, handle }];
          }),
      ),
  );
}
