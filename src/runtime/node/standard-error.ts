import { fstatSync, write } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const fileDescriptor = 2;

/** How long a full terminal, which another program has made non-blocking, is left alone. */
const retryMs = 100;

/**
 * Writes to standard error without ever blocking the event loop. Resolves with the number of bytes that were
 * written, which may be fewer than were given; rejects where they cannot be written, as on a full disk.
 */
export type WriteBytes = (bytes: Buffer) => Promise<number>;

export function createStandardErrorWriter(): WriteBytes {
  // Emitted for a closed pipe besides the rejection; without a listener it would end the process.
  if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => {});
  const stats = fstatSync(fileDescriptor);
  return stats.isFIFO() || stats.isSocket() ? writeToPipe : writeToFile;
}

/** A write to a full pipe would hold a thread until somebody reads, and the end of the process with it: Node polls instead. */
function writeToPipe(bytes: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    process.stderr.write(bytes, (error) => {
      if (error) reject(error);
      else resolve(bytes.length);
    });
  });
}

/** In a thread, because Node's own stream writes files and terminals synchronously. */
async function writeToFile(bytes: Buffer): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  write(fileDescriptor, bytes, (error, written) => {
    if (error === null) resolve(written);
    else if (error.code === 'EAGAIN') resolve(wait(retryMs, 0));
    else reject(error);
  });
  return await promise;
}
