import { once } from 'node:events';
import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Sample } from '../../bench/harness/scenario.ts';
import { openFanOut } from '../../bench/load/open-fan-out.ts';
import { postText } from '../../bench/load/post-text.ts';
import { Publisher } from '../../bench/load/publisher.ts';
import { openSubscribers } from '../../bench/load/subscribers.ts';
import { plainDialect } from '../../bench/peers/plain-dialect.ts';

/** An HTTP server on a free port, closed after the test. */
async function serve(listener: RequestListener) {
  const server = createServer(listener);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const webSockets = new WebSocketServer({ server });
  onTestFinished(() => {
    for (const client of webSockets.clients) client.terminate();
  });
  return { webSockets, port: (server.address() as AddressInfo).port, pid: process.pid };
}

/** Passes posts to `publish`, which must send them. */
async function fanOut(publish: (clients: readonly WebSocket[], text: string) => void) {
  const server = await serve((request, response) => {
    request.setEncoding('utf8').once('data', (body: string) => {
      publish([...server.webSockets.clients], body);
      response.writeHead(200, { 'Content-Length': 0 }).end();
    });
  });
  return server;
}

function writeInParts(response: ServerResponse): void {
  response.writeHead(201).write('one');
  setTimeout(() => response.end('two'), 20);
}

describe('the publisher', () => {
  const post = { path: '/post/create', headers: {}, body: '{"text":"käse"}' };

  it('parses responses with a length, in chunks, and without a body', async () => {
    const bodies: string[] = [];
    const { port } = await serve((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk) => {
        body += chunk;
      });
      request.once('end', () => {
        const count = bodies.push(body);
        if (count === 1) response.writeHead(200, { 'Content-Length': 4 }).end('done');
        else if (count === 2) writeInParts(response);
        else response.writeHead(204).end();
      });
    });
    const publisher = await Publisher.open(port, 1);
    for (let count = 0; count < 3; count += 1) await publisher.send(post);
    publisher.end();
    expect(bodies).toEqual([post.body, post.body, post.body]);
  });

  it('rejects after any response but 2xx', async () => {
    const { port } = await serve((_, response) => response.writeHead(503).end());
    const publisher = await Publisher.open(port, 1);
    await expect(publisher.send(post)).rejects.toThrow('/post/create got HTTP 503');
    publisher.end();
  });

  it('rejects when its connection is lost', async () => {
    const { port } = await serve((request) => request.socket.destroy());
    const publisher = await Publisher.open(port, 1);
    await expect(publisher.send(post)).rejects.toThrow('the server closed a connection');
    publisher.end();
  });
});

describe('subscribers', () => {
  it('are not opened if one is refused', async () => {
    const { port } = await serve(() => {});
    const dialect = {
      ...plainDialect,
      upgrade: () => ({ path: '/', headers: { 'Sec-WebSocket-Version': '1' } }),
    };
    await expect(openSubscribers({ port, dialect, users: 3 })).rejects.toThrow('a handshake got HTTP 400');
  });

  it('send a greeting, and do not count welcome messages as posts', async () => {
    const { port, webSockets } = await serve(() => {});
    const greetings: string[] = [];
    webSockets.on('connection', (socket) => {
      socket.on('message', (data: Buffer) => {
        greetings.push(data.toString());
        socket.send(`welcome ${postText(1)}`);
        socket.send(postText(2));
      });
    });
    const posts: number[][] = [];
    const arrived = Promise.withResolvers<void>();
    const subscribers = await openSubscribers({
      port,
      dialect: { ...plainDialect, greetings: ['hello'], welcomes: 1 },
      users: 2,
      onPost: (subscriber, post) => {
        if (posts.push([subscriber, post]) === 2) arrived.resolve();
      },
    });
    await arrived.promise;
    subscribers.end();
    expect(greetings).toEqual(['hello', 'hello']);
    expect(posts.toSorted(([one = 0], [other = 0]) => one - other)).toEqual([
      [0, 2],
      [1, 2],
    ]);
  });

  it('report a connection closed by the server', async () => {
    const { port, webSockets } = await serve(() => {});
    const subscribers = await openSubscribers({ port, dialect: plainDialect, users: 2 });
    const [first] = webSockets.clients;
    if (first !== undefined) await closed(first);
    await expect.poll(() => subscribers.faults()).toEqual(['1 of 2 connections were lost']);
    subscribers.end();
  });

  it('acknowledge the newest cursor', async () => {
    const { port, webSockets } = await serve(() => {});
    const acked = new Promise<unknown>((resolve) => {
      webSockets.on('connection', (socket) => {
        socket.on('message', (data: Buffer) => resolve(JSON.parse(data.toString())));
      });
    });
    const subscribers = await openSubscribers({ port, dialect: plainDialect, users: 1, acks: true });
    for (const client of webSockets.clients) {
      for (const post of [1, 2, 3]) client.send(JSON.stringify({ text: postText(post), cursor: `c${post}` }));
    }
    expect(await acked).toEqual({ type: 'ack', cursor: 'c3' });
    subscribers.end();
  });
});

describe('a measurement', () => {
  it('is valid if every subscriber received every post', async () => {
    const server = await fanOut((clients, text) => {
      for (const client of clients) client.send(text);
    });
    const { values, wrong } = await measure(server);
    expect(wrong).toEqual([]);
    for (const name of ['cpuUs', 'deliveriesPerSecond', 'p50Ms', 'p99Ms', 'maxMs', 'rssMb', 'generatorUs']) {
      expect(values[name], name).toBeGreaterThanOrEqual(0);
    }
    expect(values.p50Ms).toBeLessThanOrEqual(values.p99Ms ?? 0);
  });

  it('is void if a post was delivered twice', async () => {
    const server = await fanOut((clients, text) => {
      for (const client of clients) client.send(text);
      clients[0]?.send(text);
    });
    const { wrong } = await measure(server);
    const twice: unknown = expect.stringMatching(/^\d+ deliveries came twice/);
    // During the warm-up and afterwards.
    expect(wrong).toEqual([twice, twice]);
  });
});

async function measure(server: Parameters<typeof openFanOut>[0]['server']): Promise<Sample> {
  const warmUpMs = 50;
  const load = await openFanOut({ server, dialect: plainDialect, subscribers: 3, inFlight: 2, warmUpMs });
  try {
    return await load.measure({ warmUpMs, cpuSeconds: 0, maxMs: 200 });
  } finally {
    load.end();
  }
}

async function closed(socket: WebSocket): Promise<void> {
  socket.terminate();
  await once(socket, 'close');
}
