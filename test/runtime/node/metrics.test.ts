import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createMetrics, type Metrics } from '../../../src/runtime/node/metrics/metrics.ts';

const channels = {
  room: { name: 'room', send: [{ name: 'said' }, { name: 'left' }], receive: [{ name: 'say' }] },
};

async function rowsOf(metrics: Metrics): Promise<readonly string[]> {
  return (await metrics.render()).split('\n');
}

/** The series of a metric, without its buckets. */
async function series(metrics: Metrics, name: string): Promise<readonly string[]> {
  return (await rowsOf(metrics)).filter((line) => new RegExp(`^${name}(?:_sum|_count)?[{ ]`).test(line));
}

describe('metrics', () => {
  it('start at 0 for the channels and messages of the contract', async () => {
    const metrics = createMetrics({ channels });
    expect(await rowsOf(metrics)).toEqual(
      expect.arrayContaining([
        'posted_websocket_connections{channel="room"} 0',
        'posted_websocket_messages_sent_total{channel="room",message="said"} 0',
        'posted_websocket_messages_sent_total{channel="room",message="left"} 0',
        'posted_websocket_messages_received_total{channel="room",message="say"} 0',
      ]),
    );
  });

  it('show open connections, and count closed ones by code', async () => {
    const metrics = createMetrics({ channels });
    for (let opened = 0; opened < 4; opened += 1) metrics.connectionOpened('room');
    metrics.connectionClosed('room', '1000');
    metrics.connectionClosed('room', '1006');
    metrics.connectionClosed('room', '1006');
    expect(await series(metrics, 'posted_websocket_connections')).toEqual([
      'posted_websocket_connections{channel="room"} 1',
    ]);
    expect(await series(metrics, 'posted_websocket_closed_total')).toEqual([
      'posted_websocket_closed_total{channel="room",code="1000"} 1',
      'posted_websocket_closed_total{channel="room",code="1006"} 2',
    ]);
  });

  it('count messages sent for each connection, and messages received, by type', async () => {
    const metrics = createMetrics({ channels });
    metrics.messageSent('room', 'said', 3);
    metrics.messageSent('room', 'said', 4);
    metrics.messageSent('room', 'left', 0);
    metrics.messageReceived('room', 'say');
    metrics.messageReceived('room', 'say');
    expect(await series(metrics, 'posted_websocket_messages_sent_total')).toEqual([
      'posted_websocket_messages_sent_total{channel="room",message="said"} 7',
      'posted_websocket_messages_sent_total{channel="room",message="left"} 0',
    ]);
    expect(await series(metrics, 'posted_websocket_messages_received_total')).toEqual([
      'posted_websocket_messages_received_total{channel="room",message="say"} 2',
    ]);
  });

  it('count messages of the same name separately for each channel', async () => {
    const metrics = createMetrics({ channels: {} });
    metrics.messageSent('room', 'said', 1);
    metrics.messageSent('hall', 'said', 2);
    expect(await series(metrics, 'posted_websocket_messages_sent_total')).toEqual([
      'posted_websocket_messages_sent_total{channel="room",message="said"} 1',
      'posted_websocket_messages_sent_total{channel="hall",message="said"} 2',
    ]);
  });

  it('show the latency from publishing to the sockets, from half a millisecond on', async () => {
    const metrics = createMetrics({ channels });
    for (const seconds of [0.0004, 0.002, 0.2]) metrics.messagePublished('room', 'said', seconds);
    expect(await rowsOf(metrics)).toEqual(
      expect.arrayContaining([
        'posted_websocket_publish_seconds_bucket{le="0.0005",channel="room",message="said"} 1',
        'posted_websocket_publish_seconds_bucket{le="0.0025",channel="room",message="said"} 2',
        'posted_websocket_publish_seconds_bucket{le="+Inf",channel="room",message="said"} 3',
        'posted_websocket_publish_seconds_count{channel="room",message="said"} 3',
      ]),
    );
  });

  it('show the duration of handshakes, and count refused ones by reason', async () => {
    const metrics = createMetrics({ channels });
    metrics.handshakeCompleted('room', 0.25);
    metrics.handshakeRefused('unauthorized');
    metrics.handshakeRefused('origin');
    metrics.handshakeRefused('origin');
    expect(await series(metrics, 'posted_websocket_handshake_seconds')).toEqual([
      'posted_websocket_handshake_seconds_sum{channel="room"} 0.25',
      'posted_websocket_handshake_seconds_count{channel="room"} 1',
    ]);
    expect(await series(metrics, 'posted_websocket_handshakes_refused_total')).toEqual([
      'posted_websocket_handshakes_refused_total{reason="unauthorized"} 1',
      'posted_websocket_handshakes_refused_total{reason="origin"} 2',
    ]);
  });

  it('count contract violations, for WebSocket and REST, in both directions', async () => {
    const metrics = createMetrics({ channels });
    metrics.messageInvalid('room', 'said', 'send');
    metrics.messageInvalid('room', 'unknown', 'receive');
    metrics.bodyInvalid('createPost', 'request');
    metrics.bodyInvalid('createPost', 'response');
    metrics.bodyInvalid('createPost', 'response');
    expect(await series(metrics, 'posted_contract_violations_total')).toEqual([
      'posted_contract_violations_total{channel="room",message="said",direction="send"} 1',
      'posted_contract_violations_total{channel="room",message="unknown",direction="receive"} 1',
      'posted_contract_violations_total{operation="createPost",direction="request"} 1',
      'posted_contract_violations_total{operation="createPost",direction="response"} 2',
    ]);
  });

  it('count requests by operation and status, and show their duration', async () => {
    const metrics = createMetrics({ channels });
    metrics.requestCompleted('login', 200, 0.25);
    metrics.requestCompleted('login', 401, 0.5);
    metrics.requestCompleted('none', 404, 0.001);
    expect(await series(metrics, 'posted_http_requests_total')).toEqual([
      'posted_http_requests_total{operation="login",status="200"} 1',
      'posted_http_requests_total{operation="login",status="401"} 1',
      'posted_http_requests_total{operation="none",status="404"} 1',
    ]);
    expect(await series(metrics, 'posted_http_request_seconds')).toContain(
      'posted_http_request_seconds_sum{operation="login"} 0.75',
    );
  });

  it('show the event loop delay, memory and CPU of the process', async () => {
    const names = (await rowsOf(createMetrics({ channels }))).map((line) => line.split(' ')[0]);
    expect(names).toEqual(
      expect.arrayContaining([
        'nodejs_eventloop_lag_p99_seconds',
        'process_resident_memory_bytes',
        'process_cpu_seconds_total',
      ]),
    );
  });

  it('belong to one server each, even if servers share a process', async () => {
    const one = createMetrics({ channels });
    const two = createMetrics({ channels });
    one.connectionOpened('room');
    expect(await series(two, 'posted_websocket_connections')).toEqual([
      'posted_websocket_connections{channel="room"} 0',
    ]);
    expect(await series(two, 'process_resident_memory_bytes')).toHaveLength(1);
  });

  it('are in the Prometheus text format, each with its help and type', async () => {
    const metrics = createMetrics({ channels });
    metrics.connectionClosed('room', '1000');
    expect(metrics.contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    const rendered = await metrics.render();
    expect(rendered.endsWith('\n')).toBe(true);
    for (const line of rendered.split('\n').filter((each) => each !== '' && !each.startsWith('#'))) {
      expect(line).toMatch(/^[a-z_]+[a-z0-9_]*(?:\{(?:[a-z]+="[^"]*",?)+\})? \S+$/);
    }
    const described = (keyword: string) =>
      [...rendered.matchAll(new RegExp(`^# ${keyword} (\\S+)`, 'gm'))].map(([, name]) => name);
    expect(described('HELP')).toEqual(described('TYPE'));
    expect(new Set(described('TYPE')).size).toBe(described('TYPE').length);
  });

  it('do not keep the process alive', async () => {
    const module = new URL('../../../src/runtime/node/metrics/metrics.ts', import.meta.url).href;
    const script = `
      const { createMetrics } = await import(${JSON.stringify(module)});
      process.stdout.write(await createMetrics({ channels: {} }).render());`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: 'pipe' });
    const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    expect(code).toBe(0);
    expect(output).toContain('nodejs_eventloop_lag_seconds');
  });
});
