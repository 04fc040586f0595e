import type { ChannelDescriptor, MessageDescriptor, OperationDescriptor } from '../shared/descriptor.ts';
import { withConstants } from '../shared/identify-message.ts';
import { applicationMessages } from './application-messages.ts';
import { PostedClientError } from './client-error.ts';
import type { RequestOptions } from './client-requests.ts';
import type { Exchanges } from './exchanges.ts';
import { encodeMessage } from './message-codec.ts';
import type { SendQueue } from './send-queue.ts';

interface OperationsDeps {
  readonly channel: ChannelDescriptor;
  readonly queue: SendQueue;
  readonly exchanges: Exchanges | undefined;
  readonly report: (error: PostedClientError) => void;
}

/** The members of a client that send messages: a function for each operation, or an object of functions by message. */
export function createOperations(deps: OperationsDeps): Readonly<Record<string, unknown>> {
  const { channel } = deps;
  return Object.fromEntries(
    channel.operations.flatMap((operation) => {
      if (operation.action !== 'receive') return [];
      const functions = applicationMessages(channel, operation).flatMap((name) =>
        channel.receive
          .filter((message) => message.name === name)
          .map((message) => [name, createFunction(operation, message, deps)] as const),
      );
      const [first, second] = functions;
      if (first === undefined) return [];
      const member = second === undefined ? first[1] : Object.fromEntries(functions);
      return [[operation.member ?? operation.name, member]];
    }),
  );
}

function createFunction(
  operation: OperationDescriptor,
  message: MessageDescriptor,
  { queue, exchanges, report }: OperationsDeps,
) {
  if (operation.reply === undefined) {
    return (content: unknown, options?: RequestOptions): void => {
      const dropped = () => {
        const problem = `The client ended before the message ${message.name} was sent.`;
        report(new PostedClientError('closed', problem));
      };
      queue.send({ frame: encodeMessage(message, withConstants(message, content)), dropped }, options);
    };
  }
  return async (content: unknown, options?: RequestOptions): Promise<unknown> =>
    await exchanges?.request(operation, message, withConstants(message, content), options);
}
