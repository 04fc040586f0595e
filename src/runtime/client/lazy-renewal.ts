import { jwtLifetimeMs } from '../shared/jwt-lifetime.ts';
import type { ClientConnection } from './client-connection.ts';
import type { CredentialSource } from './credential-source.ts';
import type { Ending, Frame } from './platform.ts';
import type { Renewal, RenewalDeps } from './renewal.ts';

/** How long before the expiry of the credentials the code is loaded that renews them. */
const loadLeadMs = 600_000;
/** JavaScript timers take 31 bits. */
const maxTimerMs = 2 ** 31 - 1;

/** Renews the credentials of a client with code that is loaded when they are about to expire: most pages do not last so long. */
export class LazyRenewal {
  readonly #deps: RenewalDeps;
  #connection: ClientConnection | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #renewal: Renewal | null = null;

  /** Null if nothing can be renewed. */
  static of(
    deps: Omit<RenewalDeps, 'credentials'> & { readonly credentials: CredentialSource | null },
  ): LazyRenewal | null {
    const { channel, credentials } = deps;
    if (channel.auth !== true || credentials?.isRenewable !== true) return null;
    return new LazyRenewal({ ...deps, credentials });
  }

  private constructor(deps: RenewalDeps) {
    this.#deps = deps;
  }

  opened(connection: ClientConnection): void {
    this.#connection = connection;
    const leftMs = jwtLifetimeMs(this.#deps.credentials.token);
    if (leftMs === undefined) return;
    const delayMs = Math.min(Math.max(0, leftMs - loadLeadMs), maxTimerMs);
    this.#timer = setTimeout(() => void this.#start(connection, Date.now() + leftMs - delayMs), delayMs);
  }

  /** Whether the frame is an answer to `auth`. */
  receive(frame: Frame): boolean {
    return this.#renewal?.receive(frame) === true;
  }

  /** How the client treats the end of a connection. */
  ended(ending: Ending): Ending {
    clearTimeout(this.#timer);
    this.#connection = null;
    return this.#renewal?.ended(ending) ?? ending;
  }

  /** Without the code, the connection ends when its credentials expire, and the client connects again with fresh ones. */
  async #start(connection: ClientConnection, endMs: number): Promise<void> {
    const loaded = await import('./renewal.ts').catch(() => null);
    if (loaded === null) return;
    this.#renewal ??= new loaded.Renewal(this.#deps);
    if (this.#connection === connection) this.#renewal.opened(connection, endMs - Date.now());
  }
}
