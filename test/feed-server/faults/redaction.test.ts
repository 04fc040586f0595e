import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeDataDir, registerUser, request, type TestUser } from '../../support/feed-server.ts';
import { describePostgres } from '../../support/postgres.ts';
import { type Node, type Subscriber, startNode } from './node.ts';

/** How long a server may take to remove what was deleted. */
const limitMs = 1000;

const snapshotEnd = '.heapsnapshot';

interface DeletedPost {
  readonly node: Node;
  readonly author: TestUser;
  /** The texts that the post and its comments had. */
  readonly texts: readonly string[];
  /** A client that was connected all the time, which has a cursor from before the post. */
  readonly reader: Subscriber;
  readonly cursor: string;
  /** Resolves with the memory of the server, as text. */
  readonly memory: () => Promise<string>;
}

/** Creates a post that clients get, with comments, edits it, deletes it, and waits until no trace of it may remain. */
async function deletePost(env: Readonly<Record<string, string>>): Promise<DeletedPost> {
  const folder = await mkdtemp(join(tmpdir(), 'posted-memory-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const options = `--heapsnapshot-signal=SIGUSR2 --diagnostic-dir=${folder}`;
  const node = await startNode({ NODE_OPTIONS: options, ...env });
  const author = await registerUser(node.url);
  const reader = await node.subscribe(author, 'since=now');
  await node.subscribe(author, '');
  const everything = 'events=posts,changes,likes,comments';
  const witnesses = [
    await node.subscribe(author, everything),
    await node.subscribe(author, `since=now&${everything}`),
  ];
  await author.post('before');
  await expect.poll(reader.texts).toEqual(['before']);
  const cursor = reader.cursor();

  const texts = ['first', 'second', 'comment', 'deleted-comment'].map((name) => `${name}-${randomUUID()}`);
  const [text, edited, comment, deletedComment] = texts as [string, string, string, string];
  const { token } = author;
  const { body: id } = await author.post(text);
  await expect.poll(reader.texts).toEqual(['before', text]);
  await request(node.url, 'PUT', '/post/update', { token, body: { id, text: edited } });
  await author.comment(id, comment);
  await author.deleteComment((await author.comment(id, deletedComment)).body);
  const resumed = await node.subscribe(author, `since=${cursor}`);
  await expect.poll(resumed.texts).toEqual([edited]);
  const deleted = await request(node.url, 'PUT', `/post/delete/${id as string}`, { token });
  expect(deleted.status).toBe(200);
  for (const witness of witnesses)
    await expect.poll(() => witness.frames().at(-1)?.type).toBe('post_deleted');
  await sleep(limitMs);
  return { node, author, texts, reader, cursor, memory: () => readMemory(node, folder) };
}

async function readMemory({ process: { pid = 0 } }: Node, folder: string): Promise<string> {
  process.kill(pid, 'SIGUSR2');
  let snapshot = '';
  await expect
    .poll(async () => {
      const file = (await readdir(folder)).find((name) => name.endsWith(snapshotEnd));
      snapshot = file === undefined ? '' : await readFile(join(folder, file), 'utf8');
      return snapshot.trimEnd().endsWith('}');
    })
    .toBe(true);
  return snapshot;
}

async function expectForgotten({ node, author, texts, cursor, memory }: DeletedPost): Promise<void> {
  const heap = await memory();
  // So that the test would fail if it looked at the wrong thing.
  expect(heap).toContain('postFeedPosted');
  expect(texts.filter((text) => heap.includes(text))).toEqual([]);
  const resumed = await node.subscribe(author, `since=${cursor}`);
  await author.post('after');
  await expect.poll(resumed.texts).toEqual(['after']);
}

describe('a deleted post, on the embedded store', () => {
  it('is in no file, no replay and no memory a second later', async () => {
    const DATA_DIR = await makeDataDir();
    const deleted = await deletePost({ DATA_DIR });
    const names = await readdir(DATA_DIR);
    const files = await Promise.all(names.map((name) => readFile(join(DATA_DIR, name), 'latin1')));
    expect(names).toContain('posted.sqlite');
    expect(files.some((file) => file.includes('posted_event'))).toBe(true);
    expect(deleted.texts.filter((text) => files.some((file) => file.includes(text)))).toEqual([]);
    await expectForgotten(deleted);
  });
});

describePostgres('a deleted post', (server) => {
  it('is in no row, no replay and no memory a second later', async () => {
    const DATABASE_URL = await server().createDatabase();
    const deleted = await deletePost({ DATABASE_URL });
    const [dump] = await server().query(
      DATABASE_URL,
      "select string_agg(database_to_xml(true, false, '')::text, '') as rows",
    );
    expect(dump?.rows).toContain('posted_event');
    expect(deleted.texts.filter((text) => String(dump?.rows).includes(text))).toEqual([]);
    await expectForgotten(deleted);
  });
});
