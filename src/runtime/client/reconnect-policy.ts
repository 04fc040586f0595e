import { closeCodes, shouldReconnect } from '../shared/close-codes.ts';
import { PostedClientError } from './client-error.ts';
import type { ResolvedSettings } from './client-settings.ts';
import type { CredentialSource } from './credential-source.ts';
import type { Ending } from './platform.ts';

/** How long a connection must last for the back-off to start over. */
const stableMs = 10_000;

/** The longest delay that a server may request. */
const maxRetryAfterMs = 3_600_000;

/** Temporary HTTP errors below 500 (RFC 9110, RFC 8470, RFC 6585). */
const temporaryStatuses = new Set([408, 425, 429]);

/** Whether to connect again, and when. */
export type ReconnectDecision =
  | {
      readonly reconnect: true;
      readonly delayMs: number;
      readonly attempt: number;
      readonly error: PostedClientError;
    }
  | { readonly reconnect: false; readonly error: PostedClientError | null };

/** Why a connection ended, or why there was no attempt. */
export type Failure = Ending | { readonly kind: 'not tried'; readonly error: PostedClientError };

export interface ReconnectPolicyDeps {
  readonly backoff: ResolvedSettings['backoff'];
  readonly maxFirstAttempts: number;
  /** Null: there are no credentials to send. */
  readonly credentials: CredentialSource | null;
}

/** Decides after each failure whether another attempt can help, and when. */
export class ReconnectPolicy {
  readonly #deps: ReconnectPolicyDeps;
  #attempts = 0;
  /** By `performance.now`, which does not jump when the system's clock is set. */
  #openedAtMs: number | null = null;
  #everOpen = false;

  constructor(deps: ReconnectPolicyDeps) {
    this.#deps = deps;
  }

  opened(): void {
    this.#openedAtMs = performance.now();
    this.#everOpen = true;
    this.#deps.credentials?.accepted();
  }

  /**
   * `requestedMs` is the delay that the server requested before it closed the connection. It replaces the
   * back-off, since such a server spreads its clients itself.
   */
  decide(failure: Failure, requestedMs: number | null = null): ReconnectDecision {
    if (this.#openedAtMs !== null && performance.now() - this.#openedAtMs >= stableMs) this.#attempts = 0;
    this.#openedAtMs = null;
    this.#attempts += 1;
    const { error, isFinal } = this.#assess(failure);
    const { backoff } = this.#deps;
    if (error === null || isFinal || backoff === null) return { reconnect: false, error };
    // Full jitter, so that clients that lost a server together do not return together.
    const ceilingMs = Math.min(backoff.maxMs, backoff.baseMs * 2 ** (this.#attempts - 1));
    const retryAfterMs = failure.kind === 'refused' ? Math.min(failure.retryAfterMs, maxRetryAfterMs) : 0;
    let delayMs = Math.round(retryAfterMs + Math.random() * ceilingMs);
    if (requestedMs !== null) {
      const cappedMs = Math.min(requestedMs, maxRetryAfterMs);
      // The back-off still applies to a server that closes every connection this way.
      delayMs = this.#attempts === 1 ? cappedMs : Math.max(cappedMs, delayMs);
    }
    return { reconnect: true, delayMs, attempt: this.#attempts, error };
  }

  #assess(failure: Failure): Assessment {
    switch (failure.kind) {
      case 'not tried':
        return { isFinal: failure.error.code === 'unauthorized', error: failure.error };
      case 'unreachable':
        return this.#assessUnreachable(failure.cause);
      case 'refused':
        return this.#assessRefused(failure);
      case 'closed':
        return this.#assessClosed(failure);
    }
  }

  #assessUnreachable(cause: unknown): Assessment {
    const isFinal = !this.#everOpen && this.#attempts >= this.#deps.maxFirstAttempts;
    const detail = this.#detail(
      cause instanceof Error ? cause.message || cause.name : 'the platform gives no reason',
    );
    const message = isFinal
      ? `The server could not be reached in ${this.#attempts} attempts${detail}. Check the URL, the credentials, the network, and the server's allowed origins.`
      : `The server could not be reached${detail}.`;
    return { isFinal, error: new PostedClientError('unreachable', message, { cause }) };
  }

  #assessRefused({ status, message }: Extract<Ending, { kind: 'refused' }>): Assessment {
    const text = `The server refused the connection with HTTP ${status}${this.#detail(message)}.`;
    if (status === 401 && this.#deps.credentials !== null) return this.#assessRejected(text, { status });
    const isFinal = status < 500 && !temporaryStatuses.has(status);
    return { isFinal, error: new PostedClientError('refused', text, { status }) };
  }

  #assessClosed({ code, reason, cause }: Extract<Ending, { kind: 'closed' }>): Assessment {
    if (code === closeCodes.normal.code) return { isFinal: true, error: null };
    const details = { closeCode: code, ...(cause === undefined ? {} : { cause }) };
    const detail = this.#detail(reason || (cause instanceof Error ? cause.message : ''));
    const text =
      code === 1006
        ? `The connection was lost${detail}.`
        : `The connection was closed with ${code}${detail}.`;
    if (code === closeCodes.unauthorized.code && this.#deps.credentials !== null)
      return this.#assessRejected(text, details);
    return { isFinal: !shouldReconnect(code), error: new PostedClientError('closed', text, details) };
  }

  /** The server rejected the credentials. */
  #assessRejected(
    message: string,
    details: { readonly status?: number; readonly closeCode?: number },
  ): Assessment {
    const isFinal = this.#deps.credentials?.rejected() !== true;
    return { isFinal, error: new PostedClientError('unauthorized', message, details) };
  }

  /** A text from outside, redacted and shortened, to append to a message. */
  #detail(text: string): string {
    const shown = (this.#deps.credentials?.redact(text) ?? text)
      .replaceAll(/\p{Cc}+/gu, ' ')
      .slice(0, 300)
      .trim();
    return shown === '' ? '' : `: ${shown.replace(/\.$/, '')}`;
  }
}

interface Assessment {
  readonly isFinal: boolean;
  /** Null: the server has closed the channel normally. */
  readonly error: PostedClientError | null;
}
