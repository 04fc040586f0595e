import { describe, expect, it } from 'vitest';
import { offer, startMarket } from './start-market.ts';

describe('a limit of a REST operation', () => {
  it('answers requests above it with 429, Retry-After and an error', async () => {
    const { url } = await startMarket();
    const statuses: number[] = [];
    for (let count = 0; count < 3; count += 1) statuses.push((await fetch(`${url}/price/fish`)).status);
    const refused = await fetch(`${url}/price/fish`);
    expect([...statuses, refused.status]).toEqual([200, 200, 200, 429]);
    const retryAfter = Number(refused.headers.get('Retry-After'));
    expect(retryAfter).toBeGreaterThan(195);
    expect(retryAfter).toBeLessThanOrEqual(200);
    expect(await refused.json()).toEqual({
      code: 'too_many_requests',
      message: expect.stringMatching(/^Too many requests\. Try again in \d+ ms\.$/),
      request_id: refused.headers.get('X-Request-Id'),
    });
  });

  it('counts users separately', async () => {
    const { url, done } = await startMarket();
    const responses = [
      await offer(url, 'ann'),
      await offer(url, 'ann'),
      await offer(url, 'ann'),
      await offer(url, 'bea'),
    ];
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 429, 200]);
    expect(done).toEqual(['ann offers fish', 'ann offers fish', 'bea offers fish']);
  });

  it('by address also counts requests whose credentials are refused', async () => {
    const { url } = await startMarket({
      restLimits: { limits: { makeOffer: { per: 'address', rate: 2, seconds: 600 } } },
    });
    const responses = [await offer(url, '1'), await offer(url, '2'), await offer(url, 'ann')];
    expect(responses.map(({ status }) => status)).toEqual([401, 401, 429]);
  });

  it('is replaced by the one of the option, whose names are checked', async () => {
    const { url } = await startMarket({
      restLimits: { limits: { getPrice: { per: 'address', rate: 1, seconds: 600 } } },
    });
    expect((await fetch(`${url}/price/fish`)).status).toBe(200);
    expect((await fetch(`${url}/price/fish`)).status).toBe(429);
    const limits = { getPrize: [] };
    // @ts-expect-error -- no operation has this name
    await expect(startMarket({ restLimits: { limits } })).rejects.toThrow(
      'The option limits has getPrize, which is not an operation that clients start: use one of getPrice, makeOffer.',
    );
  });
});
