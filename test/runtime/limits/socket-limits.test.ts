import { describe, expect, it } from 'vitest';
import { generate } from '../../scripts/generator.ts';
import { bids, connectMarket, startMarket, times } from './start-market.ts';

const limited = {
  code: 'too_many_requests',
  message: expect.stringMatching(/^Too many requests\. Try again in \d+ ms\.$/),
  retryAfterMs: expect.any(Number),
};

function parsed(
  frames: readonly string[],
): readonly { readonly error?: { readonly retryAfterMs: number } }[] {
  return frames.map((frame) => JSON.parse(frame));
}

it('has the code that its contracts generate', async () => {
  const folder = 'test/runtime/limits/market';
  const out = ['--out', `${folder}/generated`, '--targets', 'server,client', '--check'];
  expect(
    await generate(`${folder}/market.yaml`, '--openapi', `${folder}/market-rest.yaml`, ...out),
  ).toMatchObject({ code: 0 });
});

describe('a limit of an operation with a reply', () => {
  it('answers requests above it with too_many_requests, and calls no handler', async () => {
    const { done, socketUrl } = await startMarket();
    const { send, take } = await connectMarket(socketUrl);
    send(...bids(5));
    const frames = parsed(await take(5));
    expect(frames).toEqual([
      { type: 'bidAccepted', id: '1' },
      { type: 'bidAccepted', id: '2' },
      { type: 'bidAccepted', id: '3' },
      { type: 'error', id: '4', error: limited },
      { type: 'error', id: '5', error: limited },
    ]);
    expect(done).toEqual(Array(3).fill('ann bids 100'));
    const retryAfterMs = frames[3]?.error?.retryAfterMs ?? 0;
    expect(retryAfterMs).toBeGreaterThan(199_000 - 5000);
    expect(retryAfterMs).toBeLessThanOrEqual(200_000);
  });

  it('counts the connections of a user together, and users separately', async () => {
    const { socketUrl } = await startMarket();
    const [first, second, other] = [
      await connectMarket(socketUrl),
      await connectMarket(socketUrl),
      await connectMarket(socketUrl, 'bea'),
    ];
    first.send(...bids(2));
    await first.take(2);
    second.send(...bids(2));
    expect(parsed(await second.take(2))).toEqual([
      { type: 'bidAccepted', id: '1' },
      { type: 'error', id: '2', error: limited },
    ]);
    other.send(...bids(1));
    expect(parsed(await other.take(1))).toEqual([{ type: 'bidAccepted', id: '1' }]);
  });

  it('allows requests again after the time that the answer says', async () => {
    const { socketUrl } = await startMarket({ limits: { placeBid: { per: 'user', rate: 10, seconds: 1 } } });
    const { send, take } = await connectMarket(socketUrl);
    send(...bids(11));
    const [last] = parsed((await take(11)).slice(10));
    const retryAfterMs = last?.error?.retryAfterMs ?? 0;
    expect(retryAfterMs).toBeGreaterThan(0);
    expect(retryAfterMs).toBeLessThanOrEqual(100);
    await new Promise((resolve) => setTimeout(resolve, retryAfterMs + 1));
    send({ type: 'bid', id: 'later', cents: 1 });
    expect(parsed((await take(12)).slice(11))).toEqual([{ type: 'bidAccepted', id: 'later' }]);
  });

  it('counts invalid requests, too', async () => {
    const { socketUrl } = await startMarket();
    const { send, take } = await connectMarket(socketUrl);
    send(...bids(4).map((bid) => ({ ...bid, cents: 0 })));
    expect((await take(4)).map((frame) => JSON.parse(frame).error.code)).toEqual([
      'invalid_request',
      'invalid_request',
      'invalid_request',
      'too_many_requests',
    ]);
  });

  it('closes the connection of a client that goes on regardless with 4429', async () => {
    const { done, socketUrl } = await startMarket();
    const { send, closed, received } = await connectMarket(socketUrl);
    send(...bids(1000));
    expect(await closed).toMatchObject({ code: 4429, reason: expect.stringContaining('Too many requests') });
    expect(received).toHaveLength(3 + 16);
    expect(done).toHaveLength(3);
  });
});

describe('a limit of an operation without a reply', () => {
  it('allows its burst, and closes the connection with 4429 after it', async () => {
    const { done, socketUrl } = await startMarket();
    const { send, closed } = await connectMarket(socketUrl);
    send(...times(6, { type: 'wave' }));
    expect(await closed).toMatchObject({ code: 4429 });
    expect(done).toEqual(Array(4).fill('ann waves'));
  });
});

describe('a limit of a message', () => {
  it('does not count the other messages of its operation', async () => {
    const { done, socketUrl } = await startMarket();
    const { send, closed } = await connectMarket(socketUrl);
    send({ type: 'shout', text: 'a' }, { type: 'whisper', text: 'b' }, { type: 'whisper', text: 'c' });
    send({ type: 'shout', text: 'd' });
    expect(await closed).toMatchObject({ code: 4429 });
    expect(done).toEqual(['ann shouts a', 'ann whispers b', 'ann whispers c']);
  });
});

describe('a limit of a channel', () => {
  it('counts all messages of an address together', async () => {
    const { done, socketUrl } = await startMarket();
    const ann = await connectMarket(socketUrl);
    const bea = await connectMarket(socketUrl, 'bea');
    ann.send(...times(20, { type: 'whisper', text: 'a' }));
    await expect.poll(() => done.length).toBe(20);
    bea.send(...times(20, { type: 'whisper', text: 'b' }));
    await expect.poll(() => done.length).toBe(40);
    bea.send({ type: 'whisper', text: 'c' });
    expect(await bea.closed).toMatchObject({ code: 4429 });
    ann.send(...bids(1));
    expect(parsed(await ann.take(1))).toEqual([{ type: 'error', id: '1', error: limited }]);
  });
});

describe('the option limits', () => {
  it('replaces the limits of an operation in the contract', async () => {
    const { socketUrl } = await startMarket({
      limits: { placeBid: { per: 'address', rate: 1, seconds: 600 }, wave: [] },
    });
    const { send, take } = await connectMarket(socketUrl);
    send(...times(10, { type: 'wave' }), ...bids(2));
    expect(parsed(await take(2))).toEqual([
      { type: 'bidAccepted', id: '1' },
      { type: 'error', id: '2', error: limited },
    ]);
  });

  it.each([
    [
      { placeBit: { per: 'user', rate: 1, seconds: 1 } },
      'The option limits has placeBit, which is not an operation that clients start: use one of placeBid, wave, talk.',
    ],
    [
      { announce: { per: 'user', rate: 1, seconds: 1 } },
      'The option limits has announce, which is not an operation that clients start: use one of placeBid, wave, talk.',
    ],
    [{ placeBid: { per: 'user', rate: 0, seconds: 1 } }, 'The limit of placeBid must be as in'],
    [{ placeBid: { per: 'user', rate: 1, seconds: 1, burst: 1.5 } }, 'The limit of placeBid must be as in'],
    [{ placeBid: { per: 'browser', rate: 1, seconds: 1 } }, 'The limit of placeBid must be as in'],
  ])('refuses %j', async (limits, message) => {
    await expect(startMarket({ limits } as never)).rejects.toThrow(message);
  });

  it('has the names of the operations in its type', async () => {
    // @ts-expect-error -- no operation has this name
    await expect(startMarket({ limits: { announce: [] } })).rejects.toThrow('announce');
  });
});
