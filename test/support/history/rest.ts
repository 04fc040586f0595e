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
   * @throws RestError for a response that a retry would not change
   * @throws Error if there is no such response for minutes
   */
  requestUntilAnswered(request: RestRequest): Promise<unknown>;
  /** Resolves with true after a response with 200 to a single attempt, and with null without a response, or after 503. */
  attempt(request: RestRequest): Promise<true | null>;
  close(): void;
}

/** A response that a retry would not change. */
export class RestError extends Error {
  override readonly name = 'RestError';
  readonly status: number;

  constructor({ method, path }: RestRequest, { status, text }: RestResponse) {
    super(`${method} ${path} got HTTP ${status}: ${text}`);
    this.status = status;
  }
}

const retryMs = 50;
/** After an attempt that is not repeated: whoever tries again writes something else. */
const attemptPauseMs = 250;
/** Longer than a server waits for its database. */
const attemptTimeoutMs = 30_000;
/** Longer than a server takes to restart on a busy machine, while its database and broker do. */
const answerTimeoutMs = 300_000;

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
      outgoing.setTimeout(attemptTimeoutMs, () => outgoing.destroy());
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

  async function sendOnce(server: number, restRequest: RestRequest): Promise<RestResponse | null> {
    restRequest.onAttempt?.(server);
    const response = await send(server, restRequest);
    if (response !== null && response.status !== 200 && response.status !== 503) {
      throw new RestError(restRequest, response);
    }
    return response;
  }

  return {
    async requestUntilAnswered(restRequest) {
      nextServer += 1;
      const deadlineMs = performance.now() + answerTimeoutMs;
      for (let server = nextServer % ports.length; !signal.aborted; server = (server + 1) % ports.length) {
        const response = await sendOnce(server, restRequest);
        if (response?.status === 200) return response.text === '' ? undefined : JSON.parse(response.text);
        if (performance.now() > deadlineMs) {
          const last = response === null ? 'no response' : `HTTP 503: ${response.text}`;
          const { method, path } = restRequest;
          throw new Error(
            `${method} ${path} has waited for ${answerTimeoutMs / 1000} s, and last got ${last}`,
          );
        }
        await delay(retryMs);
      }
      return null;
    },
    async attempt(restRequest) {
      nextServer += 1;
      const response = await sendOnce(nextServer % ports.length, restRequest);
      if (response?.status === 200) return true;
      await delay(attemptPauseMs);
      return null;
    },
    close: () => agent.destroy(),
  };
}

interface RestResponse {
  readonly status: number;
  readonly text: string;
}
