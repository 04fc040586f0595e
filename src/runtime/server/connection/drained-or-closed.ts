import type { Duplex } from 'node:stream';

/** Resolves at either event, and leaves no listener for the other. */
export function drainedOrClosed(socket: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      socket.off('drain', finish).off('close', finish);
      resolve();
    };
    socket.on('drain', finish).on('close', finish);
  });
}
