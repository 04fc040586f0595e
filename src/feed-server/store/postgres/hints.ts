import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import type { Log } from 'posted/server';
import { clientConfig, Sockets } from './client-config.ts';
import { describe } from './failures.ts';

export interface HintsOptions {
  readonly url: string;
  readonly log: Log;
  /** The log may have grown to `headSeq`: by a word that may be late, repeated, or wrong. */
  onHint(headSeq: number): void;
  /** Hints come from now on; those of before are lost. */
  onUp(): void;
}

const channel = 'posted_head';
const answerTimeoutMs = 5000;
const retryMs = { first: 100, most: 5000 };
/** How often a connection on which nothing happens is asked whether it is still one. */
const probeMs = 10_000;

/**
 * How the nodes of one database tell each other that the log has grown: by LISTEN and NOTIFY. Best
 * effort: any hint may be lost, and the log alone is true. Everything goes over one connection of its
 * own, so that no append waits for the lock that NOTIFY takes at its commit.
 */
export class PostgresHints {
  readonly #options: HintsOptions;
  readonly #sockets = new Sockets();
  readonly #closing = new AbortController();
  readonly #followed: Promise<void>;
  readonly #prober: NodeJS.Timeout;
  /** Null while there is no connection. */
  #client: Client | null = null;
  #isSending = false;
  #isLost = false;
  /** The newest seq to be told of, and the newest that was. */
  #newest = 0;
  #told = 0;

  /** Connects, and connects again whenever that is lost, until it is closed. */
  constructor(options: HintsOptions) {
    this.#options = options;
    this.#followed = this.#follow();
    this.#prober = setInterval(() => void this.#probe(), probeMs);
    this.#prober.unref();
  }

  /** Tells all nodes that the log has grown to `headSeq`. While one word is under way only the newest waits. */
  publish(headSeq: number): void {
    this.#newest = Math.max(this.#newest, headSeq);
    void this.#send();
  }

  async close(): Promise<void> {
    clearInterval(this.#prober);
    this.#closing.abort();
    await this.#sockets.closeAfter(Promise.all([this.#client?.end(), this.#followed]));
  }

  async #follow(): Promise<void> {
    for (let waitMs = retryMs.first; !this.#closing.signal.aborted; ) {
      try {
        await this.#listen();
        waitMs = retryMs.first;
      } catch (thrown) {
        this.#lost(describe(thrown));
        waitMs = Math.min(waitMs * 2, retryMs.most);
      }
      // Nodes that lost the same server do not come back in the same moment.
      await wait(waitMs * Math.random(), undefined, { signal: this.#closing.signal }).catch(() => {});
    }
  }

  /** Resolves when a connection that was made has ended. */
  async #listen(): Promise<void> {
    const options = this.#options;
    const client = new Client(clientConfig(options.url, this.#sockets, answerTimeoutMs));
    const ended = new Promise<void>((resolve) => void client.once('end', resolve));
    // What it says is told by the end that follows.
    client.on('error', () => {});
    client.on('notification', ({ payload = '' }) => {
      if (/^\d{1,15}$/.test(payload)) options.onHint(Number(payload));
      else
        options.log.warn(
          { channel, bytes: payload.length },
          'a notification that is none of ours is ignored',
        );
    });
    try {
      await client.connect();
      // What is lost with the server was a hint: nobody waits for a disk.
      await client.query(`set synchronous_commit = off; listen ${channel}`);
      if (this.#closing.signal.aborted) return;
      this.#client = client;
      if (this.#isLost) options.log.info({}, 'hints of other nodes come again');
      this.#isLost = false;
      options.onUp();
      void this.#send();
      await ended;
      if (!this.#closing.signal.aborted) this.#lost('the connection has ended');
    } finally {
      this.#client = null;
      await client.end();
    }
  }

  async #send(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    while (this.#client !== null && this.#told < this.#newest) {
      const headSeq = this.#newest;
      if (!(await this.#ask(this.#client, `notify ${channel}, '${headSeq}'`))) break;
      this.#told = headSeq;
    }
    this.#isSending = false;
  }

  async #probe(): Promise<void> {
    if (this.#client !== null && !this.#isSending) await this.#ask(this.#client, 'select');
  }

  /** False where there is no answer: then the connection is ended, so that the next is made. */
  async #ask(client: Client, text: string): Promise<boolean> {
    try {
      await client.query(text);
      return true;
    } catch {
      await client.end();
      return false;
    }
  }

  #lost(cause: string): void {
    if (this.#isLost || this.#closing.signal.aborted) return;
    this.#isLost = true;
    this.#options.log.warn({ cause }, 'no hints of other nodes come; the log is read on the tick alone');
  }
}
