import { encodeAuthError, encodeAuthorized } from '../../shared/auth-frames.ts';
import type { ChannelDescriptor } from '../../shared/descriptor.ts';
import { PostedError } from '../../shared/errors.ts';
import type { LogLimit } from '../../shared/log-limit.ts';
import type { WebSocketConnection } from '../connection/connection.ts';
import { encodeTextFrame } from '../connection/frame.ts';
import type { Revocations } from '../revocations.ts';
import type { Authenticated } from './authenticate.ts';
import { Refusal } from './refusal.ts';
import { UpgradeRequest } from './upgrade-request.ts';

export interface RenewalsOptions {
  readonly channel: ChannelDescriptor;
  readonly authenticate: (request: UpgradeRequest) => Promise<Authenticated>;
  /** How long the security hooks may take. */
  readonly timeoutMs: number;
  readonly revocations: Pick<Revocations, 'isRevoked'>;
  readonly failures: LogLimit;
}

const minIntervalMs = 1000;

/** Handles `auth` on the connections of a channel: fresh credentials of the same scheme and user. */
export class Renewals {
  readonly #options: RenewalsOptions;
  /** When a connection's last request arrived, by `performance.now()`; infinity while it is checked. */
  readonly #lastMs = new WeakMap<WebSocketConnection, number>();

  constructor(options: RenewalsOptions) {
    this.#options = options;
  }

  /** Until the token is checked, the connection does not expire. A bad one closes it. */
  async request(connection: WebSocketConnection, token: string): Promise<void> {
    const startMs = performance.now();
    try {
      this.#begin(connection, startMs);
      const { principal, scheme, permits, expiresAtMs } = await this.#verify(token);
      if (scheme !== connection.scheme || principal?.id !== connection.user?.id) {
        throw new PostedError('forbidden', 'The token is of another user, or for another security scheme.');
      }
      if (principal !== undefined && this.#options.revocations.isRevoked(principal, startMs)) {
        throw new Refusal('unauthorized', new PostedError('unauthorized', 'The credentials were revoked.'));
      }
      this.#lastMs.set(connection, startMs);
      if (connection.closing !== null) return;
      connection.renew({ user: principal, permits, expiresAtMs });
      connection.awaitExpiry();
      this.#answer(connection, encodeAuthorized(this.#options.channel, expiresAtMs));
    } catch (thrown) {
      this.#fail(connection, startMs, thrown);
    }
  }

  #begin(connection: WebSocketConnection, startMs: number): void {
    const waitMs = (this.#lastMs.get(connection) ?? Number.NEGATIVE_INFINITY) + minIntervalMs - startMs;
    if (waitMs > 0) throw new TooSoon(Math.min(waitMs, minIntervalMs));
    this.#lastMs.set(connection, Number.POSITIVE_INFINITY);
    connection.suspendExpiry();
  }

  /** As in a handshake whose only credentials are this token. */
  #verify(token: string): Promise<Authenticated> {
    const { authenticate, timeoutMs } = this.#options;
    const request = new UpgradeRequest({ rawHeaders: ['Authorization', `Bearer ${token}`] }, '');
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(
          new PostedError('unavailable', 'The token could not be checked in time.', { retryAfterMs: 1000 }),
        );
      }, timeoutMs);
      authenticate(request)
        .finally(() => clearTimeout(timer))
        .then(resolve, reject);
    });
  }

  #fail(connection: WebSocketConnection, startMs: number, thrown: unknown): void {
    const isTooSoon = thrown instanceof TooSoon;
    if (!isTooSoon) this.#lastMs.set(connection, startMs);
    if (connection.closing !== null) return;
    if (thrown instanceof Refusal) {
      connection.close('unauthorized', thrown.error.message);
      return;
    }
    if (!isTooSoon) connection.awaitExpiry();
    const error = PostedError.from(thrown);
    if (error.code === 'internal') {
      const { channel, failures } = this.#options;
      const fields = { connection: connection.id, err: error.cause ?? error };
      failures.write('error', { channel: channel.name }, fields, 'a security hook failed');
    }
    this.#answer(connection, encodeAuthError(this.#options.channel, error));
  }

  #answer(connection: WebSocketConnection, answer: object): void {
    connection.enqueue(encodeTextFrame(JSON.stringify(answer)));
  }
}

class TooSoon extends PostedError {
  constructor(retryAfterMs: number) {
    super('too_many_requests', 'Send at most one `auth` a second.', { retryAfterMs });
  }
}
