import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Answer, registerUser, request, startFeed } from '../../support/feed-server.ts';

const password = 'correct horse battery staple';

/** Clients are told apart by what the trusted proxy, the test, reports. */
const proxied = { TRUST_PROXY: 'loopback' };

/** Logs in from an address. */
function login(url: string, address: string, id: string, with_ = 'wrong'): Promise<Answer> {
  const headers = { 'X-Forwarded-For': address };
  return request(url, 'POST', '/login', { body: { id, password: with_ }, headers });
}

/** Registers from an address. */
async function register(
  url: string,
  address: string,
): Promise<{ readonly status: number; readonly id: string }> {
  const headers = { 'X-Forwarded-For': address };
  const user = { first_name: 'Eve', second_name: 'Lee', password };
  const { status, body } = await request(url, 'POST', '/user/register', { body: user, headers });
  return { status, id: String((body as { readonly user_id?: string }).user_id) };
}

function changePassword(url: string, address: string, token: string, old_password = 'wrong') {
  const headers = { 'X-Forwarded-For': address };
  return request(url, 'POST', '/user/password', { token, body: { old_password, password }, headers });
}

async function statusesOf(times: number, send: (index: number) => Promise<Answer>): Promise<number[]> {
  const statuses: number[] = [];
  for (let index = 0; index < times; index += 1) statuses.push((await send(index)).status);
  return statuses;
}

/** The users of each test have not logged in from the addresses from which it guesses. */
async function start(env: Readonly<Record<string, string>>) {
  const feed = await startFeed({ ...proxied, ...env });
  return { ...feed, ada: await registerUser(feed.url) };
}

const [attacker, home, cafe] = ['198.51.100.7', '192.0.2.1', '203.0.113.9'];

describe('wrong passwords', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('make the client pause, longer and longer', async () => {
    const { url, ada } = await start({});
    const pauses: number[] = [];
    while (pauses.length < 8) {
      const { status, headers } = await login(url, attacker, ada.id);
      if (status === 401) continue;
      const seconds = Number(headers.get('retry-after'));
      pauses.push(seconds);
      vi.advanceTimersByTime(seconds * 1000);
    }
    expect(pauses).toEqual([2, 2, 2, 2, 2, 50, 60, 60]);
  });
});

describe('a client that has sent too many wrong passwords', () => {
  it('is refused with the right one too, which succeeds from elsewhere', async () => {
    const { url, ada, logged } = await start({ MAX_WRONG_PASSWORDS: '3/1h' });
    const ids = [ada.id, ada.id.toUpperCase()];
    const guess = (index: number) => login(url, attacker, ids[index % 2] ?? '');
    expect(await statusesOf(4, guess)).toEqual([401, 401, 401, 429]);
    expect(await login(url, attacker, ada.id, password)).toMatchObject({
      status: 429,
      body: { code: 'too_many_requests', message: 'Too many wrong passwords. Try again in 1200 s.' },
    });
    expect((await login(url, home, ada.id, password)).status).toBe(200);
    const fields = { address: attacker, remedy: expect.stringContaining('add it to TRUST_PROXY') };
    expect(logged).toContainEqual(['warn', expect.objectContaining(fields), expect.any(String)]);
  });

  it('may be a user who changes the password', async () => {
    const { url, ada } = await start({ MAX_WRONG_PASSWORDS: '3/1h' });
    const change = () => changePassword(url, attacker, ada.token);
    expect(await statusesOf(4, change)).toEqual([401, 401, 401, 429]);
    const { status, headers } = await changePassword(url, attacker, ada.token, password);
    expect([status, headers.get('retry-after')]).toEqual([429, '1200']);
    expect((await login(url, attacker, ada.id, password)).status).toBe(429);
    expect((await changePassword(url, home, ada.token, password)).status).toBe(200);
  });

  it('is every address of an IPv6 network, and no other one', async () => {
    const { url, ada } = await start({ MAX_WRONG_PASSWORDS: '1/1h' });
    expect((await login(url, '2001:db8:1:2::1', ada.id)).status).toBe(401);
    expect((await login(url, '2001:db8:1:2:ffff::9', ada.id, password)).status).toBe(429);
    expect((await login(url, '2001:db8:1:3::1', ada.id, password)).status).toBe(200);
  });

  it('cannot become another one with a header', async () => {
    const { url } = await startFeed({ MAX_WRONG_PASSWORDS: '1/1h' });
    const { id } = await registerUser(url);
    expect(await statusesOf(2, (index) => login(url, `192.0.2.${index}`, id))).toEqual([401, 429]);
  });

  it('is not one that logs in again and again', async () => {
    const { url, ada } = await start({
      MAX_WRONG_PASSWORDS: '2/1h',
      MAX_WRONG_PASSWORDS_PER_ADDRESS: '2/1h',
    });
    const logins = await statusesOf(5, () => login(url, home, ada.id, password));
    expect(logins).toEqual([200, 200, 200, 200, 200]);
    expect(await statusesOf(3, () => login(url, home, ada.id))).toEqual([401, 401, 429]);
  });

  it('may have guessed at several users, whether they exist or not', async () => {
    const { url, ada } = await start({ MAX_WRONG_PASSWORDS_PER_ADDRESS: '4/1h' });
    const bob = await registerUser(url);
    expect((await login(url, attacker, bob.id, password)).status).toBe(200);
    const eve = await register(url, attacker);
    const guess = (index: number) => login(url, attacker, index % 2 === 0 ? randomUUID() : ada.id);
    expect(await statusesOf(5, guess)).toEqual([404, 401, 404, 401, 429]);
    // Who has logged in or registered from the address, which others may use, too.
    expect((await login(url, attacker, bob.id, password)).status).toBe(200);
    expect((await login(url, attacker, eve.id, password)).status).toBe(200);
    expect((await login(url, attacker, ada.id, password)).status).toBe(429);
  });

  it('sent several at once', async () => {
    const { url, ada } = await start({ MAX_WRONG_PASSWORDS: '3/1h' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => login(url, attacker, ada.id)));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(17);
  });
});

describe('a user at whom many addresses guess', () => {
  const limits = { MAX_WRONG_PASSWORDS: '5/1h', MAX_WRONG_PASSWORDS_PER_USER: '3/1d' };

  it('can log in from any address', async () => {
    const { url, ada } = await start(limits);
    const guesses = await statusesOf(10, (index) => login(url, `198.51.100.${index}`, ada.id));
    expect(guesses).toEqual(Array.from({ length: 10 }, () => 401));
    expect((await login(url, home, ada.id, password)).status).toBe(200);
  });

  it('has one guess from a new address, and more from one that has logged in', async () => {
    const { url, ada } = await start(limits);
    await login(url, home, ada.id, password);
    await statusesOf(3, (index) => login(url, `198.51.100.${index}`, ada.id));
    expect(await statusesOf(2, () => login(url, cafe, ada.id))).toEqual([401, 429]);
    expect(await statusesOf(2, () => login(url, home, ada.id))).toEqual([401, 401]);
    expect((await login(url, home, ada.id, password)).status).toBe(200);
  });
});

/** The CPU seconds that this process takes meanwhile, in all threads: the server is part of it. */
async function cpuDuring(work: () => Promise<unknown>): Promise<number> {
  const { user, system } = process.cpuUsage();
  await work();
  const after = process.cpuUsage();
  return (after.user - user + after.system - system) / 1e6;
}

describe('an unknown user', () => {
  it('costs as much as a wrong password, so that time does not tell who exists', async () => {
    const { url, ada } = await start({
      MAX_WRONG_PASSWORDS: 'none',
      MAX_WRONG_PASSWORDS_PER_ADDRESS: 'none',
    });
    const wrong = await cpuDuring(() => statusesOf(5, () => login(url, home, ada.id)));
    const unknown = await cpuDuring(() => statusesOf(5, () => login(url, home, randomUUID())));
    expect(unknown / wrong).toBeGreaterThan(0.5);
  });
});

function homeOf(index: number): string {
  return `192.0.2.${index}`;
}

describe('parallel attackers', () => {
  it.each([
    ['one address', () => attacker],
    ['many addresses', (index: number) => `198.51.100.${index % 20}`],
  ])('from %s leave room for every login and registration', async (_, addressOf) => {
    const { url } = await startFeed({ ...proxied, MAX_PENDING_PASSWORDS_PER_ADDRESS: '5' });
    const users = await Promise.all([registerUser(url), registerUser(url)]);
    const attacks = Array.from({ length: 100 }, (_each, index) => login(url, addressOf(index), randomUUID()));
    const logins = Array.from({ length: 15 }, (_each, index) =>
      login(url, homeOf(index), users[index % 2]?.id ?? '', password),
    );
    const answers = await Promise.all([...logins, register(url, homeOf(100))]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect((await Promise.all(attacks)).map(({ status }) => status)).not.toContain(503);
  });
});
