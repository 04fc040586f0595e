import type { ChannelDescriptor, Contract } from '../../shared/descriptor.ts';
import type { InboundOptions } from '../connection/inbound.ts';
import type { Closed, Connection, Publish, Request } from '../handlers.ts';
import { compileAddress } from '../handshake/address.ts';
import { createAuthenticate, type SecurityHooks } from '../handshake/authenticate.ts';
import type { HandshakeChannel } from '../handshake/handshake.ts';
import { createReadValues } from '../handshake/handshake-values.ts';
import { createDispatch, type MessageHandler } from './dispatch.ts';
import { createPublish, type PublishDeps } from './publish.ts';
import { createRequest } from './request.ts';

/** A channel of the contract with its handlers. What `opened`, `closed` and `drained` throw is logged. */
export interface ServedChannel extends HandshakeChannel, Pick<InboundOptions, 'dispatch'> {
  /** Also closes the connection if the handler fails. */
  opened(connection: Connection<unknown>): void;
  drained(connection: Connection<unknown>): void;
}

/** The part of every generated handlers interface that does not depend on the contract. */
interface ChannelHandlers extends Pick<ServedChannel, 'accept'> {
  opened(connection: Connection<unknown>): void;
  closed(session: unknown, closed: Closed): void;
  readonly security?: SecurityHooks;
  drained?(connection: Connection<unknown>): void;
}

/** The handlers of one operation, by message name. */
type OperationHandlers = Readonly<Record<string, SendHandler & MessageHandler>>;

/** Takes the function that sends a message of a `send` operation; called once. */
type SendHandler = (send: Publish<unknown, unknown> | Request<unknown, unknown, unknown>) => void;

/**
 * Connects each channel with its handlers, and gives each handler of a `send` message the function that publishes the
 * message or sends it as a request.
 *
 * @throws TypeError if a handler or security hook is missing, which type-checked handlers rule out
 */
export function serveChannels<Handlers>(
  contract: Contract<Handlers>,
  handlers: Handlers,
  deps: PublishDeps,
): readonly ServedChannel[] {
  // The generated interface is the precise type; here it is read by the names in the descriptors.
  const byChannel = handlers as Readonly<Record<string, ChannelHandlers>>;
  return Object.values(contract.channels).map((descriptor) => {
    const own = byChannel[descriptor.name];
    if (own === undefined) throw new TypeError(`No handlers for channel ${descriptor.name}.`);
    return serveChannel(descriptor, own, deps);
  });
}

function serveChannel(descriptor: ChannelDescriptor, own: ChannelHandlers, deps: PublishDeps): ServedChannel {
  const { name } = descriptor;
  for (const member of ['accept', 'opened', 'closed'] as const) {
    if (own[member] === undefined) throw new TypeError(`No handler ${member} for channel ${name}.`);
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
  const report = (handler: string, connection: string, thrown: unknown): void =>
    deps.failures.write('error', { channel: name, handler }, { connection, err: thrown }, 'a handler failed');
  const authenticate = createAuthenticate(descriptor, own.security ?? {});
  const dispatch = createDispatch(descriptor, handlerOf, deps);
  provideSenders(descriptor, handlerOf, deps);
  return {
    descriptor,
    match: compileAddress(descriptor.address, descriptor.servers),
    authenticate,
    readValues: createReadValues(descriptor),
    accept: (handshake) => own.accept(handshake),
    opened: (connection) =>
      callHandler(
        () => own.opened(connection),
        (thrown) => {
          report('opened', connection.id, thrown);
          connection.close('internalError');
        },
      ),
    closed: (session, closed, id) =>
      callHandler(
        () => own.closed(session, closed),
        (thrown) => report('closed', id, thrown),
      ),
    drained: (connection) =>
      callHandler(
        () => own.drained?.(connection),
        (thrown) => report('drained', connection.id, thrown),
      ),
    dispatch,
  };
}

/**
 * Calls a handler whose result is not needed. What it throws, or rejects with (TypeScript's `void` allows an async
 * function), goes to `onFailure` only, because a handler's mistake must not end the process.
 */
function callHandler(call: () => unknown, onFailure: (thrown: unknown) => void): void {
  try {
    const result = call();
    if (result instanceof Promise) result.catch(onFailure);
  } catch (thrown) {
    onFailure(thrown);
  }
}

function provideSenders(
  channel: ChannelDescriptor,
  handlerOf: (operation: string, message: string) => SendHandler,
  deps: PublishDeps,
): void {
  // All handlers are looked up before the first is called, so that a missing one prevents any effect.
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
