import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { listenError } from '../http-listener.ts';

/**
 * A port that is free now. Workers that all listen on port 0 would share one too, but lose it when all of them
 * die at once.
 *
 * @throws Error that names the setting to change
 */
export async function freePort(host: string): Promise<number> {
  const server = createServer().listen(0, host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw listenError(host, 0, cause);
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
