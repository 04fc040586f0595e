import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeDataDir, registerUser, request, startFeed } from '../../support/feed-server.ts';
import { runNode } from '../../support/server-process.ts';
import { bearer, connectClient } from '../../support/websocket.ts';

const run = (command: string, options: readonly string[], env: Readonly<Record<string, string>>) =>
  runNode([`src/feed-server/commands/${command}.ts`, ...options], env);

async function cursorOf(socketUrl: string, token: string): Promise<string> {
  const client = await connectClient(`${socketUrl}/post/feed/posted?since=now`, bearer(token));
  const [ready] = await client.take(1);
  return (JSON.parse(ready ?? '') as { readonly cursor: string }).cursor;
}

describe('npm run backup and npm run restore', () => {
  it('bring back what a running server had stored, and clients with later cursors get a reset', async () => {
    const feed = await startFeed();
    const ada = await registerUser(feed.url);
    const { body: id } = await ada.post('before the backup');
    const folder = await makeDataDir();
    const file = join(folder, 'backup.sqlite');
    expect(await run('backup', ['--to', file], { DATA_DIR: feed.dataDir })).toMatchObject({
      code: 0,
      stdout: `The embedded store was copied to ${file}.\n`,
    });
    expect(await readdir(folder)).toEqual(['backup.sqlite']);
    const { body: later } = await ada.post('after the backup');
    const cursor = await cursorOf(feed.socketUrl, ada.token);

    expect(await run('restore', ['--from', file], { DATA_DIR: feed.dataDir })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('in use'),
    });
    await feed.server.close();
    expect(await run('restore', ['--from', file], { DATA_DIR: feed.dataDir })).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/was restored from .*The replaced file is .*posted\.sqlite\.replaced-/),
    });

    const restored = await startFeed({ DATA_DIR: feed.dataDir });
    expect(await request(restored.url, 'GET', `/post/get/${String(id)}`)).toMatchObject({ status: 200 });
    expect(await request(restored.url, 'GET', `/post/get/${String(later)}`)).toMatchObject({ status: 404 });
    const client = await connectClient(
      `${restored.socketUrl}/post/feed/posted?since=${cursor}`,
      bearer(ada.token),
    );
    expect((await client.take(2)).map((frame) => JSON.parse(frame))).toMatchObject([
      { type: 'ready', resumed: false },
      { type: 'reset', reason: 'epoch' },
    ]);
  });

  it('restore into a new folder', async () => {
    const feed = await startFeed();
    const ada = await registerUser(feed.url);
    const { body: id } = await ada.post('moved');
    const folder = await makeDataDir();
    const file = join(folder, 'backup.sqlite');
    await run('backup', [`--to=${file}`], { DATA_DIR: feed.dataDir });
    const DATA_DIR = join(folder, 'new');
    expect(await run('restore', ['--from', file], { DATA_DIR })).toMatchObject({ code: 0 });
    const restored = await startFeed({ DATA_DIR });
    expect(await request(restored.url, 'GET', `/post/get/${String(id)}`)).toMatchObject({ status: 200 });
  });

  it.each(['backup', 'restore'])('refuse a PostgreSQL database and a missing file: %s', async (command) => {
    const option = command === 'backup' ? '--to' : '--from';
    const DATABASE_URL = 'postgres://posted:hunter2@db/posted';
    const postgres = await run(command, [option, 'x.sqlite'], { DATABASE_URL });
    expect(postgres).toMatchObject({ code: 1, stderr: expect.stringContaining('DATABASE_URL is set') });
    expect(postgres.stderr).not.toContain('hunter2');
    expect(await run(command, [option], { DATA_DIR: '/nowhere' })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`${option} needs a file: ${option} FILE.`),
    });
  });
});

describe('a server on a copied file', () => {
  it('does not start without the newest writes beside it', async () => {
    const feed = await startFeed();
    const ada = await registerUser(feed.url);
    await ada.post('in the WAL');
    const DATA_DIR = await makeDataDir();
    await copyFile(join(feed.dataDir, 'posted.sqlite'), join(DATA_DIR, 'posted.sqlite'));
    await expect(startFeed({ DATA_DIR })).rejects.toThrow(/DATA_DIR: .*posted\.sqlite/);
  });
});
