import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { tokenOf } from './support.ts';

/** Creates posts over keep-alive connections, one per post in flight. */
export class Poster {
  readonly #agent: Agent;
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(serverUrl: string, userId: string, maxSockets: number) {
    this.#agent = new Agent({ keepAlive: true, maxSockets });
    this.#url = `${serverUrl}/post/create`;
    this.#headers = { Authorization: `Bearer ${tokenOf(userId)}`, 'Content-Type': 'application/json' };
  }

  /** Resolves once the post is stored; rejects after any response but 200. */
  post(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const options = { agent: this.#agent, method: 'POST', headers: this.#headers };
      const outgoing = request(this.#url, options, (response) => {
        response.resume();
        response.once('end', () => {
          if (response.statusCode === 200) resolve();
          else reject(new Error(`a post got HTTP ${response.statusCode}`));
        });
      });
      outgoing.once('error', reject);
      outgoing.end(JSON.stringify({ text }));
    });
  }

  /** Whether it sends posts. */
  owns(socket: Socket): boolean {
    const { sockets, freeSockets } = this.#agent;
    return [sockets, freeSockets].some((byHost) => Object.values(byHost).flat().includes(socket));
  }

  end(): void {
    this.#agent.destroy();
  }
}

/** Creates posts continuously, one at a time per writer. Resolves with the response time of each in ms. */
export async function postInTurns(
  posterOf: (writer: number) => Poster,
  { writers, seconds }: { readonly writers: number; readonly seconds: number },
): Promise<number[]> {
  const endMs = performance.now() + seconds * 1000;
  const latenciesMs: number[] = [];
  const posting = Array.from({ length: writers }, async (_, writer) => {
    const poster = posterOf(writer);
    for (let count = 0; performance.now() < endMs; count += 1) {
      const startMs = performance.now();
      await poster.post(`post ${count} of writer ${writer}, ${'x'.repeat(100)}`);
      latenciesMs.push(performance.now() - startMs);
    }
  });
  await Promise.all(posting);
  return latenciesMs;
}

/** Calls `post` at that rate without waiting for responses. Resolves when all have a response. */
export async function postSteadily(
  post: () => Promise<void>,
  { rate, seconds }: { readonly rate: number; readonly seconds: number },
): Promise<void> {
  const startMs = performance.now();
  const posting: Promise<void>[] = [];
  for (let count = 0; count < rate * seconds; count += 1) {
    await sleep(Math.max(0, startMs + (count * 1000) / rate - performance.now()));
    const posted = post();
    // Prevents an unhandled rejection until all are awaited.
    posted.catch(() => {});
    posting.push(posted);
  }
  await Promise.all(posting);
}
