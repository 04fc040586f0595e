import { encodeAuth, readAuthAnswer } from '../shared/auth-frames.ts';
import { closeCodes } from '../shared/close-codes.ts';
import type { ChannelDescriptor } from '../shared/descriptor.ts';
import type { ClientConnection } from './client-connection.ts';
import { PostedClientError } from './client-error.ts';
import type { CredentialSource } from './credential-source.ts';
import type { Ending, Frame } from './platform.ts';

export interface RenewalDeps {
  readonly channel: ChannelDescriptor;
  readonly credentials: CredentialSource;
  /** How long `auth` may take. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** How long before the expiry fresh credentials are requested: a fifth of the remaining time, and at most this. */
const maxLeadMs = 60_000;
const leadShare = 0.2;
/** Less time than this is not worth another attempt. */
const minLeftMs = 1000;
/** JavaScript timers take 31 bits. */
const maxTimerMs = 2 ** 31 - 1;

/** How a server that does not know `auth` closes the connection on which it was sent. */
const refusals: readonly number[] = [closeCodes.badMessage.code, closeCodes.unsupportedData.code];

/**
 * Sends fresh credentials on the open connection before the current ones expire. Where that does not succeed, the
 * connection ends when they expire, and the client connects again with fresh ones.
 */
export class Renewal {
  readonly #deps: RenewalDeps;
  #connection: ClientConnection | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isPending = false;
  /** Whether an earlier server has closed a connection because of `auth`. */
  #isUnknown = false;

  constructor(deps: RenewalDeps) {
    this.#deps = deps;
  }

  /** @param leftMs for how long the credentials of the connection are still valid */
  opened(connection: ClientConnection, leftMs: number): void {
    this.#connection = connection;
    this.#schedule(leftMs);
  }

  /** Whether the frame is an answer to `auth`. */
  receive(frame: Frame): boolean {
    if (!this.#isPending || typeof frame !== 'string') return false;
    const answer = readAuthAnswer(this.#deps.channel, parse(frame));
    if (answer === undefined) return false;
    this.#isPending = false;
    if ('error' in answer) return true;
    if (answer.expiresAtMs !== undefined) this.#schedule(answer.expiresAtMs - Date.now());
    return true;
  }

  /** How the client treats the end of a connection: it does not give up because a server does not know `auth`. */
  ended(ending: Ending): Ending {
    clearTimeout(this.#timer);
    this.#connection = null;
    const isRefused = this.#isPending && ending.kind === 'closed' && refusals.includes(ending.code);
    this.#isPending = false;
    if (!isRefused) return ending;
    this.#isUnknown = true;
    return {
      kind: 'closed',
      code: closeCodes.serviceRestart.code,
      reason: 'the server does not know `auth`',
    };
  }

  #schedule(leftMs: number): void {
    this.#wait(leftMs, leftMs - Math.min(maxLeadMs, leftMs * leadShare));
  }

  #wait(leftMs: number, delayMs: number): void {
    clearTimeout(this.#timer);
    if (this.#isUnknown || leftMs < minLeftMs) return;
    const endMs = Date.now() + leftMs;
    const timerMs = Math.min(delayMs, maxTimerMs);
    this.#timer = setTimeout(() => {
      if (timerMs < delayMs) this.#schedule(endMs - Date.now());
      else void this.#renew(endMs);
    }, timerMs);
  }

  async #renew(endMs: number): Promise<void> {
    const { channel, credentials, timeoutMs, signal } = this.#deps;
    const connection = this.#connection;
    const { token } = credentials;
    const placed = await credentials.next(timeoutMs, signal, true);
    if (connection === null || this.#connection !== connection || signal.aborted) return;
    if (placed instanceof PostedClientError || credentials.token === token) {
      // There may be others later.
      const leftMs = endMs - Date.now();
      this.#wait(leftMs, leftMs / 2);
      return;
    }
    this.#isPending = true;
    connection.send(JSON.stringify(encodeAuth(channel, credentials.token)));
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
