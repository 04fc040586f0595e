import { beforeAll, describe, expect, it } from 'vitest';
import { type HallClient, type HallProcess, joinHall, spawnHall } from '../../server/peers/halls.ts';

const users = ['ann', 'bob', 'eve', 'joe', 'kim', 'leo'];

describe('the workers of one machine', () => {
  let hall: HallProcess;

  beforeAll(async () => {
    hall = await spawnHall();
    return async () => {
      if ((await hall.end('SIGTERM')) !== 0) throw new Error('the workers failed to stop');
    };
  });

  /** Connects clients to all workers, and waits until those of earlier tests have left. */
  async function joinAll() {
    const clients: HallClient[] = [];
    for (const user of users) clients.push(await joinHall(hall.url, user));
    const [first, second] = clients;
    if (first === undefined || second === undefined) throw new Error('there are clients');
    await expect.poll(() => first.who()).toMatchObject({ count: 6, users, isComplete: true });
    const pids = await Promise.all(clients.map(async (client) => (await client.who()).pid));
    expect(new Set(pids).size).toBeGreaterThan(1);
    return { clients, pids, first, second };
  }

  it('send messages of a room to the connections of all workers, once and in order', async () => {
    const { clients, first } = await joinAll();
    const texts = Array.from({ length: 300 }, (_, index) => `${index} ü\u2028\n`);
    for (const text of texts) first.say(text);
    for (const client of clients) await expect.poll(() => client.heard().length).toBe(300);
    for (const client of clients) expect(client.heard()).toEqual(texts);
  });

  it('kick a user whose connections are on another worker', async () => {
    const { first, second, pids } = await joinAll();
    expect(pids[0]).not.toBe(pids[1]);
    first.kick('bob');
    expect(await second.closed).toEqual({ code: 4403, reason: 'fraud' });
    await expect.poll(async () => (await first.who()).count, { timeout: 5000 }).toBe(5);
  });

  it('know who is present within 5 s after one of them was killed, and with its successor', async () => {
    const { clients, pids, first } = await joinAll();
    const killed = pids.find((pid) => pid !== pids[0]) ?? 0;
    const left = users.filter((_user, index) => pids[index] !== killed);
    process.kill(killed, 'SIGKILL');
    await expect
      .poll(() => first.who(), { timeout: 5000 })
      .toMatchObject({ count: left.length, users: left, isComplete: true });
    const found: number[] = [];
    await expect
      .poll(async () => {
        const { pid } = await (await joinHall(hall.url, 'zoe')).who();
        return found.push(pid) && pids.includes(pid);
      })
      .toBe(false);
    await expect
      .poll(() => first.who(), { timeout: 5000 })
      .toMatchObject({ count: left.length + found.length, users: [...left, 'zoe'] });
    expect(clients[0]?.webSocket.readyState).toBe(1);
  });
});
