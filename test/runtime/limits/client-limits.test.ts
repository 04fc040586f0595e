import { PostedError } from 'posted/server';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../../src/runtime/client/node.ts';
import { market } from './market/generated/asyncapi/client.ts';
import { startMarket, times } from './start-market.ts';

function open(socketUrl: string) {
  const client = connect(market, { url: new URL(socketUrl).origin, auth: 'ann' });
  onTestFinished(() => client.close());
  return client;
}

describe('a client above a limit', () => {
  it('gets a PostedError that says when to try again, and stays connected', async () => {
    const { socketUrl } = await startMarket();
    const client = open(socketUrl);
    await client.opened;
    for (let count = 0; count < 3; count += 1) await client.placeBid({ cents: 100 });
    const error = await client.placeBid({ cents: 100 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PostedError);
    expect(error).toMatchObject({ code: 'too_many_requests', retryAfterMs: expect.any(Number) });
    expect(client.status.value.state).toBe('open');
  });

  it('loses what it had sent beyond the limit, and connects again', async () => {
    const { socketUrl } = await startMarket();
    const client = open(socketUrl);
    await client.opened;
    const states: string[] = [];
    client.status.subscribe((status) => void states.push(status.state));
    const bid = async (): Promise<unknown> =>
      await client.placeBid({ cents: 100 }).catch((thrown: unknown) => thrown);
    for (let count = 0; count < 4; count += 1) await bid();
    const refused = { code: 'too_many_requests' };
    const closed = { code: 'closed', closeCode: 4429 };
    expect(await Promise.all(Array.from({ length: 17 }, bid))).toMatchObject([
      ...times(15, refused),
      closed,
      closed,
    ]);
    await expect.poll(() => states, { timeout: 10_000 }).toEqual(['waiting', 'connecting', 'open']);
    expect(await bid()).toMatchObject(refused);
  });

  it('connects again after 4429, with its back-off', async () => {
    const { socketUrl, done } = await startMarket();
    const client = open(socketUrl);
    await client.opened;
    const states: string[] = [];
    client.status.subscribe((status) => void states.push(status.state));
    for (let count = 0; count < 5; count += 1) client.wave({});
    await expect.poll(() => states.slice(-2), { timeout: 10_000 }).toEqual(['connecting', 'open']);
    expect(states).toContain('waiting');
    expect(done).toHaveLength(4);
  });
});
