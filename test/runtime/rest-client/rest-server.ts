import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

export interface ReceivedRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers one request: a function, or a status with a JSON body and headers. */
export type ScriptedAnswer =
  | ((response: ServerResponse, request: ReceivedRequest) => void)
  | readonly [status: number, body?: unknown, headers?: Readonly<Record<string, string>>];

/** A server that gives the answers in turn, the last one again and again. It is closed after the test. */
export async function startRestServer(...answers: readonly ScriptedAnswer[]) {
  const requests: ReceivedRequest[] = [];
  const server = createServer(async (request, response) => {
    const answer = answers[Math.min(requests.length, answers.length - 1)] ?? [500];
    const { method, url, headers } = request;
    const received = { method, url, headers, body: '' };
    requests.push(received);
    received.body = await text(request);
    if (typeof answer === 'function') return answer(response, received);
    const [status, body, more = {}] = answer;
    response.writeHead(status, {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...more,
    });
    return response.end(body === undefined ? undefined : JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** Passes requests on to another server. The answers to the first `lost` requests are lost after they arrived. */
export function losing(target: string, lost: number): ScriptedAnswer {
  let left = lost;
  return async (response, { method = 'GET', url = '', body, headers: received }) => {
    const { host: _host, connection: _connection, ...headers } = received as Record<string, string>;
    const answer = await fetch(new URL(url, target), {
      method,
      headers,
      ...(body === '' ? {} : { body }),
    });
    const content = await answer.text();
    left -= 1;
    if (left >= 0) {
      response.socket?.destroy();
      return;
    }
    response
      .writeHead(answer.status, { 'Content-Type': answer.headers.get('Content-Type') ?? '' })
      .end(content);
  };
}
