import { closeCodes } from '../shared/close-codes.ts';
import type { ChannelDescriptor } from '../shared/descriptor.ts';
import { type ClientConnection, openConnection } from './client-connection.ts';
import { PostedClientError } from './client-error.ts';
import type { ResolvedSettings } from './client-settings.ts';
import type { ClientClosed, StatusSource } from './client-status.ts';
import type { CredentialSource } from './credential-source.ts';
import type { TabCursor } from './cursor-store.ts';
import { defer } from './deferred.ts';
import { handshakeTarget } from './handshake-target.ts';
import type { PlacedCredential } from './placed-credential.ts';
import type { Ending, Frame, Platform, Wake } from './platform.ts';
import { type Failure, ReconnectPolicy } from './reconnect-policy.ts';
import type { Resumption } from './resumption.ts';
import { TransportChoice } from './transport-choice.ts';

export interface ConnectionKeeperDeps {
  readonly platform: Platform;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Null if the client sends no credentials. */
  readonly credentials: CredentialSource | null;
  /** Null: connections cannot be resumed. */
  readonly resumption: Resumption | null;
  readonly channel: ChannelDescriptor;
  /** Undefined: the client has connections of its own. */
  readonly tab: TabCursor | undefined;
  readonly settings: ResolvedSettings;
  /** Aborting it ends the client. */
  readonly signal: AbortSignal;
}

export interface ConnectionEvents {
  /** Called right before it is determined where the next connection starts. */
  starting(): void;
  opened(connection: ClientConnection): void;
  frame(frame: Frame, connection: ClientConnection): void;
  /** Returns how to treat the ending. */
  ended(ending: Ending, connection: ClientConnection): Ending;
  /** Resolves when the application can take messages. */
  hasRoom(): Promise<void>;
}

/** Opens one connection after another until the client is closed or a failure is final. */
export class ConnectionKeeper {
  readonly #deps: ConnectionKeeperDeps;
  /** The platform, or one whose connections other tabs share. */
  #platform: Platform;
  readonly #status: StatusSource;
  readonly #events: ConnectionEvents;
  readonly #policy: ReconnectPolicy;
  readonly #transports: TransportChoice;
  /** The connection that is open or being opened. */
  #connection: ClientConnection | null = null;
  /** Ends the wait for the next attempt. */
  #stopWaiting: (() => void) | null = null;
  /** Whether the connection was dropped for another one, which needs no delay. */
  #isReplacing = false;
  /** How many attempts in a row have not reached a server that says why. */
  #unreachable = 0;

  constructor(deps: ConnectionKeeperDeps, status: StatusSource, events: ConnectionEvents) {
    this.#deps = deps;
    this.#platform = deps.platform;
    this.#status = status;
    this.#events = events;
    const { settings, credentials } = deps;
    this.#policy = new ReconnectPolicy({ ...settings, credentials });
    this.#transports = new TransportChoice(settings);
  }

  /** Resolves with how the client ended. */
  async run(): Promise<ClientClosed & { readonly error: PostedClientError | null }> {
    const { platform, signal, credentials, resumption } = this.#deps;
    const stopWaking = platform.onWake?.((wake) => this.#wake(wake));
    signal.addEventListener('abort', () => {
      stopWaking?.();
      this.#stopWaiting?.();
    });
    await this.#share();
    while (!signal.aborted) {
      this.#status.set({ state: 'connecting' });
      const failure = await this.#connect();
      if (signal.aborted) break;
      const requestedMs = resumption?.ended();
      if (!this.#isReplacing) {
        const decision = this.#policy.decide(failure, requestedMs);
        if (!decision.reconnect) {
          const { code, reason } = failure.kind === 'closed' ? failure : { code: 1006, reason: '' };
          stopWaking?.();
          return { code, reason: credentials?.redact(reason) ?? reason, error: decision.error };
        }
        const { delayMs, attempt, error } = decision;
        this.#status.set({ state: 'waiting', delayMs, attempt, error });
        await this.#wait(delayMs);
      }
      this.#isReplacing = false;
      await this.#events.hasRoom();
    }
    return { code: closeCodes.normal.code, reason: '', error: null };
  }

  /** Connects again at once, unless a connection is not possible yet or any more. */
  reconnect(reason: string): void {
    this.#stopWaiting?.();
    if (this.#connection?.drop(reason) !== true) return;
    this.#isReplacing = true;
    this.#deps.settings.log?.(`Connecting again: ${reason}.`);
  }

  /** Without the code for it, which is loaded only here, the client has connections of its own. */
  async #share(): Promise<void> {
    const { platform, tab, resumption, settings } = this.#deps;
    if (tab === undefined || resumption === null || settings.backoff === null) return;
    const { names } = resumption;
    const sharing = platform.share?.({ ...settings, ...this.#deps, names, tab });
    this.#platform = (await sharing?.catch(() => null)) ?? platform;
  }

  #wake(wake: Wake): void {
    if (wake === 'network') {
      this.#transports.tryWebSocket();
      this.reconnect('the network may be another one');
    } else if (this.#stopWaiting !== null) this.#stopWaiting();
    else this.#connection?.checkHeartbeat();
  }

  async #wait(delayMs: number): Promise<void> {
    const { promise, resolve } = defer();
    const timer = setTimeout(resolve, delayMs);
    this.#stopWaiting = resolve;
    // A listener may have closed the client.
    if (!this.#deps.signal.aborted) await promise;
    this.#stopWaiting = null;
    clearTimeout(timer);
  }

  /** Resolves when the connection has ended or could not be opened. */
  async #connect(): Promise<Failure> {
    const { url, credentials, resumption, settings, signal } = this.#deps;
    const loadError = (await resumption?.load(settings.connectTimeoutMs, signal)) ?? null;
    if (loadError !== null) return { kind: 'not tried', error: loadError };
    const placed = credentials === null ? [] : await credentials.next(settings.connectTimeoutMs, signal);
    if (placed instanceof PostedClientError) return { kind: 'not tried', error: placed };
    if (signal.aborted) return { kind: 'unreachable' };

    this.#events.starting();
    const resumeUrl = resumption?.resumeUrl(url) ?? url;
    if (this.#transports.isStream) {
      const failure = await this.#openStream(placed, resumeUrl);
      if (failure.kind !== 'closed') this.#transports.tryWebSocket();
      return failure;
    }
    const failure = await this.#openSocket(placed, resumeUrl);
    if (this.#isReplacing || signal.aborted || !this.#transports.mayStream(failure)) return failure;
    const streamed = await this.#openStream(placed, resumeUrl);
    return this.#transports.saysMore(streamed) ? streamed : failure;
  }

  async #openSocket(placed: readonly PlacedCredential[], resumeUrl: URL): Promise<Failure> {
    const { url, resumption, signal } = this.#deps;
    const failure = await this.#open(placed, resumeUrl);
    this.#unreachable = failure.kind === 'unreachable' ? this.#unreachable + 1 : 0;
    if (failure.kind !== 'refused' || failure.status !== 400 || signal.aborted) return failure;
    const earlierUrl = resumption?.earlierUrl(url) ?? null;
    return earlierUrl === null ? failure : await this.#open(placed, earlierUrl);
  }

  async #openStream(placed: readonly PlacedCredential[], url: URL): Promise<Failure> {
    const { resumption } = this.#deps;
    const { openStream } = this.#platform;
    if (openStream === undefined || resumption === null) return { kind: 'unreachable' };
    let stopProbing: (() => void) | null = null;
    const failure = await this.#open(
      placed,
      url,
      (target, events) => openStream(target, resumption.names, events),
      () => {
        this.#transports.streamOpened();
        stopProbing = this.#probe();
      },
    );
    (stopProbing as (() => void) | null)?.();
    return failure;
  }

  /** Comes back to WebSocket when one can be opened. Until then, the stream goes on. Returns how to stop. */
  #probe(): () => void {
    const { url, headers, settings, credentials, signal, resumption } = this.#deps;
    const { connectTimeoutMs } = settings;
    let timer: ReturnType<typeof setTimeout>;
    let isStopped = false;

    const probe = async (): Promise<void> => {
      const placed = credentials === null ? [] : await credentials.next(connectTimeoutMs, signal);
      if (isStopped || placed instanceof PostedClientError || resumption === null) return;
      const target = { ...settings, ...handshakeTarget(resumption.probeUrl(url), headers, placed, true) };
      let passes = false;
      const connection = openConnection(this.#platform.open, target, connectTimeoutMs, {
        opened() {
          passes = true;
          connection.close(closeCodes.normal.code, '');
        },
        frame() {},
      });
      await connection.ended;
      if (isStopped) return;
      if (!passes) {
        wait();
        return;
      }
      this.#transports.tryWebSocket();
      this.reconnect('WebSockets can be opened again');
    };
    const wait = (): void => {
      const retryMs = this.#transports.nextRetryMs();
      if (retryMs !== null) timer = setTimeout(() => void probe().catch(wait), retryMs);
    };
    wait();
    return () => {
      isStopped = true;
      clearTimeout(timer);
    };
  }

  async #open(
    placed: readonly PlacedCredential[],
    url: URL,
    open: Platform['open'] = this.#platform.open,
    opened: () => void = () => {},
  ): Promise<Failure> {
    const { resumption, headers, settings, signal } = this.#deps;
    const target = { ...settings, ...handshakeTarget(url, headers, placed, this.#unreachable % 2 === 1) };
    let connection: ClientConnection;
    try {
      connection = openConnection(open, target, settings.connectTimeoutMs, {
        opened: () => {
          opened();
          this.#policy.opened();
          this.#events.opened(connection);
          this.#status.set({ state: 'open' });
        },
        frame: (frame) => this.#events.frame(frame, connection),
      });
    } catch (cause) {
      return { kind: 'unreachable', cause };
    }
    const close = () => {
      resumption?.closing();
      connection.close(closeCodes.normal.code, '');
    };
    signal.addEventListener('abort', close);
    this.#connection = connection;
    const ended = await connection.ended;
    this.#connection = null;
    signal.removeEventListener('abort', close);
    return this.#events.ended(ended, connection);
  }
}
