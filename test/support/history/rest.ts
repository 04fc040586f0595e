import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface RestRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly token?: string;
  readonly idempotencyKey?: string;
  readonly body?: object;
  /** Called before each attempt with the index of its server. */
  readonly onAttempt?: (server: number) => void;
}

/**
 * A REST client for servers that may be down: it retries every request, each time at another server, until
 * it gets a response.
 */
export interface Rest {
  /**
   * Resolves with the body of a response with 200, or with null once the signal is aborted.
   *
   * @throws Error for a response that a retry would not change
   */
  requestUntilAnswered(request: RestRequest): Promise<unknown>;
  close(): void;
}

const retryMs = 50;

/** The servers, identified by their ports on the loopback interface, take turns. */
export function createRest(ports: readonly number[], signal: AbortSignal): Rest {
  const agent = new Agent({ keepAlive: true });
  let nextServer = 0;

  /** Resolves with null without a response. */
  function send(server: number, restRequest: RestRequest): Promise<RestResponse | null> {
    const { method, path, token, idempotencyKey, body } = restRequest;
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
    async requestUntilAnswered(restRequest) {
      nextServer += 1;
      for (let server = nextServer % ports.length; !signal.aborted; server = (server + 1) % ports.length) {
        restRequest.onAttempt?.(server);
        const response = await send(server, restRequest);
        if (response?.status === 200) return response.text === '' ? undefined : JSON.parse(response.text);
        if (response !== null && response.status !== 503) {
          throw new Error(
            `${restRequest.method} ${restRequest.path} got HTTP ${response.status}: ${response.text}`,
          );
        }
        await delay(retryMs);
      }
      return null;
    },
    close: () => agent.destroy(),
  };
}

interface RestResponse {
  readonly status: number;
  readonly text: string;
}
