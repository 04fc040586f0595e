import type { ChannelDelivery, DeviceAck } from '../../log/delivery/channel-delivery.ts';
import { canStream } from '../../shared/can-stream.ts';
import type { ChannelDescriptor, OperationDescriptor } from '../../shared/descriptor.ts';
import type { WebSocketConnection } from '../connection/connection.ts';
import type { Closed } from '../handlers.ts';
import { compileAddress } from '../handshake/address.ts';
import { createAuthenticate, type SecurityHooks } from '../handshake/authenticate.ts';
import { type HandshakeChannel, neverOpened } from '../handshake/handshake.ts';
import { createReadValues } from '../handshake/handshake-values.ts';
import { refuse } from '../handshake/refuse.ts';
import { Renewals } from '../handshake/renewals.ts';
import type { Revocations } from '../revocations.ts';
import { createDispatch, type Dispatch, type DispatchDeps } from './dispatch.ts';
import type { HandlerContext, MessageHandler } from './task.ts';

/** A channel of the contract with its handlers. What `opened`, `closed` and `drained` throw is logged. */
export interface ServedChannel extends Omit<HandshakeChannel, 'createConnection'> {
  readonly dispatch: Dispatch;
  /** Also closes the connection if the handler fails. */
  opened(connection: WebSocketConnection): void;
  drained(connection: WebSocketConnection): void;
  /** Acknowledges without a connection; null if the channel cannot be read as server-sent events. */
  readonly acknowledgeFor: ((ack: DeviceAck) => Promise<void>) | null;
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
  /** For a channel with durable messages. */
  readonly delivery: ChannelDelivery | undefined;
}

export interface ServedChannelDeps extends Omit<DispatchDeps, 'renew'> {
  readonly handshakeTimeoutMs: number;
  readonly revocations: Revocations;
}

/**
 * Connects a channel with its handlers.
 *
 * @throws TypeError if a handler or security hook is missing, which type-checked handlers rule out, or if nothing delivers
 * the channel's durable messages
 */
export function serveChannel(
  { descriptor, handlers, security, delivery }: ServeChannelOptions,
  deps: ServedChannelDeps,
): ServedChannel {
  const { name, resume } = descriptor;
  if (descriptor.delivery !== undefined && delivery === undefined) {
    throw new TypeError(
      `Channel ${name} has durable messages (x-delivery). Serve it with \`serve\` of posted/node and its option \`eventLog\`.`,
    );
  }
  if (handlers === undefined) throw new TypeError(`No handlers for channel ${name}.`);
  const own: ConnectionHandlers = handlers;
  const handlerOf = (operation: OperationDescriptor, message: string): MessageHandler =>
    delivery !== undefined && message === resume?.ack
      ? (ack, { connection }) => {
          if (delivery.acknowledge(connection, (ack as { cursor: string }).cursor))
            connection.uncountMessage();
        }
      : findHandler(handlers as HandlersByName, operation, message);
  const report = (handler: string, { id }: WebSocketConnection, thrown: unknown): void =>
    deps.failures.write(
      'error',
      { channel: name, handler },
      { connection: id, err: thrown },
      'a handler failed',
    );
  const closed = (connection: WebSocketConnection, why: Closed): void =>
    callHandler(
      () => own.closed?.(connection, why),
      (thrown) => report('closed', connection, thrown),
    );
  const authenticate = createAuthenticate(descriptor, security);
  const renewals = new Renewals({
    ...deps,
    channel: descriptor,
    authenticate,
    timeoutMs: deps.handshakeTimeoutMs,
  });
  const renew: DispatchDeps['renew'] = (connection, token) => renewals.request(connection, token);
  return {
    descriptor,
    match: compileAddress(descriptor.address, descriptor.servers),
    authenticate,
    readValues: createReadValues(descriptor),
    acknowledgeFor:
      delivery !== undefined && canStream(descriptor) ? (ack) => delivery.acknowledgeFor(ack) : null,
    dispatch: createDispatch(descriptor, handlerOf, { ...deps, renew }),
    async accept(connection) {
      const { id, user, params, query, headers, variables } = connection;
      const state = await own.accept?.({ id, user, params, query, headers, variables, connection, refuse });
      if (delivery === undefined) return state;
      try {
        await delivery.accept(connection);
      } catch (thrown) {
        connection.state = state;
        closed(connection, neverOpened);
        throw thrown;
      }
      return state;
    },
    opened: (connection) =>
      callHandler(
        () => {
          delivery?.opened(connection);
          return own.opened?.(connection);
        },
        (thrown) => {
          report('opened', connection, thrown);
          connection.close('internalError');
        },
      ),
    closed(connection, why) {
      delivery?.closed(connection);
      closed(connection, why);
    },
    drained(connection) {
      delivery?.drained(connection);
      callHandler(
        () => own.drained?.(connection),
        (thrown) => report('drained', connection, thrown),
      );
    },
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
