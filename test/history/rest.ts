import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface RestRequest {
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  readonly token?: string;
  readonly idempotencyKey?: string;
  readonly body?: object;
}

/** The REST interface of a server that may be away: every request is made again until it is answered. */
export interface Rest {
  /**
   * Resolves with the body of the 200, or with null if the signal ended the waiting.
   *
   * @throws Error for an answer that no other try would change
   */
  insist(request: RestRequest): Promise<unknown>;
  close(): void;
}

const retryMs = 50;

export function createRest(port: number, signal: AbortSignal): Rest {
  const agent = new Agent({ keepAlive: true });

  /** Null where there was no answer. */
  function ask({ method, path, token, idempotencyKey, body }: RestRequest): Promise<Answer | null> {
    return new Promise((resolve) => {
      const outgoing = request({ host: '127.0.0.1', port, agent, method, path, signal });
      if (token !== undefined) outgoing.setHeader('Authorization', `Bearer ${token}`);
      if (idempotencyKey !== undefined) outgoing.setHeader('Idempotency-Key', idempotencyKey);
      if (body !== undefined) outgoing.setHeader('Content-Type', 'application/json');
      outgoing.on('error', () => resolve(null));
      outgoing.on('response', (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on('error', () => resolve(null));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  return {
    async insist(wanted) {
      while (!signal.aborted) {
        const answer = await ask(wanted);
        if (answer?.status === 200) return answer.text === '' ? undefined : JSON.parse(answer.text);
        if (answer !== null && answer.status !== 503) {
          throw new Error(
            `${wanted.method} ${wanted.path} was answered with ${answer.status}: ${answer.text}`,
          );
        }
        await delay(retryMs);
      }
      return null;
    },
    close: () => agent.destroy(),
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}
