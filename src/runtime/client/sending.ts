import type { ChannelDescriptor } from '../shared/descriptor.ts';
import type { ClientConnection } from './client-connection.ts';
import type { PostedClientError } from './client-error.ts';
import { createOperations } from './client-operations.ts';
import type { Exchanges } from './exchanges.ts';
import { SendQueue } from './send-queue.ts';
import type { AnswerFunctions } from './server-requests.ts';

export interface SendingDeps {
  readonly channel: ChannelDescriptor;
  readonly functions: AnswerFunctions | undefined;
  /** How many requests of the server may be queued. */
  readonly limit: number;
  readonly report: (error: PostedClientError) => void;
}

/** What a client sends for its application. Pages whose contract has only messages from the server do not load it. */
export interface Sending {
  /** The functions of the client: one for each operation. */
  readonly members: Readonly<Record<string, unknown>>;
  /** Undefined if the channel has no replies. */
  readonly exchanges: Exchanges | undefined;
  opened(connection: ClientConnection): void;
  /** The connection has ended: no more replies can arrive. */
  lost(error: PostedClientError): void;
  /** The client has ended: nothing can be sent any more. */
  end(error: PostedClientError): void;
}

export type CreateSending = (deps: SendingDeps) => Sending;

/** For channels without replies. */
export const sending: CreateSending = (deps) => createSending(deps, new SendQueue(), undefined);

export function createSending(
  { channel, report }: SendingDeps,
  queue: SendQueue,
  exchanges: Exchanges | undefined,
): Sending {
  return {
    exchanges,
    members: createOperations({ channel, queue, exchanges, report }),
    opened: (connection) => queue.opened(connection),
    lost(error) {
      queue.lost();
      exchanges?.end(error);
    },
    end(error) {
      queue.end(error);
      exchanges?.end(error);
    },
  };
}
