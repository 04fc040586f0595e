import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port of 127.0.0.1 on which nothing listens: the one that is wished for, or any. It lies below those that
 * systems give to clients, so that none takes it while a server that is started again is away.
 */
export async function freePort(wished?: number): Promise<number> {
  const candidates = Array.from({ length: 20 }, () => randomInt(15_000, 32_000));
  for (const port of [...(wished === undefined ? [] : [wished]), ...candidates]) {
    if (await isFree(port)) return port;
  }
  throw new Error('no free port was found on 127.0.0.1');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
