import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import type { Log } from 'posted/server';
import { clientConfig, Sockets } from './client-config.ts';
import { describe } from './failures.ts';

export interface PostgresHintsOptions {
  readonly url: string;
  readonly log: Log;
  /** The log may have grown to `headSeq`. A hint may be late, repeated or wrong. */
  onHint(headSeq: number): void;
  /** Hints are received from now on; earlier ones may be lost. */
  onUp(): void;
}

const channel = 'posted_head';
const responseTimeoutMs = 5000;
const retryMs = { first: 100, max: 5000 };
/** How often an idle connection is checked. */
const probeMs = 10_000;

/**
 * Tells the nodes of a database, with LISTEN and NOTIFY, that the log has grown. Best effort: any hint may
 * be lost, and only the log is authoritative. Hints have a connection of their own, so that no append waits
 * for the lock that NOTIFY takes when it commits.
 */
export class PostgresHints {
  readonly #options: PostgresHintsOptions;
  readonly #sockets = new Sockets();
  readonly #closing = new AbortController();
  readonly #listening: Promise<void>;
  readonly #probeTimer: NodeJS.Timeout;
  /** Null while there is no connection. */
  #client: Client | null = null;
  #isSending = false;
  #isDown = false;
  /** The newest seq passed to `publish`, and the newest one sent. */
  #newest = 0;
  #sent = 0;

  /** Connects, and reconnects until closed. */
  constructor(options: PostgresHintsOptions) {
    this.#options = options;
    this.#listening = this.#reconnectUntilClosed();
    this.#probeTimer = setInterval(() => void this.#probe(), probeMs);
    this.#probeTimer.unref();
  }

  /** Tells all nodes that the log has grown to `headSeq`. While a hint is being sent, only the newest waits. */
  publish(headSeq: number): void {
    this.#newest = Math.max(this.#newest, headSeq);
    void this.#send();
  }

  async close(): Promise<void> {
    clearInterval(this.#probeTimer);
    this.#closing.abort();
    await this.#sockets.closeAfter(Promise.all([this.#client?.end(), this.#listening]));
  }

  async #reconnectUntilClosed(): Promise<void> {
    for (let waitMs = retryMs.first; !this.#closing.signal.aborted; ) {
      try {
        await this.#listen();
        waitMs = retryMs.first;
      } catch (thrown) {
        this.#reportDown(describe(thrown));
        waitMs = Math.min(waitMs * 2, retryMs.max);
      }
      // Jitter keeps the nodes from reconnecting all at once.
      await wait(waitMs * Math.random(), undefined, { signal: this.#closing.signal }).catch(() => {});
    }
  }

  /** Connects; resolves when the connection has ended. */
  async #listen(): Promise<void> {
    const options = this.#options;
    const client = new Client(clientConfig(options.url, this.#sockets, responseTimeoutMs));
    const ended = new Promise<void>((resolve) => void client.once('end', resolve));
    // `end` follows every error.
    client.on('error', () => {});
    client.on('notification', ({ payload = '' }) => {
      if (/^\d{1,15}$/.test(payload)) options.onHint(Number(payload));
      else options.log.warn({ channel, bytes: payload.length }, 'ignoring a notification that is not a hint');
    });
    try {
      await client.connect();
      // A hint need not survive a crash, so its commit does not wait for the disk.
      await client.query(`set synchronous_commit = off; listen ${channel}`);
      if (this.#closing.signal.aborted) return;
      this.#client = client;
      if (this.#isDown) options.log.info({}, 'receiving hints again');
      this.#isDown = false;
      options.onUp();
      void this.#send();
      await ended;
      if (!this.#closing.signal.aborted) this.#reportDown('the connection ended');
    } finally {
      this.#client = null;
      await client.end();
    }
  }

  async #send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    while (this.#client !== null && this.#sent < this.#newest) {
      const headSeq = this.#newest;
      if (!(await this.#query(this.#client, `notify ${channel}, '${headSeq}'`))) break;
      this.#sent = headSeq;
    }
    this.#isSending = false;
  }

  async #probe(): Promise<void> {
    if (this.#client !== null && !this.#isSending) await this.#query(this.#client, 'select');
  }

  /** Resolves with false without a response; the connection is then closed, so that a new one is made. */
  async #query(client: Client, text: string): Promise<boolean> {
    try {
      await client.query(text);
      return true;
    } catch {
      await client.end();
      return false;
    }
  }

  #reportDown(cause: string): void {
    if (this.#isDown || this.#closing.signal.aborted) return;
    this.#isDown = true;
    this.#options.log.warn({ cause }, 'not receiving hints from other nodes; polling the log instead');
  }
}
