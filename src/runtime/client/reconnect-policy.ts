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

/** How often in a row credentials may be rejected before the client ends: with the default back-off, within 4 and 94 s. */
const maxRejections = { beforeOpen: 5, afterOpen: 10 };

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
  readonly shouldRetry: ResolvedSettings['shouldRetry'];
  /** Null: there are no credentials to send. */
  readonly credentials: CredentialSource | null;
}

/** Decides after each failure whether another attempt can help, and when. */
export class ReconnectPolicy {
  readonly #deps: ReconnectPolicyDeps;
  #attempts = 0;
  /** Since the last connection. */
  #rejections = 0;
  /** By `performance.now`, which does not jump when the system's clock is set. */
  #openedAtMs: number | null = null;
  #wasOpen = false;

  constructor(deps: ReconnectPolicyDeps) {
    this.#deps = deps;
  }

  opened(): void {
    this.#openedAtMs = performance.now();
    this.#wasOpen = true;
    this.#rejections = 0;
  }

  /**
   * `requestedMs` is the delay that the server requested before it closed the connection. It replaces the
   * back-off, since such a server spreads its clients itself.
   */
  decide(failure: Failure, requestedMs: number | null = null): ReconnectDecision {
    if (this.#openedAtMs !== null && performance.now() - this.#openedAtMs >= stableMs) this.#attempts = 0;
    this.#openedAtMs = null;
    this.#attempts += 1;
    const attempt = this.#attempts;
    const { error, isFinal } = this.#assess(failure);
    const { backoff, shouldRetry } = this.#deps;
    if (error === null || backoff === null) return { reconnect: false, error };
    if (!shouldRetry({ error, attempt, wasOpen: this.#wasOpen, isFinal })) return { reconnect: false, error };
    // Full jitter, so that clients that lost a server together do not return together.
    const ceilingMs = Math.min(backoff.maxMs, backoff.baseMs * 2 ** (attempt - 1));
    // A source of credentials needs the time, so their pauses do not shrink.
    const floorMs = this.#rejections > 1 ? ceilingMs / 2 : 0;
    const retryAfterMs = failure.kind === 'refused' ? Math.min(failure.retryAfterMs, maxRetryAfterMs) : 0;
    let delayMs = Math.round(retryAfterMs + floorMs + Math.random() * (ceilingMs - floorMs));
    if (requestedMs !== null) {
      const cappedMs = Math.min(requestedMs, maxRetryAfterMs);
      // The back-off still applies to a server that closes every connection this way.
      delayMs = attempt === 1 ? cappedMs : Math.max(cappedMs, delayMs);
    }
    return { reconnect: true, delayMs, attempt, error };
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

  /** Never final: a page that was opened offline must come up with the network. */
  #assessUnreachable(cause: unknown): Assessment {
    const detail =
      cause instanceof Error
        ? cause.message || cause.name
        : 'check the network, the URL, and the origins that the server allows';
    const message = `The server could not be reached${this.#detail(detail)}.`;
    return { isFinal: false, error: new PostedClientError('unreachable', message, { cause }) };
  }

  /** A client that has been open may reach a proxy while servers are replaced, so no answer is final to it. */
  #assessRefused({ status, message }: Extract<Ending, { kind: 'refused' }>): Assessment {
    const text = `The server refused the connection with HTTP ${status}${this.#detail(message)}.`;
    if (status === 401 && this.#deps.credentials !== null) {
      return this.#assessRejected(text, { status }, this.#wasOpen);
    }
    const isFinal = !this.#wasOpen && status < 500 && !temporaryStatuses.has(status);
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
      return this.#assessRejected(text, details, false);
    return { isFinal: !shouldReconnect(code), error: new PostedClientError('closed', text, details) };
  }

  /** The server rejected the credentials. A function may return others later; fixed ones may have met an odd answer. */
  #assessRejected(
    message: string,
    details: { readonly status?: number; readonly closeCode?: number },
    mayBeOdd: boolean,
  ): Assessment {
    this.#rejections += 1;
    this.#deps.credentials?.rejected();
    const isHopeless = !mayBeOdd && this.#deps.credentials?.isFixed === true;
    const max = this.#wasOpen ? maxRejections.afterOpen : maxRejections.beforeOpen;
    const isFinal = isHopeless || this.#rejections >= max;
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
