import type { ResolvedSettings } from './client-settings.ts';
import type { Failure } from './reconnect-policy.ts';

/** The longest pause between two attempts to come back to WebSocket. */
const maxRetryMs = 600_000;

/** HTTP statuses that a server of Posted gives as the reason for which it refuses a WebSocket, and would refuse a stream. */
const reasons: ReadonlySet<number> = new Set([401, 429, 503]);

/** Decides how the next connection is opened: as a WebSocket, or as server-sent events where upgrades are blocked. */
export class TransportChoice {
  readonly #isAuto: boolean;
  readonly #firstRetryMs: number;
  #isStream: boolean;
  #retryMs: number;

  constructor({ transport, webSocketRetryMs }: Pick<ResolvedSettings, 'transport' | 'webSocketRetryMs'>) {
    this.#isAuto = transport === 'auto';
    this.#isStream = transport === 'sse';
    this.#firstRetryMs = webSocketRetryMs;
    this.#retryMs = webSocketRetryMs;
  }

  get isStream(): boolean {
    return this.#isStream;
  }

  /** Whether a stream may succeed where a WebSocket has failed. */
  mayStream(failure: Failure): boolean {
    if (!this.#isAuto) return false;
    return failure.kind === 'unreachable' || (failure.kind === 'refused' && !reasons.has(failure.status));
  }

  /** Whether a failed stream says more than the WebSocket before it. A proxy, or an earlier server, may have refused it. */
  saysMore(failure: Failure): boolean {
    return (
      failure.kind === 'closed' ||
      (failure.kind === 'refused' && reasons.has(failure.status) && failure.message !== '')
    );
  }

  streamOpened(): void {
    if (!this.#isStream) this.#retryMs = this.#firstRetryMs;
    this.#isStream = true;
  }

  /** Upgrades may not be blocked any more, or the network is another one. */
  tryWebSocket(): void {
    if (this.#isAuto) this.#isStream = false;
  }

  /** After how long to see whether upgrades pass again; null: never. */
  nextRetryMs(): number | null {
    if (!this.#isAuto) return null;
    const retryMs = this.#retryMs;
    this.#retryMs = Math.min(maxRetryMs, 2 * retryMs);
    return retryMs;
  }
}
