import { closeCodes, shouldReconnect } from '../shared/close-codes.ts';
import { PostedClientError } from './client-error.ts';
import type { CredentialSource } from './credential-source.ts';
import type { ResolvedSettings } from './settings.ts';
import type { Ending } from './socket.ts';

/** How long a connection must have held for the back-off to begin again. */
const stableMs = 10_000;

/** The longest time to stay away that is obeyed. */
const maxRetryAfterMs = 3_600_000;

/** HTTP statuses below 500 that pass with time (RFC 9110, RFC 8470, RFC 6585). */
const passing = new Set([408, 425, 429]);

/** What to do without a connection: wait and try again, or end. */
export type Decision =
  | {
      readonly again: true;
      readonly delayMs: number;
      readonly attempt: number;
      readonly error: PostedClientError;
    }
  | { readonly again: false; readonly error: PostedClientError | null };

/** An ending, or why there was no attempt. */
export type Failure = Ending | { readonly kind: 'not tried'; readonly error: PostedClientError };

export interface RetryDeps {
  readonly backoff: ResolvedSettings['backoff'];
  readonly maxFirstAttempts: number;
  /** Null where nothing is sent. */
  readonly credentials: CredentialSource | null;
}

/** Decides after each ending whether another attempt can help, and when. */
export class Retry {
  readonly #deps: RetryDeps;
  #attempts = 0;
  /** By the clock of `performance.now`, which nobody sets. */
  #openedAtMs: number | null = null;
  #everOpen = false;

  constructor(deps: RetryDeps) {
    this.#deps = deps;
  }

  opened(): void {
    this.#openedAtMs = performance.now();
    this.#everOpen = true;
    this.#deps.credentials?.accepted();
  }

  /**
   * `askedMs`: after what time the server has asked the client to come back, before the connection
   * ended. It takes the place of the back-off, for such a server spreads its clients itself.
   */
  after(failure: Failure, askedMs: number | null = null): Decision {
    if (this.#openedAtMs !== null && performance.now() - this.#openedAtMs >= stableMs) this.#attempts = 0;
    this.#openedAtMs = null;
    this.#attempts += 1;
    const verdict = this.#judge(failure);
    const { backoff } = this.#deps;
    if (verdict.error === null || verdict.final || backoff === null)
      return { again: false, error: verdict.error };
    // Full jitter: clients that lost a server together do not come back together.
    const ceilingMs = Math.min(backoff.maxMs, backoff.baseMs * 2 ** (this.#attempts - 1));
    const serverMs = failure.kind === 'refused' ? Math.min(failure.retryAfterMs, maxRetryAfterMs) : 0;
    let delayMs = Math.round(serverMs + Math.random() * ceilingMs);
    if (askedMs !== null) {
      const spreadMs = Math.min(askedMs, maxRetryAfterMs);
      // A server that says goodbye each time must not be asked without a pause.
      delayMs = this.#attempts === 1 ? spreadMs : Math.max(spreadMs, delayMs);
    }
    return { again: true, delayMs, attempt: this.#attempts, error: verdict.error };
  }

  #judge(failure: Failure): Verdict {
    if (failure.kind === 'not tried') {
      return { final: failure.error.code === 'unauthorized', error: failure.error };
    }
    if (failure.kind === 'unreachable') return this.#judgeUnreachable(failure.cause);
    return failure.kind === 'refused' ? this.#judgeRefused(failure) : this.#judgeClosed(failure);
  }

  #judgeUnreachable(cause: unknown): Verdict {
    const gaveUp = !this.#everOpen && this.#attempts >= this.#deps.maxFirstAttempts;
    const why = said(
      cause instanceof Error ? cause.message || cause.name : 'the platform does not say why',
      this.#deps.credentials,
    );
    const message = gaveUp
      ? `There was no connection in ${this.#attempts} attempts${why}. Check the URL, the credentials, the network, and that the server allows this page's origin.`
      : `There was no connection${why}.`;
    return { final: gaveUp, error: new PostedClientError('unreachable', message, { cause }) };
  }

  #judgeRefused({ status, message }: Extract<Ending, { kind: 'refused' }>): Verdict {
    const { credentials } = this.#deps;
    const text = `The server refused the connection with HTTP ${status}${said(message, credentials)}.`;
    if (status === 401 && credentials !== null) return unauthorized(text, credentials, { status });
    const final = status < 500 && !passing.has(status);
    return { final, error: new PostedClientError('refused', text, { status }) };
  }

  #judgeClosed({ code, reason, cause }: Extract<Ending, { kind: 'closed' }>): Verdict {
    if (code === closeCodes.normal.code) return { final: true, error: null };
    const { credentials } = this.#deps;
    const details = { closeCode: code, ...(cause === undefined ? {} : { cause }) };
    const why = said(reason || (cause instanceof Error ? cause.message : ''), credentials);
    const text =
      code === 1006 ? `The connection was lost${why}.` : `The connection was closed with ${code}${why}.`;
    if (code === closeCodes.unauthorized.code && credentials !== null)
      return unauthorized(text, credentials, details);
    return { final: !shouldReconnect(code), error: new PostedClientError('closed', text, details) };
  }
}

interface Verdict {
  readonly final: boolean;
  /** Null: nothing is wrong, the channel is at its end. */
  readonly error: PostedClientError | null;
}

function unauthorized(
  message: string,
  credentials: CredentialSource,
  details: { readonly status?: number; readonly closeCode?: number },
): Verdict {
  return { final: !credentials.refused(), error: new PostedClientError('unauthorized', message, details) };
}

function said(text: string, credentials: CredentialSource | null): string {
  const shown = (credentials?.withoutSecrets(text) ?? text)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .slice(0, 300)
    .trim();
  return shown === '' ? '' : `: ${shown.replace(/\.$/, '')}`;
}
