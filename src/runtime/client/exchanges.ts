import { createAnswer } from '../shared/answer.ts';
import type { ChannelDescriptor, MessageDescriptor, OperationDescriptor } from '../shared/descriptor.ts';
import type { ClientConnection } from './client-connection.ts';
import { PostedClientError } from './client-error.ts';
import { ClientRequests, type RequestOptions } from './client-requests.ts';
import type { Inbox } from './inbox.ts';
import type { NamedMessage } from './message-codec.ts';
import type { Frame } from './platform.ts';
import type { SendQueue } from './send-queue.ts';
import { type AnswerFunctions, type ServerRequest, ServerRequests } from './server-requests.ts';

export interface ExchangesDeps {
  readonly channel: ChannelDescriptor;
  readonly queue: SendQueue;
  readonly functions: AnswerFunctions | undefined;
  /** How many requests of the server may be queued. */
  readonly limit: number;
  readonly report: (error: PostedClientError) => void;
}

export type CreateExchanges = (deps: ExchangesDeps) => Exchanges;

/** The requests of a client and of its server. Only pages whose contract has replies load this module. */
export interface Exchanges {
  readonly inbox: Inbox<ServerRequest>;
  /** Answers the server's requests until the inbox ends. */
  run(): Promise<void>;
  request(
    operation: OperationDescriptor,
    descriptor: MessageDescriptor,
    message: unknown,
    options: RequestOptions | undefined,
  ): Promise<unknown>;
  /** Whether a frame is the error that answers a request. */
  settleError(frame: Frame): boolean;
  /** Takes a reply or a request; undefined for other messages. Returns whether the inbox is full now. */
  take(received: NamedMessage, connection: ClientConnection): boolean | undefined;
  /** No more replies can arrive. */
  end(error: PostedClientError): void;
}

export function exchanges({ channel, queue, functions, limit, report }: ExchangesDeps): Exchanges {
  const serverRequests = new ServerRequests({ channel, functions, limit, report });
  const requests = new ClientRequests(channel, queue);
  return {
    inbox: serverRequests.inbox,
    run: () => serverRequests.run(),
    async request(operation, descriptor, message, options) {
      const reply = await requests.request(operation, descriptor, message, options);
      return createAnswer(operation, reply.name, reply.message);
    },
    settleError: (frame) => requests.settleError(frame),
    take(received, connection) {
      if (requests.settle(received)) return false;
      const operation = serverRequests.operationOf(received);
      if (operation !== undefined) {
        const send = (frame: Frame) => queue.sendOn(connection, frame);
        return serverRequests.inbox.put({ received, operation, send });
      }
      if (isSentUnrequested(channel, received)) return undefined;
      const problem = `The server sent the reply ${received.name}, but no request was pending.`;
      report(new PostedClientError('bad_frame', problem));
      return false;
    },
    end: (error) => requests.end(error),
  };
}

/** Whether the server sends the message not only as a reply. */
function isSentUnrequested({ operations }: ChannelDescriptor, { name }: NamedMessage): boolean {
  return operations.some(({ action, messages }) => action === 'send' && messages.includes(name));
}
