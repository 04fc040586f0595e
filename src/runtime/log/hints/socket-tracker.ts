import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';

const tracker = new AsyncLocalStorage<SocketTracker>();

// https://nodejs.org/api/diagnostics_channel.html#event-netclientsocket
subscribe('net.client.socket', (message) => {
  const socket = (message as { readonly socket?: unknown }).socket;
  if (socket instanceof Socket) tracker.getStore()?.add(socket);
});

/**
 * Finds the sockets that an engine's client opens, because clients keep sockets that hang while they connect, and some
 * never destroy them.
 */
export class SocketTracker {
  readonly #sockets = new Set<Socket>();
  #isClosed = false;

  /** Runs `open`, and tracks the sockets that it opens now or later. */
  track<Result>(open: () => Result): Result {
    return tracker.run(this, open);
  }

  /** Runs a callback whose sockets belong to others. */
  untracked(run: () => void): void {
    tracker.exit(run);
  }

  add(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    if (this.#isClosed) socket.destroy();
  }

  destroy(): void {
    this.#isClosed = true;
    for (const socket of this.#sockets) socket.destroy();
  }
}
