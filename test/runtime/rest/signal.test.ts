import { once } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import type { NoteHandlers } from './operations.ts';
import { answerOf, connectRaw, startRest } from './rest-server.ts';

const getFirst = 'GET /note/get/first HTTP/1.1\r\nHost: a\r\n\r\n';
const left = { code: 'invalid_request', message: 'The client left before it was answered.' };

/** A handler that ends when its signal does, and the signals that it got. */
function waitingHandler() {
  const signals: AbortSignal[] = [];
  const getFirstNote: NoteHandlers['getFirstNote'] = async (_request, { signal }) => {
    signals.push(signal);
    if (!signal.aborted) await once(signal, 'abort');
    throw signal.reason;
  };
  return { signals, handlers: { getFirstNote } };
}

describe('the signal of a handler', () => {
  it('aborts when the client closes the connection, which is not logged as a failure', async () => {
    const { signals, handlers } = waitingHandler();
    const { port, completed, logged, audited } = await startRest({ handlers });
    const client = await connectRaw(port);
    client.send(getFirst);
    await expect.poll(() => signals.length).toBe(1);
    expect(signals[0]?.aborted).toBe(false);
    client.socket.destroy();
    await expect.poll(() => completed).toEqual([['getFirstNote', 400]]);
    expect(signals[0]?.reason).toMatchObject(left);
    expect(audited).toMatchObject([{ operation: 'getFirstNote', outcome: 'invalid_request' }]);
    expect(logged.filter(([level]) => level === 'error' || level === 'warn')).toEqual([]);
  });

  it('aborts for every request that the client has pipelined, without a warning about listeners', async () => {
    const warned = vi.fn<() => void>();
    process.on('warning', warned);
    const { signals, handlers } = waitingHandler();
    const { port, completed } = await startRest({ handlers });
    const client = await connectRaw(port);
    client.send(getFirst.repeat(20));
    await expect.poll(() => signals.length).toBe(20);
    client.socket.resetAndDestroy();
    await expect.poll(() => completed.length).toBe(20);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
    process.off('warning', warned);
    expect(warned).not.toHaveBeenCalled();
  });

  it('is aborted already if the handler reads it after the client has left', async () => {
    const closed = Promise.withResolvers<void>();
    const aborted: boolean[] = [];
    const { port, server } = await startRest({
      handlers: {
        getFirstNote: async (_request, context) => {
          await closed.promise;
          aborted.push(context.signal.aborted);
          return { text: 'late' };
        },
      },
    });
    server.on('connection', (socket) => socket.on('close', () => closed.resolve()));
    const client = await connectRaw(port);
    const requested = once(server, 'request');
    client.send(getFirst);
    await requested;
    client.socket.destroy();
    await expect.poll(() => aborted).toEqual([true]);
  });

  it('aborts at the time limit, with the error that the client gets', async () => {
    const { signals, handlers } = waitingHandler();
    const { url } = await startRest({ handlers, limits: { bodyBytes: 1000, timeoutMs: 20 } });
    const answer = await answerOf(await fetch(`${url}/note/get/first`));
    expect(answer).toEqual([503, 'unavailable: The server did not finish in time.']);
    expect(signals[0]?.reason).toMatchObject({ code: 'unavailable' });
  });

  it('does not abort after the response, although the connection closes then', async () => {
    const signals: AbortSignal[] = [];
    const { port } = await startRest({
      handlers: {
        getFirstNote: async (_request, { signal }) => {
          signals.push(signal);
          return { text: 'hi' };
        },
      },
    });
    const client = await connectRaw(port);
    client.send(getFirst);
    await client.until(/\{"text":"hi"\}$/);
    client.socket.destroy();
    await client.end;
    // The server handles the end of the first connection before it answers on another one.
    const other = await connectRaw(port);
    other.send(getFirst);
    await other.until(/\{"text":"hi"\}$/);
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
  });

  it('follows the signal of a request that did not come from a socket', async () => {
    const { signals, handlers } = waitingHandler();
    const { app } = await startRest({ handlers });
    const controller = new AbortController();
    const request = new Request('http://localhost/note/get/first', { signal: controller.signal });
    const response = app.fetch(request);
    await expect.poll(() => signals.length).toBe(1);
    controller.abort();
    expect((await response).status).toBe(400);
    expect(signals[0]?.reason).toMatchObject(left);
    expect((await app.fetch(new Request(request))).status).toBe(400);
  });
});
