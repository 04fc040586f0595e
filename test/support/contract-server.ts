import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import { type App, createContractServer } from '../../src/runtime/server/contract-app.ts';
import type { Room } from '../../src/runtime/server/handlers.ts';
import type { ContractObserver } from '../../src/runtime/server/observer.ts';
import type { ContractServerOptions } from '../../src/runtime/server/options.ts';
import type { ContractTypes } from '../../src/runtime/server/types.ts';
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

/** A function by the name of a message. */
type Functions<Result> = Readonly<Record<string, (content: unknown, options?: object) => Result>>;

/** The types of a contract that a test writes by hand, whose handlers are not checked. */
export interface LooseTypes extends ContractTypes {
  readonly security: object;
  readonly channels: Readonly<
    Record<
      string,
      {
        readonly params: Readonly<Record<string, unknown>>;
        readonly messages: Functions<number>;
        readonly room: Room & Functions<number>;
      }
    >
  >;
  readonly handle: (handlers: object) => this['server'];
}

export type LooseApp = App<LooseTypes>;

export interface StartOptions extends ContractServerOptions {
  /** The security hooks, by scheme. */
  readonly security?: object;
}

/** Serves a contract, and nothing else, on a free port of the loopback interface until the test finishes. */
export async function startContractServer(
  contract: Contract<LooseTypes>,
  handlers: object,
  { security = {}, ...options }: StartOptions = {},
) {
  const observed: Calls = [];
  const logged: Calls = [];
  const app = createContractServer(contract, {
    observer: createRecorder(observed),
    log: createRecorder(logged),
    security,
    ...options,
  });
  const server = app.handle(handlers);
  const http = createServer();
  http.on('upgrade', (request, socket, head) => server.handleUpgrade(request, socket, head));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  onTestFinished(async () => {
    await server.shutdown(100);
    http.close();
  });
  return { app, server, port, url: `ws://127.0.0.1:${port}`, observed, logged };
}
