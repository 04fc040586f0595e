import { createAnswer } from '../shared/answer.ts';
import type { ChannelDescriptor } from '../shared/descriptor.ts';
import { PostedClientError } from './client-error.ts';
import { ClientRequests } from './client-requests.ts';
import type { Exchanges } from './exchanges.ts';
import type { NamedMessage } from './message-codec.ts';
import type { Frame } from './platform.ts';
import { SendQueue } from './send-queue.ts';
import { type CreateSending, createSending, type SendingDeps } from './sending.ts';
import { ServerRequests } from './server-requests.ts';

/** For channels with replies. */
export const exchanging: CreateSending = (deps) => {
  const queue = new SendQueue();
  return createSending(deps, queue, createExchanges(deps, queue));
};

function createExchanges({ channel, functions, limit, report }: SendingDeps, queue: SendQueue): Exchanges {
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
