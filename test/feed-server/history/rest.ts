import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface RestRequest {
  readonly method: 'POST' | 'PUT';
  readonly path: string;
  readonly token?: string;
  readonly idempotencyKey?: string;
  readonly body?: object;
  /** Called before each attempt, with the index of the server that it is made at. */
  readonly onAttempt?: (server: number) => void;
}

/**
 * The REST interface of servers that may be away: every request is made again, each time at another of
 * them, until it is answered.
 */
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

/** The servers are known by their ports on the loopback interface, and take turns. */
export function createRest(ports: readonly number[], signal: AbortSignal): Rest {
  const agent = new Agent({ keepAlive: true });
  let turn = 0;

  /** Null where there was no answer. */
  function ask(server: number, wanted: RestRequest): Promise<Answer | null> {
    const { method, path, token, idempotencyKey, body } = wanted;
    return new Promise((resolve) => {
      const port = ports[server];
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
      turn += 1;
      for (let server = turn % ports.length; !signal.aborted; server = (server + 1) % ports.length) {
        wanted.onAttempt?.(server);
        const answer = await ask(server, wanted);
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
