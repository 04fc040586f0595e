import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A free port of 127.0.0.1: the preferred one if possible. Others are chosen below the ephemeral range, so
 * that no client gets the port while its server restarts.
 */
export async function freePort(preferred?: number): Promise<number> {
  const candidates = Array.from({ length: 20 }, () => randomInt(15_000, 32_000));
  for (const port of [...(preferred === undefined ? [] : [preferred]), ...candidates]) {
    if (await isFree(port)) return port;
  }
  throw new Error('found no free port on 127.0.0.1');
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
