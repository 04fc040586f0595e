import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import type { Log } from '../../shared/log.ts';
import { MergedCalls } from '../merged-calls.ts';
import { clientConfig, Sockets } from './client-config.ts';
import { describe } from './failures.ts';

export interface PostgresHintsOptions {
  /** A connection for LISTEN: not through a pooler in transaction mode, which shares sessions between clients. */
  readonly url: string;
  readonly log: Log;
  /** Advice for the log where LISTEN does not work: which setting takes another URL. */
  readonly advice: string;
  /** The log may have grown to `headSeq`. A hint may be late, repeated or wrong. */
  readonly onHint: (headSeq: number) => void;
  /** Hints are received from now on; earlier ones may be lost. */
  readonly onUp: () => void;
}

const channel = 'posted_head';
const responseTimeoutMs = 5000;
const retryMs = { first: 100, max: 5000 };

/** The minimum time between two hints. */
const intervalMs = 5;

/** How often an idle connection is checked. */
const probeMs = 10_000;

/** How long a notification may take. */
const arrivalMs = 5000;

/** When to try LISTEN again after it did not work. */
const recheckMs = 60_000;

/**
 * Notifies the nodes of a database, with LISTEN and NOTIFY, that the log has grown. Best effort: any hint may be lost,
 * and only the log is authoritative. Hints have a connection of their own, so that no append waits for the lock that
 * NOTIFY takes when it commits.
 */
export class PostgresHints {
  readonly #options: PostgresHintsOptions;
  readonly #sockets = new Sockets();
  readonly #closing = new AbortController();
  readonly #listening: Promise<void>;
  readonly #probeTimer: NodeJS.Timeout;
  readonly #sending = new MergedCalls(() => this.#send(), intervalMs);
  /** Null while disconnected. */
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

  /**
   * Notifies all nodes that the log has grown to `headSeq`. The first hint is sent at once. Each costs every node a read
   * of the log, so those that follow shortly after it are merged into the newest one.
   */
  publish(headSeq: number): void {
    this.#newest = Math.max(this.#newest, headSeq);
    this.#sending.call();
  }

  async close(): Promise<void> {
    clearInterval(this.#probeTimer);
    this.#closing.abort();
    await this.#sockets.closeAfter(Promise.all([this.#client?.end(), this.#listening]));
  }

  async #reconnectUntilClosed(): Promise<void> {
    const { signal } = this.#closing;
    for (let waitMs = retryMs.first; !signal.aborted; ) {
      let pauseMs = waitMs;
      try {
        if (await this.#listen()) waitMs = retryMs.first;
        else pauseMs = recheckMs;
      } catch (thrown) {
        this.#reportDown(describe(thrown));
        waitMs = Math.min(waitMs * 2, retryMs.max);
      }
      // Jitter keeps the nodes from reconnecting all at once.
      await wait(pauseMs * Math.random(), undefined, { signal }).catch(() => {});
    }
  }

  /** Connects. Resolves with true when the connection has ended, or with false if LISTEN does not work on it. */
  async #listen(): Promise<boolean> {
    const { url, log, advice, onHint, onUp } = this.#options;
    const client = new Client(clientConfig(url, this.#sockets, responseTimeoutMs));
    const ended = new Promise<void>((resolve) => void client.once('end', resolve));
    // `end` follows every error.
    client.on('error', () => {});
    client.on('notification', ({ channel: from, payload = '' }) => {
      if (from !== channel) return;
      if (/^\d{1,15}$/.test(payload)) onHint(Number(payload));
      else log.warn({ channel, bytes: payload.length }, 'ignoring a notification that is not a hint');
    });
    try {
      await client.connect();
      await client.query(`listen ${channel}`);
      const isWorking = await this.#receives(client);
      if (this.#closing.signal.aborted) return true;
      if (!isWorking) {
        // So that the session, which may be another client's next, is not left listening.
        await client.query('unlisten *');
        this.#reportDown(`LISTEN does not work, as through a pooler in transaction mode: ${advice}`);
        return false;
      }
      this.#client = client;
      if (this.#isDown) log.info({}, 'receiving hints again');
      this.#isDown = false;
      onUp();
      this.#sending.call();
      await ended;
      if (!this.#closing.signal.aborted) this.#reportDown('the connection ended');
      return true;
    } finally {
      this.#client = null;
      await client.end();
    }
  }

  /**
   * Whether the client receives notifications while it is idle. Another connection sends one: a pooler would pass on
   * what the client itself has sent.
   */
  async #receives(client: Client): Promise<boolean> {
    const check = `posted_check_${randomUUID().replaceAll('-', '')}`;
    const arrived = new Promise<boolean>((resolve) => {
      client.on('notification', ({ channel: from }) => {
        if (from === check) resolve(true);
      });
      client.once('end', () => resolve(false));
    });
    await client.query(`listen ${check}`);
    const sender = new Client(clientConfig(this.#options.url, this.#sockets, responseTimeoutMs));
    sender.on('error', () => {});
    try {
      await sender.connect();
      await sender.query(notify(check, ''));
    } finally {
      await sender.end();
    }
    const { signal } = this.#closing;
    const isReceived = await Promise.race([arrived, wait(arrivalMs, false, { signal }).catch(() => false)]);
    if (isReceived) await client.query(`unlisten ${check}`);
    return isReceived;
  }

  async #send(): Promise<void> {
    // The events of a batch are published one by one, in the same turn.
    await nextTurn();
    const headSeq = this.#newest;
    if (this.#client === null || this.#sent >= headSeq) return;
    this.#isSending = true;
    if (await this.#query(this.#client, notify(channel, String(headSeq)))) this.#sent = headSeq;
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

/** A hint need not survive a crash, so its commit does not wait for the disk. */
function notify(on: string, payload: string): string {
  return `select set_config('synchronous_commit', 'off', true), pg_notify('${on}', '${payload}')`;
}
