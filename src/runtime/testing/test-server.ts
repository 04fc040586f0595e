import type { ChannelTypes, ClientChannel } from '../client/channel-types.ts';
import type { ClientBase } from '../client/client.ts';
import type { PostedClientError } from '../client/client-error.ts';
import { createConnect } from '../client/connect.ts';
import { exchanging } from '../client/exchanging.ts';
import { createNodePlatform } from '../client/node-platform.ts';
import type { Principal } from '../server/handlers.ts';
import type { ChannelDescriptor } from '../shared/descriptor.ts';
import { type Clock, useClock } from './clock.ts';
import { Network, type UpgradeHandler } from './network.ts';
import { realTime } from './real-time.ts';
import { settle } from './settle.ts';
import { ConnectedClient, type TestClient } from './test-client.ts';
import type { TestConnectOptions } from './test-options.ts';

/** The part of a server that is tested: what `handle` returns, of `serve` or of `createContractServer`. */
export interface TestedServer {
  readonly handleUpgrade: UpgradeHandler;
  /** Only servers of `serve` have it. */
  readonly fetch?: (request: Request) => Response | Promise<Response>;
  shutdown(timeoutMs: number): Promise<void>;
}

/** A server without a network. Disposing of it closes its clients, shuts the server down, and lets time be real again. */
export interface TestServer extends AsyncDisposable {
  /**
   * Opens a client of a channel, which the server checks like any other. Resolves when it is open.
   *
   * Rejects with a PostedClientError if the server refuses it, which has the server's status and reason, or if it is not
   * open after 4 s.
   */
  connect<Client extends ClientBase<unknown>, Types extends ChannelTypes, User extends Principal>(
    channel: ClientChannel<Client, Types>,
    options: TestConnectOptions<NoInfer<Types>, User>,
  ): Promise<TestClient<Client>>;
  /**
   * Sends a request to the REST operations, and to /healthz and the like.
   *
   * @throws TypeError if the server has no REST: only those of `serve` have it
   */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  readonly clock: Clock;
}

/** A server that the test server can create again. */
export interface RestartableTestServer extends TestServer {
  /**
   * Shuts the server down, which closes its connections with 1012, and creates it again. Resolves when the clients that
   * were open are open again or have ended. Rejects with the error of a client that the new server refuses; the client
   * itself tries again later.
   */
  restart(): Promise<void>;
}

type CreateServer = () => TestedServer | Promise<TestedServer>;

/** How long connections may take to close when the server shuts down. */
const shutdownMs = 500;

/**
 * Starts a test server. Pass a function that creates the server, so that all of its timers follow the clock, and so that
 * it can be restarted.
 */
export async function testServer(create: CreateServer): Promise<RestartableTestServer>;
export async function testServer(server: TestedServer): Promise<TestServer>;
export async function testServer(server: TestedServer | CreateServer): Promise<RestartableTestServer> {
  const clock = useClock();
  try {
    return await InMemoryServer.start(typeof server === 'function' ? server : () => server, clock);
  } catch (thrown) {
    clock[Symbol.dispose]();
    throw thrown;
  }
}

interface UntypedOptions {
  readonly user?: string | Principal;
  readonly onError?: (error: PostedClientError) => void;
}

class InMemoryServer implements RestartableTestServer {
  readonly clock: Clock & Disposable;
  readonly #create: CreateServer;
  readonly #network = new Network();
  readonly #clients: ConnectedClient[] = [];
  #server: TestedServer;

  private constructor(create: CreateServer, server: TestedServer, clock: Clock & Disposable) {
    this.#create = create;
    this.#server = server;
    this.clock = clock;
    this.#network.open(server.handleUpgrade);
  }

  static async start(create: CreateServer, clock: Clock & Disposable): Promise<InMemoryServer> {
    return new InMemoryServer(create, await create(), clock);
  }

  async connect<Client extends ClientBase<unknown>, Types extends ChannelTypes>(
    channel: ClientChannel<Client, Types>,
    options: UntypedOptions,
  ): Promise<TestClient<Client>> {
    checkChannel(channel);
    const { user, onError = console.error, ...others } = options;
    const link = this.#network.createLink(typeof user === 'string' ? { id: user } : user);
    const platform = { ...createNodePlatform(() => link.connect()), onWake: link.onWake };
    // It gets options of a type that only the channel determines.
    const connect = createConnect(platform, exchanging) as unknown as (...args: readonly unknown[]) => Client;
    let isConnected = false;
    const client = connect(user === undefined ? channel : withoutSecurity(channel), {
      ...(channel.servers.length === 0 ? { url: 'ws://localhost' } : {}),
      ...others,
      // Before that, the promise rejects with the error.
      onError: (error: PostedClientError) => isConnected && onError(error),
    });
    const connected = new ConnectedClient(client, link, channel.name);
    this.#clients.push(connected);
    try {
      await connected.opened();
    } catch (thrown) {
      await connected.close();
      throw thrown;
    }
    isConnected = true;
    return addMissing(client, connected.connectivity);
  }

  async fetch(path: string, init?: RequestInit): Promise<Response> {
    if (this.#server.fetch === undefined) {
      throw new TypeError('This server has no REST: create it with `serve` of posted/node.');
    }
    return await this.#server.fetch(new Request(new URL(path, 'http://localhost'), init));
  }

  async restart(): Promise<void> {
    const open = this.#clients.filter(({ isOpen }) => isOpen);
    await this.#shutDown();
    const server = await this.#create();
    if (server === this.#server)
      throw new TypeError('restart() got the server that was shut down: create a new one.');
    this.#server = server;
    this.#network.open(this.#server.handleUpgrade);
    await Promise.all(open.map((client) => client.openedOrEnded()));
  }

  /** Resolves when the clients have noticed it. A handshake that never ends is not waited for. */
  async #shutDown(): Promise<void> {
    this.#network.close();
    const waited = realTime.wait(2 * shutdownMs, undefined, { ref: false });
    await Promise.race([this.#server.shutdown(shutdownMs), waited]);
    await settle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await Promise.all(this.#clients.map((client) => client.close()));
      await this.#shutDown();
    } finally {
      this.clock[Symbol.dispose]();
    }
  }
}

function checkChannel(channel: ChannelDescriptor | undefined): void {
  if (channel !== undefined) return;
  throw new TypeError('The channel is undefined: pass one that the generated client.ts exports.');
}

/** Adds members to the client itself, because its functions need it as `this`. */
function addMissing<Client extends object, Members extends object>(
  client: Client,
  members: Members,
): Client & Omit<Members, keyof Client> {
  for (const [name, value] of Object.entries(members)) {
    if (!(name in client)) Object.defineProperty(client, name, { value });
  }
  return client as Client & Members;
}

/** The client then needs no credentials. */
function withoutSecurity<Channel extends ChannelDescriptor>(channel: Channel): Channel {
  const operations = channel.operations.map((operation) => ({ ...operation, security: [] }));
  return { ...channel, security: [], operations };
}
