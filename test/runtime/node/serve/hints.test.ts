import { describe, expect, it, onTestFinished } from 'vitest';
import { redis } from '../../../../scripts/dev/services/redis.ts';
import { describeEngine } from '../../../support/engines/describe-engine.ts';
import { MemoryTopic } from '../../server/peers/memory-topic.ts';
import { ignoreAcks, servePosts } from './posts-app.ts';

const handlers = { postFeedPosted: ignoreAcks };
const free = { port: 0, signals: false };

async function readinessOf(url: string): Promise<unknown> {
  return await (await fetch(`${url}/readyz`)).json();
}

function serveOverHttp(): unknown {
  return servePosts({ hints: 'http://ann:hunter2@broker' });
}

describe('the option hints', () => {
  it('must be a URL of a broker, whose password no error contains', () => {
    expect(serveOverHttp).toThrow('The option hints cannot be used: the URL must start with one of redis://');
    expect(serveOverHttp).not.toThrow('hunter2');
  });

  it('may be a bus, which the server joins when it listens and leaves when it is closed', async () => {
    const bus = new MemoryTopic().connect();
    const server = servePosts({ hints: bus }).handle(handlers);
    expect(bus.state).toBe('down');
    const running = await server.listen(free);
    expect(bus.state).toBe('up');
    expect(await readinessOf(running.url)).toEqual({ status: 'ready', dependencies: { hints: 'up' } });
    bus.change('down');
    expect(await readinessOf(running.url)).toEqual({ status: 'degraded', dependencies: { hints: 'down' } });
    bus.change('up');
    expect(await running.close()).toBe(0);
    expect(bus.state).toBe('down');
  });

  it('is joined by an embedded server with its first request', async () => {
    const bus = new MemoryTopic().connect();
    const server = servePosts({ hints: bus }).handle(handlers);
    await server.fetch(new Request('http://posted/healthz'));
    expect(bus.state).toBe('up');
    await server.shutdown(100);
    expect(bus.state).toBe('down');
  });

  it('is left after a failed start', async () => {
    const running = await servePosts({}).handle(handlers).listen(free);
    onTestFinished(() => void running.close());
    const bus = new MemoryTopic().connect();
    const port = Number(new URL(running.url).port);
    await expect(
      servePosts({ hints: bus })
        .handle(handlers)
        .listen({ ...free, port }),
    ).rejects.toThrow('port');
    expect(bus.state).toBe('down');
  });

  it('fails the start with what to install if it can never be used', async () => {
    const bus = new MemoryTopic().connect();
    bus.start = () => Promise.reject(new Error('the package x is not installed: run `npm install x`.'));
    const listening = servePosts({ hints: bus }).handle(handlers).listen(free);
    await expect(listening).rejects.toThrow('run `npm install x`');
  });
});

describeEngine(redis, 'a server with hints over a broker', (engine) => {
  it('counts whether the other nodes can be reached', async () => {
    await engine().ensureRunning();
    const running = await servePosts({ hints: engine().url }).handle(handlers).listen(free);
    onTestFinished(() => void running.close());
    const metrics = async (): Promise<string> => await (await fetch(`${running.url}/metrics`)).text();
    await expect.poll(metrics).toContain('posted_peers_up 1');
  });
});
