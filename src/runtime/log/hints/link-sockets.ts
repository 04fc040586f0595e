import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';

const collected = new AsyncLocalStorage<LinkSockets>();

// https://nodejs.org/api/diagnostics_channel.html#event-netclientsocket
subscribe('net.client.socket', (message) => {
  const socket = (message as { readonly socket?: unknown }).socket;
  if (socket instanceof Socket) collected.getStore()?.add(socket);
});

/**
 * The sockets that a client opens, whether it tells of them or not: clients hold on to those that hang while they
 * are connecting, and some never let go of them.
 */
export class LinkSockets {
  readonly #sockets = new Set<Socket>();
  #isClosed = false;

  /** Runs what opens sockets, now or later. */
  collectFrom<Result>(open: () => Result): Result {
    return collected.run(this, open);
  }

  /** Runs what belongs to others, in the midst of what is collected from. */
  leave(run: () => void): void {
    collected.exit(run);
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
