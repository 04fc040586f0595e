import { expect, it } from 'vitest';
import { startFeed } from '../support/feed-server.ts';
import { describePostgres } from '../support/postgres.ts';

const warnings = ({ logged }: Awaited<ReturnType<typeof startFeed>>, part: string): readonly unknown[] =>
  logged.filter(([level, , message]) => level === 'warn' && message.includes(part));

describePostgres('servers that share a database', (server) => {
  it('refuse to start with another audience or retention, and name both values', async () => {
    const DATABASE_URL = await server().createDatabase();
    const first = await startFeed({ DATABASE_URL, FEED_AUDIENCE: 'friends' });
    await expect(startFeed({ DATABASE_URL })).rejects.toThrow(
      /FEED_AUDIENCE is "everyone" here and "friends" there.*--accept-settings/,
    );
    const other = { DATABASE_URL, FEED_AUDIENCE: 'friends', RETENTION_SECONDS: '60' };
    await expect(startFeed(other)).rejects.toThrow(/RETENTION_SECONDS is "60" here and "604800" there/);
    await startFeed({ DATABASE_URL, FEED_AUDIENCE: 'friends' });
    await startFeed({ ...other, ACCEPT_SETTINGS: 'true' });
    await first.server.close();
  });

  it('may have another setting once all others have stopped', async () => {
    const DATABASE_URL = await server().createDatabase();
    const first = await startFeed({ DATABASE_URL, FEED_AUDIENCE: 'friends' });
    await first.server.close();
    const { url } = await startFeed({ DATABASE_URL });
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
  });

  it('warn if they share no key for tokens', async () => {
    const DATABASE_URL = await server().createDatabase();
    await startFeed({ DATABASE_URL });
    const same = await startFeed({ DATABASE_URL });
    const other = await startFeed({ DATABASE_URL, JWT_SECRET: 'another secret for tests, also 32 bytes' });
    expect(warnings(same, 'share no key')).toEqual([]);
    expect(warnings(other, 'share no key')).toHaveLength(2);
  });
});
