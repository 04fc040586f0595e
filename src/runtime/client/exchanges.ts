import type { MessageDescriptor, OperationDescriptor } from '../shared/descriptor.ts';
import type { ClientConnection } from './client-connection.ts';
import type { PostedClientError } from './client-error.ts';
import type { RequestOptions } from './client-requests.ts';
import type { Inbox } from './inbox.ts';
import type { NamedMessage } from './message-codec.ts';
import type { Frame } from './platform.ts';
import type { ServerRequest } from './server-requests.ts';

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
