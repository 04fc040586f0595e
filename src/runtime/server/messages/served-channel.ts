import type { ChannelDescriptor, Contract } from '../../shared/descriptor.ts';
import type { Closed, Connection, Publish, Request } from '../handlers.ts';
import { compileAddress } from '../handshake/address.ts';
import { createAuthenticate, type SecurityHooks } from '../handshake/authenticate.ts';
import type { HandshakeChannel } from '../handshake/handshake.ts';
import { createReadValues } from '../handshake/handshake-values.ts';
import { callHandler } from './call-handler.ts';
import { createDispatch } from './dispatch.ts';
import type { ReceivingConnection, Task } from './inbound.ts';
import { createPublish, type PublisherDeps } from './publisher.ts';
import { createReceivers, type MessageHandler } from './receivers.ts';
import { createRequest } from './request.ts';

/** A channel of the contract, joined with the handlers that serve it. */
export interface ServedChannel extends HandshakeChannel {
  opened(connection: Connection<unknown>): void;
  drained(connection: Connection<unknown>): void;
  dispatch(connection: ReceivingConnection, data: Buffer, isBinary: boolean): Task | null;
}

/** What every generated handlers interface has, whatever its contract. */
interface ChannelHandlers extends Pick<ServedChannel, 'accept' | 'opened'> {
  closed(session: unknown, closed: Closed): void;
  readonly security?: SecurityHooks;
  drained?(connection: Connection<unknown>): void;
}

/** What it has for each operation, by message name. */
type OperationHandlers = Readonly<Record<string, SendHandler & MessageHandler>>;

/** For a message of a `send` operation: is given, once, the function that sends it. */
type SendHandler = (send: Publish<unknown, unknown> | Request<unknown, unknown, unknown>) => void;

/**
 * Joins each channel with its handlers and gives every `send` message its publisher, or what sends it
 * as a request.
 *
 * @throws TypeError for a handler or a hook that is missing; where the handlers are type-checked, none can be
 */
export function serveChannels<Handlers>(
  contract: Contract<Handlers>,
  handlers: Handlers,
  deps: PublisherDeps,
): readonly ServedChannel[] {
  // The generated interface is the precise type; here it is read by the names that the descriptors give.
  const byChannel = handlers as Readonly<Record<string, ChannelHandlers>>;
  return Object.values(contract.channels).map((descriptor) => {
    const own = byChannel[descriptor.name];
    if (own === undefined) throw new TypeError(`No handlers for channel ${descriptor.name}.`);
    return serveChannel(descriptor, own, deps);
  });
}

function serveChannel(
  descriptor: ChannelDescriptor,
  own: ChannelHandlers,
  deps: PublisherDeps,
): ServedChannel {
  for (const member of ['accept', 'opened', 'closed'] as const) {
    if (own[member] === undefined)
      throw new TypeError(`No handler ${member} for channel ${descriptor.name}.`);
  }
  const byOperation = own as unknown as Readonly<Record<string, OperationHandlers>>;
  const handlerOf = (operation: string, message: string): SendHandler & MessageHandler => {
    const messages = byOperation[operation];
    const handler = messages?.[message];
    if (handler === undefined) {
      throw new TypeError(`No handler for message ${message} of operation ${operation}.`);
    }
    return handler.bind(messages);
  };
  const report = (handler: string, connection: string) => (thrown: unknown) =>
    deps.failures.write(
      'error',
      { channel: descriptor.name, handler },
      { connection, err: thrown },
      'a handler failed',
    );
  const authenticate = createAuthenticate(descriptor, own.security ?? {});
  const receivers = createReceivers(descriptor, handlerOf, deps);
  giveSenders(descriptor, handlerOf, deps);
  return {
    descriptor,
    match: compileAddress(descriptor.address, descriptor.servers),
    authenticate,
    readValues: createReadValues(descriptor),
    accept: (handshake) => own.accept(handshake),
    opened: (connection) => own.opened(connection),
    closed: (session, closed, connection) =>
      callHandler(() => own.closed(session, closed), report('closed', connection)),
    drained: (connection) => callHandler(() => own.drained?.(connection), report('drained', connection.id)),
    dispatch: createDispatch(descriptor, receivers, deps.observer),
  };
}

function giveSenders(
  channel: ChannelDescriptor,
  handlerOf: (operation: string, message: string) => SendHandler,
  deps: PublisherDeps,
): void {
  const senders = channel.operations
    .filter(({ action }) => action === 'send')
    .flatMap((operation) =>
      channel.send
        .filter(({ name }) => operation.messages.includes(name))
        .map((message) => ({ operation, message, handler: handlerOf(operation.name, message.name) })),
    );
  for (const { operation, message, handler } of senders) {
    const create = operation.reply === undefined ? createPublish : createRequest;
    handler(create(channel, operation, message, deps));
  }
}
