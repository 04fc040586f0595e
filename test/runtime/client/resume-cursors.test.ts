import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { localStorageCursor } from '../../../src/runtime/client/browser.ts';
import { type CursorStore, memoryCursor } from '../../../src/runtime/client/index.ts';
import { fileCursor } from '../../../src/runtime/client/node.ts';
import { startChatServer } from './chat-server.ts';
import { cursor, frames, openFeed, sinceOf } from './resume-feed.ts';
import { soon } from './soon.ts';

const { ready, post } = frames;

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'posted-cursor-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Defines the part of `localStorage` that the client uses. */
function stubLocalStorage(): void {
  const items = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
  });
  onTestFinished(() => void vi.unstubAllGlobals());
}

describe('the cursor', () => {
  it.each<[kind: string, makeOpen: () => Promise<() => CursorStore>]>([
    [
      'in memory',
      async () => {
        const store = memoryCursor();
        return () => store;
      },
    ],
    [
      'in a file',
      async () => {
        const folder = await makeFolder();
        return () => fileCursor(join(folder, 'cursor'));
      },
    ],
    [
      'in localStorage',
      async () => {
        stubLocalStorage();
        return () => localStorageCursor('feed');
      },
    ],
  ])('%s is where the next client starts', async (_, makeOpen) => {
    const openStore = await makeOpen();
    const server = await startChatServer();
    const first = openFeed(server.url, { cursor: openStore() });
    const connection = await server.nextConnection();
    for (const text of [ready(5), post(6), post(7)]) connection.send(text);
    await expect.poll(() => first.delivered, soon).toEqual(['6', '7']);
    first.client.close();
    await first.client.closed;
    expect(await openStore().load()).toBe(cursor(7));
    openFeed(server.url, { cursor: openStore(), query: { since: cursor(1) } });
    await server.nextConnection();
    expect(sinceOf(server.handshakes)).toEqual(['now', 7]);
  });

  it('is that of the last processed post, even if more have arrived', async () => {
    const server = await startChatServer();
    const cursors = memoryCursor();
    const { client } = openFeed(server.url, { cursor: cursors }, 'none');
    const connection = await server.nextConnection();
    for (const text of [ready(5), post(6), post(7), post(8)]) connection.send(text);
    await expect.poll(() => cursors.load(), soon).toBe(cursor(5));
    const loop = client.messages();
    await loop.next();
    await loop.next();
    expect(cursors.load()).toBe(cursor(6));
  });

  it('is saved one at a time, only the newest, and before the client has ended', async () => {
    const server = await startChatServer();
    const saved: string[] = [];
    const gate = Promise.withResolvers<void>();
    const { client, delivered } = openFeed(server.url, {
      cursor: {
        load: () => null,
        async save(newest) {
          saved.push(newest);
          await gate.promise;
        },
      },
    });
    const connection = await server.nextConnection();
    for (const text of [ready(5), post(6), post(7), post(8)]) connection.send(text);
    await expect.poll(() => delivered, soon).toEqual(['6', '7', '8']);
    expect(saved).toEqual([cursor(5)]);
    client.close();
    gate.resolve();
    await client.closed;
    expect(saved).toEqual([cursor(5), cursor(8)]);
  });

  it('whose save never settles does not keep the client from ending', async () => {
    const server = await startChatServer();
    const { client, errors } = openFeed(server.url, {
      cursor: { load: () => null, save: () => new Promise(() => {}) },
    });
    const connection = await server.nextConnection();
    connection.send(ready(5));
    connection.close(1000);
    await client.closed;
    expect(errors).toMatchObject([{ code: 'cursor_store' }]);
  });

  it('whose save fails is reported once until a save succeeds', async () => {
    const server = await startChatServer();
    let isFull = true;
    const { delivered, errors } = openFeed(server.url, {
      cursor: {
        load: () => null,
        save() {
          if (isFull) throw new Error('the disk is full');
        },
      },
    });
    const connection = await server.nextConnection();
    const send = async (seq: number) => {
      connection.send(post(seq));
      await expect.poll(() => delivered.at(-1), soon).toBe(String(seq));
    };
    connection.send(ready(0));
    await send(1);
    await send(2);
    isFull = false;
    await send(3);
    isFull = true;
    await send(4);
    await expect.poll(() => errors.length, soon).toBe(2);
    expect(errors).toMatchObject([
      { code: 'cursor_store', message: 'The cursor could not be saved: the disk is full.' },
      { code: 'cursor_store' },
    ]);
  });

  it('whose load fails is loaded again before the client connects', async () => {
    const server = await startChatServer();
    let loads = 0;
    const { waits } = openFeed(server.url, {
      cursor: {
        load: () => (++loads === 1 ? Promise.reject(new Error('locked')) : cursor(7)),
        save() {},
      },
    });
    expect((await waits(1)).error).toMatchObject({
      code: 'cursor_store',
      message: 'The cursor could not be loaded: locked.',
    });
    await server.nextConnection();
    expect(sinceOf(server.handshakes)).toEqual([7]);
  });

  it('may be undefined if nothing was saved', async () => {
    const server = await startChatServer();
    const { errors } = openFeed(server.url, {
      cursor: { load: () => undefined as unknown as null, save() {} },
    });
    const first = await server.nextConnection();
    first.send(ready(5));
    first.close(1012);
    await server.nextConnection();
    expect(sinceOf(server.handshakes)).toEqual(['now', 5]);
    expect(errors).toEqual([]);
  });

  it.each([
    ['nonsense', 'nonsense'],
    ['a keyword', 'now'],
    ['not a string', 17 as unknown as string],
  ])('that is %s does not lock the client out', async (_, saved) => {
    const server = await startChatServer();
    const { errors } = openFeed(server.url, {
      query: { since: cursor(3) },
      cursor: { load: () => saved, save() {} },
    });
    await server.nextConnection();
    expect(sinceOf(server.handshakes)).toEqual([3]);
    expect(errors).toMatchObject([{ code: 'cursor_store', message: expect.stringContaining('not valid') }]);
  });
});

describe('fileCursor', () => {
  it('replaces the file atomically, and ignores a partial one that a crash has left', async () => {
    const folder = await makeFolder();
    const path = join(folder, 'cursor');
    await fileCursor(path).save(cursor(1));
    await writeFile(`${path}.tmp`, '000');
    expect(await fileCursor(path).load()).toBe(cursor(1));
    await fileCursor(path).save(cursor(2));
    expect(await readdir(folder)).toEqual(['cursor']);
    expect(await readFile(path, 'utf8')).toBe(`${cursor(2)}\n`);
  });

  it.each([
    ['is missing', null],
    ['is empty', ''],
  ])('loads nothing if the file %s', async (_, content) => {
    const path = join(await makeFolder(), 'cursor');
    if (content !== null) await writeFile(path, content);
    expect(await fileCursor(path).load()).toBeNull();
  });

  it('reads a file up to a limit', async () => {
    const path = join(await makeFolder(), 'cursor');
    await writeFile(path, 'x'.repeat(1_000_000));
    expect((await fileCursor(path).load())?.length).toBe(4_096);
  });

  it('rejects if the file cannot be read or written', async () => {
    const folder = await makeFolder();
    await expect(async () => fileCursor(folder).load()).rejects.toThrow('EISDIR');
    await expect(async () => fileCursor(join(folder, 'no/cursor')).save(cursor(1))).rejects.toThrow('ENOENT');
  });
});

describe('localStorageCursor', () => {
  it('throws at once without localStorage', () => {
    expect(() => localStorageCursor('feed')).toThrow(
      expect.objectContaining({ code: 'invalid_options', message: expect.stringContaining('localStorage') }),
    );
  });

  it('throws if the page may not use localStorage', () => {
    vi.stubGlobal('localStorage', undefined);
    Object.defineProperty(globalThis, 'localStorage', {
      configurable: true,
      get() {
        throw new Error('denied');
      },
    });
    onTestFinished(() => void vi.unstubAllGlobals());
    expect(() => localStorageCursor('feed')).toThrow(
      expect.objectContaining({ code: 'invalid_options', cause: new Error('denied') }),
    );
  });
});
