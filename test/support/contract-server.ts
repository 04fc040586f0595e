import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { ContractObserver } from '../../src/runtime/server/observer.ts';
import type { ContractServerOptions } from '../../src/runtime/server/options.ts';
import { createContractServer } from '../../src/runtime/server/server.ts';
import type { Contract } from '../../src/runtime/shared/descriptor.ts';
import type { Log } from '../../src/runtime/shared/log.ts';

/** Every call of an observer or a log, in order, as [name, ...arguments]. */
export type Calls = (readonly unknown[])[];

/** Creates an observer or log that records its calls. */
function createRecorder(calls: Calls) {
  return new Proxy({} as ContractObserver & Log, {
    get:
      (_target, name) =>
      (...args: readonly unknown[]) =>
        void calls.push([String(name), ...args]),
  });
}

/** Serves a contract, and nothing else, on a free port of the loopback interface until the test finishes. */
export async function startContractServer<Handlers>(
  contract: Contract<Handlers>,
  handlers: Handlers,
  options: ContractServerOptions = {},
) {
  const observed: Calls = [];
  const logged: Calls = [];
  const server = createContractServer(contract, handlers, {
    observer: createRecorder(observed),
    log: createRecorder(logged),
    ...options,
  });
  const http = createServer();
  http.on('upgrade', (request, socket, head) => server.handleUpgrade(request, socket, head));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  onTestFinished(async () => {
    await server.shutdown(100);
    http.close();
  });
  return { server, port, url: `ws://127.0.0.1:${port}`, observed, logged };
}
