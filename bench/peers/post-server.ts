/** Shared by the peers that run on Node: receives posts over HTTP. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PostMessage } from '../../generated/asyncapi/models.ts';

/** Replaces the user that the token of a post would name. */
const author = randomUUID();

/** Like our server: the load generator's connections may be idle in between. */
const keepAliveTimeout = 65_000;

const backlog = 4096;

/** An HTTP server that passes every post to `publish` and then responds with 200. */
export function createPostServer(publish: (message: PostMessage) => void): Server {
  return createServer({ keepAliveTimeout }, (request, response) => {
    if (request.method !== 'POST' || request.url !== '/post/create') {
      answer(response, 404);
      return;
    }
    readBody(request, (body) => {
      const text = readText(body);
      if (text === null) {
        answer(response, 400);
        return;
      }
      publish({ type: 'post', payload: { postId: randomUUID(), postText: text, author_user_id: author } });
      answer(response, 200);
    });
  });
}

/** Listens on a free port and prints it. */
export function listen(server: Server): void {
  server.listen(0, '127.0.0.1', backlog, () => {
    const { port } = server.address() as AddressInfo;
    process.stdout.write(`listening on 127.0.0.1:${port}\n`);
  });
}

function answer(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'Content-Length': 0 }).end();
}

function readBody(request: IncomingMessage, onBody: (body: string) => void): void {
  let body = '';
  request.setEncoding('utf8');
  request.on('data', (chunk: string) => {
    body += chunk;
  });
  request.once('end', () => onBody(body));
}

function readText(body: string): string | null {
  try {
    const { text } = JSON.parse(body) as { readonly text?: unknown };
    return typeof text === 'string' ? text : null;
  } catch {
    return null;
  }
}
