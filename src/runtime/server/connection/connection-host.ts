import type { ResumeDescriptor } from '../../shared/descriptor.ts';
import type { Closed } from '../handlers.ts';
import type { Expirable, Expiries } from './expiries.ts';
import type { InboundOptions } from './inbound.ts';
import type { Outbox } from './outbox.ts';

/** What the connections of one channel share. */
export interface ConnectionHost<Connection extends Expirable> extends InboundOptions<Connection> {
  /** The channel's name in the contract. */
  readonly channel: string;
  /** How its connections resume, if they are streams of server-sent events; null if they are WebSockets. */
  readonly streams: ResumeDescriptor | null;
  readonly outbox: Outbox;
  readonly maxBufferedBytes: number;
  readonly maxBufferedAgeMs: number;
  readonly expiries: Expiries<Connection>;
  /** Create the objects with the channel's functions, on first use, because most connections are idle. */
  createRoom(connection: Connection): object;
  createSend(connection: Connection): object;
  createSendAll(connection: Connection): object;
  createRequest(connection: Connection): object;
  /** Called for each message that is sent to one connection only. */
  onSent(message: string): void;
  /** Called when the socket, after it was full, has sent all that it buffered. */
  onDrained(connection: Connection): void;
  onClosed(connection: Connection, closed: Closed): void;
}
