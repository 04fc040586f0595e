import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statusOf } from '../../src/runtime/shared/errors.ts';
import { startChatServer } from '../runtime/client/chat-server.ts';
import { soon } from '../runtime/client/soon.ts';
import { answer, send } from './auction-server.ts';
import { type GeneratedPackage, generatePackage } from './generated-package.ts';
import { execute, pythonPath, reason, startProgram } from './python.ts';

const refusal = (more: object, error: object) => ({ type: 'error', ...more, error });

describe.skipIf(reason !== null)(`the operations of a Python client ${reason ?? ''}`, () => {
  let generated: GeneratedPackage;
  beforeAll(async () => {
    generated = await generatePackage(join(import.meta.dirname, 'auction.yaml'));
  });
  afterAll(() => generated?.remove());

  const start = (scenario: string, url: string) =>
    startProgram('operations_app.py', generated.packages, { scenario, url });

  it('calls operations with their content, and returns typed replies', async () => {
    const server = await startChatServer();
    const program = start('answer_bids', server.url);
    const auction = await server.nextConnection();
    const received = answer(auction, ({ type, id, cents }) => {
      if (type === 'typing') return [];
      if (type !== 'placeBid') return [{ type: 'orderPlaced', id }];
      return Number(cents) > 200
        ? [{ type: 'bidAccepted', id, bidId: 'b1' }]
        : [{ type: 'bidRejected', id, highestCents: 200 }];
    });
    const scanner = await server.nextConnection();
    const scans = answer(scanner, ({ page }) => {
      if (page === undefined) return [];
      return page === 1 ? [Buffer.from([1, 2])] : [{ pages: 0 }];
    });
    expect(await program.ended, program.stderr()).toBe(0);
    const id: unknown = expect.stringMatching(/^[0-9a-f-]{36}$/);
    expect(received).toEqual([
      { type: 'placeBid', id, cents: 150 },
      { type: 'placeBid', id, cents: 250 },
      { type: 'limitOrder', id, cents: 5 },
      { type: 'marketOrder', id },
      { type: 'typing', name: 'Ann' },
    ]);
    expect(scans).toEqual([{ reset: true }, { page: 1 }, { page: 2 }]);
    expect(program.lines).toEqual([
      { rejected: 200 },
      { accepted: 'b1' },
      { placed: 'orderPlaced' },
      { placed: 'orderPlaced' },
      { picture: [1, 2] },
      { pages: 0 },
    ]);
    expect(server.handshakes[0]).toMatchObject({
      url: '/auctions/a1',
      headers: { authorization: 'Bearer a-token' },
    });
  });

  it('raises the error answer to a request, and keeps the connection', async () => {
    const server = await startChatServer();
    const program = start('refused', server.url);
    const forbidden = { code: 'forbidden', message: 'Not you.' };
    answer(await server.nextConnection(), ({ id, cents }) => {
      const internal = { code: 'internal', message: 'Not an answer.' };
      const unrelated = [
        refusal({ id: 'another' }, internal),
        refusal({ id }, { ...internal, code: 'unheard_of' }),
        refusal({ id, more: 1 }, internal),
        { type: 'bidPlaced', id, error: internal },
        { id, error: internal },
      ];
      if (cents === 1) return [...unrelated, refusal({ id }, { ...forbidden, hint: 'none' })];
      if (cents === 2)
        return [refusal({ id }, { code: 'unavailable', message: 'Later.', retryAfterMs: 1500 })];
      return [{ type: 'bidAccepted', id, bidId: 'b1' }];
    });
    // Its replies have neither ids nor tags, so error answers come in the order of the requests.
    const unavailable = { code: 'unavailable', message: 'Later.' };
    answer(await server.nextConnection(), ({ page }) =>
      page === 1 ? [] : [{ error: unavailable }, { pages: 1 }],
    );
    expect(await program.ended, program.stderr()).toBe(0);
    const lines = program.lines.filter(({ reported }) => reported === undefined);
    const byBid = lines.toSorted((one, other) => Number(one.cents ?? 9) - Number(other.cents ?? 9));
    expect(byBid).toEqual([
      { code: 'forbidden', message: 'Not you.', after: null, cents: 1 },
      { code: 'unavailable', message: 'Later.', after: 1500, cents: 2 },
      { answer: 'bidAccepted', cents: 3 },
      { state: 'open' },
      { first: 'unavailable' },
      { second: 'empty' },
    ]);
    expect(server.handshakes).toHaveLength(2);
  });

  it('knows every code of an error answer', async () => {
    const script =
      'import json, typing; from auction import PostedErrorCode; print(json.dumps(typing.get_args(PostedErrorCode)))';
    const env = { PYTHONPATH: generated.packages, PYTHONDONTWRITEBYTECODE: '1' };
    const { stdout } = await execute(pythonPath(), ['-c', script], { env });
    expect(JSON.parse(stdout).toSorted()).toEqual(Object.keys(statusOf).toSorted());
  });

  it('raises at once without a connection, or waits for the next one', async () => {
    let isDown = false;
    const server = await startChatServer({ refuse: () => (isDown ? { status: 503 } : undefined) });
    const program = start('offline', server.url);
    const first = await server.nextConnection();
    answer(first, () => {
      isDown = true;
      first.terminate();
      return [];
    });
    await program.waitFor((lines) => lines.find(({ queued }) => queued));
    isDown = false;
    const received = answer(await server.nextConnection(), ({ type, id }) =>
      type === 'placeBid' ? [{ type: 'bidAccepted', id, bidId: 'b1' }] : [],
    );
    expect(await program.ended, program.stderr()).toBe(0);
    expect(program.lines).toEqual([
      { open: true },
      { raised: 'closed', cents: 1 },
      { raised: 'not_open' },
      { raised: 'bad_message' },
      { raised: 'timeout', cents: 2 },
      { queued: true },
      { state: 'open' },
      { answer: 'bidAccepted', cents: 4 },
    ]);
    expect(received).toMatchObject([{ name: 'first' }, { cents: 4 }, { name: 'last' }]);
  });

  it('queues a bounded number of messages, and sends them on the first connection', async () => {
    const server = await startChatServer();
    const program = start('full', server.url);
    const received = answer(await server.nextConnection(), () => []);
    expect(await program.ended, program.stderr()).toBe(0);
    expect(program.lines).toEqual([
      { raised: 'send_buffer_full' },
      { raised: 'send_buffer_full', count: 1024 },
      { open: true },
    ]);
    await expect.poll(() => received.length, soon).toBe(1024);
    expect(received.map(({ name }) => Number(name))).toEqual(Array.from(received.keys()));
  });

  it('sends what is queued for a server that does not read before it closes', async () => {
    const server = await startChatServer();
    const program = start('stalled', server.url);
    const connection = await server.nextConnection();
    connection.pause();
    const received = answer(connection, () => []);
    const { count } = await program.waitFor((lines) => lines.find((line) => line.count !== undefined));
    await new Promise((resolve) => setTimeout(resolve, 200));
    connection.resume();
    await expect.poll(() => received.length, soon).toBe(count);
    expect(await program.ended, program.stderr()).toBe(0);
  });

  it('sends what is still queued when a connection is lost on the next one', async () => {
    const server = await startChatServer();
    const program = start('stalled_twice', server.url);
    const first = await server.nextConnection();
    first.pause();
    const { count } = await program.waitFor((lines) => lines.find((line) => line.count !== undefined));
    first.terminate();
    const second = await server.nextConnection();
    const received = answer(second, () => []);
    await expect.poll(() => received.at(-1)?.name, soon).toMatch(`${Number(count) - 1} `);
    const numbers = received.map(({ name }) => Number.parseInt(String(name), 10));
    expect(numbers).toEqual(numbers.map((_, index) => Number(count) - numbers.length + index));
    expect(numbers.length).toBeLessThan(Number(count));
    second.close(1000);
    expect(await program.ended, program.stderr()).toBe(0);
  });

  it('reports messages and rejects requests that it could not send before it ended', async () => {
    let isDown = false;
    const server = await startChatServer({ refuse: () => (isDown ? { status: 503 } : undefined) });
    const program = start('ended', server.url);
    const connection = await server.nextConnection();
    await program.waitFor((lines) => lines.find(({ open }) => open));
    isDown = true;
    connection.terminate();
    expect(await program.ended, program.stderr()).toBe(0);
    expect(program.lines).toEqual([
      { raised: 'not_open' },
      { open: true },
      { reported: 'closed', text: 'The client ended before the message typing was sent.' },
      { raised: 'closed', text: 'The client ended before it was open.' },
      { raised: 'closed', text: 'The client ended before the reply arrived.' },
      { raised: 'not_open' },
      { state: 'closed' },
    ]);
  });

  it('answers the requests of the server with one of several replies', async () => {
    const server = await startChatServer();
    const program = start('ask', server.url);
    const connection = await server.nextConnection();
    const received = answer(connection, () => []);
    send(connection, { type: 'confirm', id: 'q1' }, { type: 'confirm', id: 'q2' });
    await expect
      .poll(() => received, soon)
      .toEqual([
        { type: 'busy', id: 'q1', minutes: 5 },
        { type: 'confirmed', id: 'q2' },
      ]);
    connection.close(1000);
    expect(await program.ended, program.stderr()).toBe(0);
    expect(program.lines).toEqual([
      { ended: 1000 },
      { raised: 'invalid_options', text: '`answer`: the server sends no request askBidder.' },
    ]);
  });
});
