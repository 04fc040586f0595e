import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { inspect } from 'node:util';
import jwt from 'jsonwebtoken';
import { describe, expect, it } from 'vitest';
import { jwtSecret, makeDataDir, registerUser, request, startFeed } from '../support/feed-server.ts';
import { runMain, spawnServer } from '../support/server-process.ts';
import { bearer, connectClient, refusedHandshake } from '../support/websocket.ts';

const channel = '/post/feed/posted';

function sign(key: jwt.Secret, options: jwt.SignOptions): string {
  const defaults = { subject: randomUUID(), expiresIn: 60, issuer: 'https://issuer.example' };
  return jwt.sign({}, key, { ...defaults, ...options });
}

async function readMetrics(url: string): Promise<string> {
  return await (await fetch(`${url}/metrics`)).text();
}

describe('a running server', () => {
  it('reports that it is alive and ready', async () => {
    const { url } = await startFeed();
    expect(await request(url, 'GET', '/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } });
    expect(await request(url, 'GET', '/readyz')).toMatchObject({
      status: 200,
      body: { status: 'ready', dependencies: { store: 'up' } },
    });
  });

  it('counts connections, messages, refusals, closes and requests', async () => {
    const { url, socketUrl } = await startFeed();
    const ada = await registerUser(url);
    const client = await connectClient(`${socketUrl}${channel}`, bearer(ada.token));
    const other = await connectClient(`${socketUrl}${channel}`, bearer(ada.token));
    await refusedHandshake(`${socketUrl}${channel}`);
    await ada.post('one');
    await ada.post('');
    await Promise.all([client.take(1), other.take(1)]);
    other.webSocket.send('{}');
    await other.closed;
    const name = 'channel="postFeedPosted"';
    for (const line of [
      `posted_websocket_connections{${name}} 1`,
      `posted_websocket_messages_sent_total{${name},message="post"} 2`,
      `posted_websocket_handshakes_refused_total{reason="unauthorized"} 1`,
      `posted_websocket_closed_total{${name},code="4400"} 1`,
      `posted_websocket_handshake_seconds_count{${name}} 2`,
      `posted_websocket_publish_seconds_count{${name},message="post"} 1`,
      `posted_http_requests_total{operation="createPost",status="200"} 1`,
      `posted_http_requests_total{operation="createPost",status="400"} 1`,
    ]) {
      await expect.poll(async () => await readMetrics(url)).toContain(line);
    }
    const metrics = await readMetrics(url);
    expect(metrics).toMatch(/posted_contract_violations_total\{.*direction="receive".*\} 1/);
    expect(metrics).toMatch(/posted_contract_violations_total\{.*direction="request".*\} 1/);
    expect(metrics).toContain('nodejs_eventloop_lag');
    expect(metrics).not.toContain(ada.id);
  });

  it('responds with 500 instead of a body that breaks the contract', async () => {
    const { url, server, dataDir } = await startFeed();
    const ada = await registerUser(url);
    const { body: id } = await ada.post('a secret thought');
    await server.close();
    const database = new DatabaseSync(join(dataDir, 'posted.sqlite'));
    database.prepare('UPDATE post SET author = ?').run('nobody');
    database.close();
    const again = await startFeed({ DATA_DIR: dataDir });
    expect(await request(again.url, 'GET', `/post/get/${String(id)}`)).toMatchObject({
      status: 500,
      body: { code: 'internal', message: 'Internal error. Include the request_id when you report it.' },
    });
    const errors = again.logged
      .filter(([level]) => level === 'error')
      .map((record) => inspect(record))
      .join();
    expect(errors).toContain('/author_user_id');
    expect(errors).not.toContain('secret thought');
    expect(await readMetrics(again.url)).toMatch(
      /posted_contract_violations_total\{.*operation="getPost".*direction="response".*\} 1|posted_contract_violations_total\{.*direction="response".*operation="getPost".*\} 1/,
    );
  });

  it('verifies tokens of another issuer with a public key', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const { socketUrl } = await startFeed({
      JWT_SECRET: '',
      JWT_PUBLIC_KEY: pem,
      JWT_ISSUER: 'https://issuer.example',
    });
    await connectClient(`${socketUrl}${channel}`, bearer(sign(privateKey, { algorithm: 'ES256' })));
    for (const token of [
      sign(pem, { algorithm: 'HS256' }), // algorithm confusion: the public key as a secret
      sign(jwtSecret, { algorithm: 'HS256' }),
      sign(privateKey, { algorithm: 'ES256', issuer: 'https://evil.example' }),
    ]) {
      expect((await refusedHandshake(`${socketUrl}${channel}`, bearer(token))).status).toBe(401);
    }
  });

  it('allows pages of other hosts by default only in development', async () => {
    const origin = { headers: { Origin: 'https://app.example' } };
    const development = await startFeed();
    expect((await refusedHandshake(`${development.socketUrl}${channel}`, origin)).status).toBe(401);
    const production = await startFeed({ NODE_ENV: 'production', HOST: '127.0.0.1' });
    expect((await refusedHandshake(`${production.socketUrl}${channel}`, origin)).status).toBe(403);
    const own = { headers: { Origin: production.url } };
    expect((await refusedHandshake(`${production.socketUrl}${channel}`, own)).status).toBe(401);
  });
});

describe('the command', () => {
  it('prints every setting with --help, and its version with --version', async () => {
    const help = await runMain(['--help']);
    expect(help.code).toBe(0);
    for (const name of ['PORT', 'DATA_DIR', 'JWT_SECRET', 'FEED_AUDIENCE', '--config']) {
      expect(help.stdout).toContain(name);
    }
    expect(await runMain(['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n' });
  });

  it('lists every mistake in the settings and exits with 2', async () => {
    const { code, stderr } = await runMain(['--cofnig'], {
      PORT: 'http',
      LOG_LEVEL: 'loud',
      JWT_SECRET: 'short',
    });
    expect(code).toBe(2);
    for (const name of ['--cofnig', 'PORT', 'LOG_LEVEL', 'JWT_SECRET']) expect(stderr).toContain(name);
    expect(stderr).not.toContain('short');
  });

  it('closes connections with 1012 and exits with 0 on SIGTERM', async () => {
    const dataDir = await makeDataDir();
    const server = await spawnServer({ DATA_DIR: dataDir });
    const ada = await registerUser(server.url);
    const client = await connectClient(`${server.url.replace('http', 'ws')}${channel}`, bearer(ada.token));
    const posts = Promise.allSettled(Array.from({ length: 20 }, (_, index) => ada.post(`${index}`)));
    await client.take(1);
    const ended = server.end('SIGTERM');
    expect(await client.closed).toEqual({ code: 1012, reason: 'the server restarts' });
    expect(await ended).toBe(0);
    const answered = (await posts).filter(
      (result) => result.status === 'fulfilled' && result.value.status === 200,
    );
    expect(client.received.length).toBe(answered.length);
  });

  it('accepts tokens after a restart, with the secret of the first start', async () => {
    const dataDir = await makeDataDir();
    const first = await spawnServer({ DATA_DIR: dataDir });
    const ada = await registerUser(first.url);
    expect(await first.end('SIGINT')).toBe(0);
    const second = await spawnServer({ DATA_DIR: dataDir });
    const answer = await request(second.url, 'POST', '/post/create', {
      token: ada.token,
      body: { text: 'still me' },
    });
    expect(answer.status).toBe(200);
    expect(second.stderr()).not.toContain(ada.token);
  });
});
