import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Rest } from '../history/rest.ts';

/** A message, and when it was answered or received. */
export interface Numbered {
  readonly number: number;
  readonly atMs: number;
}

/** Publishes numbered messages, each until the server has answered that it is durable. */
export class NumberedPublisher {
  readonly published: Numbered[] = [];
  readonly #rest: Rest;
  readonly #token: string;
  readonly #name: string;
  #number = 0;
  #isStopped = false;
  #running: Promise<void> = Promise.resolve();

  /** The name keeps its messages apart from those of other publishers. */
  constructor(rest: Rest, token: string, name: string) {
    this.#rest = rest;
    this.#token = token;
    this.#name = name;
  }

  start(intervalMs: number): void {
    this.#running = this.#publishSteadily(intervalMs);
    this.#running.catch(() => {});
  }

  /** Publishes that many in addition, as fast as the server takes them. */
  async burst(count: number): Promise<void> {
    let left = count;
    const publishSome = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await this.publish();
      }
    };
    await Promise.all(Array.from({ length: burstConcurrency }, publishSome));
  }

  async publish(): Promise<void> {
    this.#number += 1;
    const number = this.#number;
    const text = `${this.#name}: ${number}`;
    await this.#rest.requestUntilAnswered({
      method: 'POST',
      path: '/post/create',
      token: this.#token,
      idempotencyKey: randomUUID(),
      body: { text },
    });
    this.published.push({ number, atMs: Date.now() });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
  }

  async #publishSteadily(intervalMs: number): Promise<void> {
    while (!this.#isStopped) {
      await this.publish();
      await delay(intervalMs);
    }
  }
}

const burstConcurrency = 64;
