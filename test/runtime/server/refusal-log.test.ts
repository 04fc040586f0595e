import { describe, expect, it } from 'vitest';
import { encodeBearerProtocol, subprotocol } from '../../../src/runtime/shared/subprotocol.ts';
import type { StartOptions } from '../../support/contract-server.ts';
import { createRoomHandlers, startRooms } from '../../support/rooms.ts';
import { bearer, connectClient, refusedHandshake } from '../../support/websocket.ts';

const refused = 'a handshake was refused';
const path = '/rooms/kitchen/talk';

async function start(options: StartOptions = {}, overrides: Parameters<typeof createRoomHandlers>[0] = {}) {
  const { url, logged } = await startRooms(createRoomHandlers(overrides), options);
  return { url: `${url}${path}`, base: url, warnings: () => logged.filter(([level]) => level === 'warn') };
}

function from(origin: string) {
  return { headers: { Authorization: 'Bearer ada', Origin: origin } };
}

function warning(fields: Readonly<Record<string, unknown>>) {
  return ['warn', { connection: expect.any(String), address: '127.0.0.1', ...fields }, refused];
}

describe('the refusal of a foreign origin', () => {
  const origin = 'http://localhost:5173';

  it('names the origin and the option that allows it, in the response and in the log', async () => {
    const { url, warnings } = await start();
    const { status, body } = await refusedHandshake(url, from(origin));
    const message = `Pages of ${origin} may not connect to this server. To allow them, add ${origin} to the option \`origins\`.`;
    expect([status, body]).toMatchObject([403, { message }]);
    const { request_id: connection } = body as { readonly request_id: string };
    expect(warnings()).toEqual([
      warning({ reason: 'origin', connection, problem: message, remedy: `origins: ['${origin}']` }),
    ]);
  });

  it("names the operator's setting instead, with the origins that it already allows", async () => {
    const { url, warnings } = await start({
      origins: ['https://app.example'],
      settingNames: { origins: 'ALLOWED_ORIGINS' },
    });
    const { body } = await refusedHandshake(url, from('HTTP://LocalHost:5173'));
    const message = `Pages of ${origin} may not connect to this server. To allow them, add ${origin} to ALLOWED_ORIGINS.`;
    expect(body).toMatchObject({ message });
    const remedy = `ALLOWED_ORIGINS=https://app.example,${origin}`;
    expect(warnings()).toEqual([warning({ reason: 'origin', problem: message, remedy })]);
  });

  it('does not happen after the option is set to the value in the log', async () => {
    const { url, warnings } = await start({ origins: [origin] });
    await connectClient(url, from(origin));
    expect(warnings()).toEqual([]);
  });

  it('says that a page without an origin needs a policy that allows any origin', async () => {
    const { url } = await start();
    const { body } = await refusedHandshake(url, from('null'));
    expect(body).toMatchObject({
      message: expect.stringContaining('only if the option `origins` allows any'),
    });
  });

  it.each([
    'http://a.example/<script>',
    'http://ada:secret@a.example',
    `http://${'a'.repeat(300)}`,
    'not an origin',
  ])('does not repeat a header that is not an origin: %s', async (header) => {
    const { url, warnings } = await start();
    const { status, body } = await refusedHandshake(url, from(header));
    const problem = 'The Origin header is not an origin that may connect to this server.';
    expect([status, body]).toMatchObject([403, { message: problem }]);
    expect(warnings()).toEqual([warning({ reason: 'origin', problem, remedy: undefined })]);
  });
});

describe('the log of refused handshakes', () => {
  it('names the limit to raise', async () => {
    const { url, warnings } = await start({ maxConnections: 1 });
    await connectClient(url, bearer('ada'));
    await refusedHandshake(url, bearer('bob'));
    expect(warnings()).toMatchObject([
      ['warn', { reason: 'capacity', remedy: 'raise the option maxConnections' }, refused],
    ]);
  });

  it("names the limit per user to raise, by the operator's setting", async () => {
    const settingNames = { maxConnectionsPerUser: 'MAX_CONNECTIONS_PER_USER' };
    const { url, warnings } = await start({ maxConnectionsPerUser: 1, settingNames });
    await connectClient(url, bearer('ada'));
    await refusedHandshake(url, bearer('ada'));
    const remedy = 'raise MAX_CONNECTIONS_PER_USER';
    expect(warnings()).toMatchObject([['warn', { reason: 'user_limit', remedy }, refused]]);
  });

  it('names the timeout to raise', async () => {
    const { url, warnings } = await start(
      { handshakeTimeoutMs: 10 },
      { accept: () => new Promise<never>(() => {}) },
    );
    await refusedHandshake(url, bearer('ada'));
    const remedy = 'raise the option handshakeTimeoutMs';
    expect(warnings()).toMatchObject([['warn', { reason: 'timeout', remedy }, refused]]);
  });

  it('names addresses of the contract after an unknown path', async () => {
    const { base, warnings } = await start();
    await refusedHandshake(`${base}/room/kitchen`, bearer('ada'));
    const remedy = 'connect to a channel of the contract, such as /rooms/{roomId}/talk';
    expect(warnings()).toMatchObject([['warn', { reason: 'unknown_path', remedy }, refused]]);
  });

  it('contains no credentials and nothing of the path or the query', async () => {
    const security = {
      bearerAuth() {
        throw new Error('the key store is on fire');
      },
    };
    const { url, base, warnings } = await start({ security });
    await refusedHandshake(`${url}?loud=secret`, bearer('secret'));
    await refusedHandshake(`${base}/secret`, bearer('secret'));
    await refusedHandshake(url, { protocols: [subprotocol, encodeBearerProtocol('secret')] });
    await refusedHandshake(url, { headers: { Authorization: 'Basic secret' } });
    expect(warnings().length).toBeGreaterThan(0);
    const encoded = encodeBearerProtocol('secret').split('.').at(-1) ?? '';
    expect(JSON.stringify(warnings())).not.toContain('secret');
    expect(JSON.stringify(warnings())).not.toContain(encoded);
  });

  it('contains a few records of each reason, however many handshakes are refused', async () => {
    const { url, base, warnings } = await start();
    for (let count = 0; count < 20; count += 1) await refusedHandshake(url, from('https://evil.example'));
    await refusedHandshake(`${base}/nowhere`, bearer('ada'));
    const reasons = warnings().map(([, fields]) => (fields as { readonly reason: string }).reason);
    expect(reasons).toEqual([...Array.from({ length: 5 }, () => 'origin'), 'unknown_path']);
  });
});
