import { setTimeout as delay } from 'node:timers/promises';
import { PostedError } from '../../../src/runtime/shared/errors.ts';
import type { Writer, WriterDeps } from '../../support/history/delivery-app.ts';
import { refused } from '../../support/history/delivery-recorder.ts';
import { isWorthRetrying } from '../../support/history/retry.ts';
import type { AuctionClient, JoinAuction } from './auction-client.ts';
import { auctionsOfRun, extraAuction } from './auctions-of-run.ts';

export interface AuctionWriterDeps extends WriterDeps {
  readonly index: number;
  /** Of the run, in whose middle one auction ends. */
  readonly durationMs: number;
  readonly joinAuction: JoinAuction;
}

/** Of a bid, whose answer may have been lost. */
const answerTimeoutMs = 2000;
const retryMs = 50;
const closeStepMs = 50;

/** No bidder bids an amount twice. */
export const bidId = (
  channel: string,
  { bidder, cents }: { readonly bidder: string; readonly cents: number },
): string => `${channel} bidPlaced ${bidder} ${cents}`;
export const closedId = (channel: string): string => `${channel} auctionClosed`;

/** A bidder in one auction. The first one also ends an auction during the run. */
export class AuctionWriter implements Writer {
  readonly #deps: AuctionWriterDeps;
  readonly #bidder: string;
  readonly #clients = new Map<string, AuctionClient>();
  readonly #highest = new Map<string, number>();
  readonly #closed = new Set<string>();
  #auctionId: string;
  #beganMs: number | null = null;

  constructor(deps: AuctionWriterDeps) {
    this.#deps = deps;
    this.#bidder = `bidder${deps.index}`;
    this.#auctionId = auctionsOfRun[deps.index % auctionsOfRun.length] ?? '';
  }

  async welcome(): Promise<void> {
    for (const auctionId of auctionsOfRun) {
      await this.#bid(auctionId);
      if (auctionId !== this.#auctionId) await this.#leave(auctionId);
    }
  }

  async write(): Promise<void> {
    const { index, durationMs } = this.#deps;
    this.#beganMs ??= performance.now();
    const isHalfOver = performance.now() - this.#beganMs > durationMs / 2;
    if (index === 0 && isHalfOver && !this.#closed.has(extraAuction)) await this.#endExtraAuction();
    if (this.#closed.has(this.#auctionId)) {
      await this.#leave(this.#auctionId);
      this.#auctionId = auctionsOfRun[0] ?? '';
    }
    await this.#bid(this.#auctionId);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients.keys()].map((auctionId) => this.#leave(auctionId)));
  }

  /** Bids a little more than the highest bid. Without an answer, the bid may have been placed, or not. */
  async #bid(auctionId: string): Promise<void> {
    const { recorder, random, latencies, server, signal } = this.#deps;
    const client = this.#join(auctionId);
    const cents = (this.#highest.get(auctionId) ?? 0) + random.integer(1, 4);
    this.#highest.set(auctionId, cents);
    const id = bidId(channelOf(auctionId), { bidder: this.#bidder, cents });
    latencies.requested(id, server());
    await recorder.write(id, async () => {
      try {
        const options = { timeoutMs: answerTimeoutMs, whenOffline: 'wait', signal };
        const answer = await client.placeBid({ cents }, options);
        if (answer.is('bidAccepted')) return answer.bidId ?? '';
        this.#raise(auctionId, answer.highestCents ?? 0);
        return refused;
      } catch (thrown) {
        if (signal.aborted) return null;
        if (thrown instanceof PostedError && thrown.code === 'forbidden') {
          this.#closed.add(auctionId);
          return refused;
        }
        if (!isWorthRetrying(thrown)) throw thrown;
        await delay(retryMs);
        return null;
      }
    });
  }

  async #endExtraAuction(): Promise<void> {
    const { recorder, rest, signal } = this.#deps;
    this.#join(extraAuction);
    await recorder.write(closedId(channelOf(extraAuction)), async () => {
      await rest.requestUntilAnswered({ method: 'POST', path: `/auctions/${extraAuction}/end` });
      while (!this.#closed.has(extraAuction)) {
        if (signal.aborted) return null;
        await delay(closeStepMs);
      }
      return true;
    });
  }

  #join(auctionId: string): AuctionClient {
    const joined = this.#clients.get(auctionId);
    if (joined !== undefined) return joined;
    const { joinAuction, port, onProblem } = this.#deps;
    const client = joinAuction({
      url: `ws://127.0.0.1:${port}`,
      username: this.#bidder,
      auctionId,
      resume: false,
      reconnect: { baseMs: 50, maxMs: 500 },
      onError: ({ code, message }) => onProblem(`${this.#bidder}: ${code}: ${message}`),
    });
    client.on.auctionState(({ cents, closesInMs }) => {
      this.#raise(auctionId, cents);
      if (closesInMs === 0) this.#closed.add(auctionId);
    });
    client.on.bidPlaced(({ cents }) => this.#raise(auctionId, cents));
    client.on.auctionClosed(() => void this.#closed.add(auctionId));
    this.#clients.set(auctionId, client);
    return client;
  }

  async #leave(auctionId: string): Promise<void> {
    const client = this.#clients.get(auctionId);
    this.#clients.delete(auctionId);
    client?.close();
    await client?.closed.catch(() => {}); // `onError` has reported it
  }

  #raise(auctionId: string, cents: number): void {
    this.#highest.set(auctionId, Math.max(cents, this.#highest.get(auctionId) ?? 0));
  }
}

function channelOf(auctionId: string): string {
  return `auction /auctions/${auctionId}`;
}
