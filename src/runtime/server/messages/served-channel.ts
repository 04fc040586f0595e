import type { ChannelDescriptor, OperationDescriptor } from '../../shared/descriptor.ts';
import type { WebSocketConnection } from '../connection/connection.ts';
import type { Closed } from '../handlers.ts';
import { compileAddress } from '../handshake/address.ts';
import { createAuthenticate, type SecurityHooks } from '../handshake/authenticate.ts';
import type { HandshakeChannel } from '../handshake/handshake.ts';
import { createReadValues } from '../handshake/handshake-values.ts';
import { refuse } from '../handshake/refuse.ts';
import { createDispatch, type Dispatch, type DispatchDeps } from './dispatch.ts';
import type { HandlerContext, MessageHandler } from './task.ts';

/** A channel of the contract with its handlers. What `opened`, `closed` and `drained` throw is logged. */
export interface ServedChannel extends Omit<HandshakeChannel, 'createConnection'> {
  readonly dispatch: Dispatch;
  /** Also closes the connection if the handler fails. */
  opened(connection: WebSocketConnection): void;
  drained(connection: WebSocketConnection): void;
}

/** The part of every generated handlers interface that does not depend on the contract. */
interface ConnectionHandlers {
  accept?(handshake: object): unknown;
  opened?(connection: WebSocketConnection): unknown;
  closed?(connection: WebSocketConnection, closed: Closed): unknown;
  drained?(connection: WebSocketConnection): unknown;
}

export interface ServeChannelOptions {
  readonly descriptor: ChannelDescriptor;
  /** The handlers that the generated interface describes; here they are read by the names in the descriptor. */
  readonly handlers: object | undefined;
  readonly security: SecurityHooks;
}

/**
 * Connects a channel with its handlers.
 *
 * @throws TypeError if a handler or security hook is missing, which type-checked handlers rule out, or if the channel has
 * durable messages
 */
export function serveChannel(
  { descriptor, handlers, security }: ServeChannelOptions,
  deps: DispatchDeps,
): ServedChannel {
  const { name, delivery } = descriptor;
  if (delivery !== undefined) {
    throw new TypeError(
      `Channel ${name} cannot be served: its messages are durable (x-delivery), which this version of the server does not support.`,
    );
  }
  if (handlers === undefined) throw new TypeError(`No handlers for channel ${name}.`);
  const own: ConnectionHandlers = handlers;
  const handlerOf = (operation: OperationDescriptor, message: string) =>
    findHandler(handlers as HandlersByName, operation, message);
  const report = (handler: string, { id }: WebSocketConnection, thrown: unknown): void =>
    deps.failures.write(
      'error',
      { channel: name, handler },
      { connection: id, err: thrown },
      'a handler failed',
    );
  return {
    descriptor,
    match: compileAddress(descriptor.address, descriptor.servers),
    authenticate: createAuthenticate(descriptor, security),
    readValues: createReadValues(descriptor),
    dispatch: createDispatch(descriptor, handlerOf, deps),
    accept(connection) {
      const { id, user, params, query, headers, variables } = connection;
      return own.accept?.({ id, user, params, query, headers, variables, connection, refuse });
    },
    opened: (connection) =>
      callHandler(
        () => own.opened?.(connection),
        (thrown) => {
          report('opened', connection, thrown);
          connection.close('internalError');
        },
      ),
    closed: (connection, closed) =>
      callHandler(
        () => own.closed?.(connection, closed),
        (thrown) => report('closed', connection, thrown),
      ),
    drained: (connection) =>
      callHandler(
        () => own.drained?.(connection),
        (thrown) => report('drained', connection, thrown),
      ),
  };
}

type HandlersByName = Readonly<Record<string, MessageHandler | Readonly<Record<string, MessageHandler>>>>;

/** An operation with one message has a function; one with several has an object with a function for each. */
function findHandler(
  handlers: HandlersByName,
  { name, member = name, messages }: OperationDescriptor,
  message: string,
): MessageHandler {
  const own = handlers[member];
  const handler = typeof own === 'object' ? own[message]?.bind(own) : own?.bind(handlers);
  if (handler === undefined || (typeof own === 'object') === (messages.length === 1)) {
    throw new TypeError(`No handler for message ${message} of operation ${name}.`);
  }
  return (value, context: HandlerContext) => handler(value, context);
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
