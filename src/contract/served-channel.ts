import { type AddressMatch, compileAddress } from './address.ts';
import type { SecurityHooks } from './credentials.ts';
import type { ChannelDescriptor, Contract } from './descriptor.ts';
import { createDispatch, type ReceiveHandlers } from './dispatch.ts';
import type { Closed, Connection, Handshake, Principal, Publish } from './handlers.ts';
import { createPublish, type PublisherDeps } from './publisher.ts';

/** A channel of the contract, joined with the handlers that serve it. */
export interface ServedChannel {
  readonly descriptor: ChannelDescriptor;
  match(path: string): AddressMatch;
  readonly security: SecurityHooks;
  accept(handshake: Handshake<Principal | undefined, object, object>): unknown;
  opened(connection: Connection<unknown>): void;
  closed(session: unknown, closed: Closed): void;
  drained(connection: Connection<unknown>): void;
  dispatch(connection: Connection<unknown>, data: Buffer): void | Promise<void>;
}

/** What every generated handlers interface has, whatever its contract. */
interface ChannelHandlers
  extends Pick<ServedChannel, 'accept' | 'opened' | 'closed'>,
    Partial<Pick<ServedChannel, 'security' | 'drained'>> {}

/** What a generated handlers interface has for each message of a `send` operation. */
type SendHandlers = Readonly<
  Record<string, Readonly<Record<string, (publish: Publish<unknown, unknown>) => void>>>
>;

/**
 * Joins each channel with its handlers and gives every `send` message its publisher.
 *
 * @throws TypeError for a handler that is missing; where the handlers are type-checked, none can be
 */
export function serveChannels<Handlers>(
  contract: Contract<Handlers>,
  handlers: Handlers,
  deps: PublisherDeps,
): readonly ServedChannel[] {
  // The generated interface is the precise type; here it is read by the names that the descriptors give.
  const byChannel = handlers as Readonly<Record<string, ChannelHandlers & SendHandlers & ReceiveHandlers>>;
  return Object.values(contract.channels).map((descriptor) => {
    const own = byChannel[descriptor.name];
    if (own === undefined) throw new TypeError(`No handlers for channel ${descriptor.name}.`);
    for (const scheme of descriptor.security) {
      if (own.security?.[scheme.name] === undefined) {
        throw new TypeError(`No security hook ${scheme.name} for channel ${descriptor.name}.`);
      }
    }
    for (const message of descriptor.send) {
      const operation = own[message.operation];
      if (operation?.[message.name] === undefined) {
        throw new TypeError(`No handler for message ${message.name} of operation ${message.operation}.`);
      }
      operation[message.name]?.(createPublish(descriptor, message, deps));
    }
    return {
      descriptor,
      match: compileAddress(descriptor.address),
      security: own.security ?? {},
      accept: (handshake) => own.accept(handshake),
      opened: (connection) => own.opened(connection),
      closed: (session, closed) => own.closed(session, closed),
      drained: (connection) => own.drained?.(connection),
      dispatch: createDispatch(descriptor, own, deps.observer),
    };
  });
}
