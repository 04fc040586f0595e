import type { Frame, Sharing, Socket, SocketEvents, SocketTarget } from '../platform.ts';

/** What tabs need to share connections with the same target. */
export interface TabDeps extends Pick<Sharing, 'channel' | 'names' | 'tab' | 'connectTimeoutMs'> {
  readonly target: SocketTarget;
  readonly encodeAck: (cursor: string) => Frame;
  /** Opens a connection to the server. */
  readonly open: (target: SocketTarget, events: SocketEvents) => Socket;
  /** Saves what all tabs have processed. */
  readonly saveForAll: (cursor: string) => void;
}
