import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeDataDir, registerUser } from '../../support/feed-server.ts';
import { runMain } from '../../support/server-process.ts';
import { postAll } from '../resumable-client.ts';
import { type Node, startNode, statusesOf } from './node.ts';

const file = 'posted.sqlite';

/** A folder with a copy of a store’s main file alone, without what is in its WAL. */
async function copyMainFile(from: string): Promise<string> {
  const to = await makeDataDir();
  await copyFile(join(from, file), join(to, file));
  return to;
}

/** Resolves with the error of a server that cannot start with the folder. */
async function errorOf(DATA_DIR: string): Promise<string> {
  const { code, stderr } = await runMain([], { DATA_DIR, PORT: '0' });
  expect(code).toBe(1);
  return stderr.match(/^Posted cannot start: DATA_DIR: .*/m)?.[0] ?? stderr;
}

/** The error names the file that is missing, and says what to copy instead. */
const refusal = /posted\.sqlite.*-wal.*\b(?:copy|backup)\b/;

async function postOn(node: Node): Promise<unknown> {
  const ada = await registerUser(node.url);
  const { status, body } = await ada.post('precious');
  expect(status).toBe(200);
  return body;
}

describe('a copy of the embedded store’s main file', () => {
  it('is refused if its server was running, instead of starting as an empty store', async () => {
    const DATA_DIR = await makeDataDir();
    const node = await startNode({ DATA_DIR });
    await postOn(node);
    const copy = await copyMainFile(DATA_DIR);
    expect(await errorOf(copy)).toMatch(refusal);
    // A refused copy stays refused.
    expect(await errorOf(copy)).toMatch(refusal);
  });

  it('is refused if its server was running with a store from an earlier run', async () => {
    const DATA_DIR = await makeDataDir();
    const first = await startNode({ DATA_DIR });
    await postOn(first);
    expect(await first.end('SIGTERM')).toBe(0);
    const second = await startNode({ DATA_DIR });
    await postOn(second);
    expect(await errorOf(await copyMainFile(DATA_DIR))).toMatch(refusal);
  });

  it('is complete if its server was stopped', async () => {
    const DATA_DIR = await makeDataDir();
    const node = await startNode({ DATA_DIR });
    const postId = await postOn(node);
    expect(await node.end('SIGTERM')).toBe(0);
    const copied = await startNode({ DATA_DIR: await copyMainFile(DATA_DIR) });
    expect(await statusesOf(copied.url, [postId])).toEqual([200]);
    await postAll(await registerUser(copied.url), ['goes on']);
  });

  it('is not needed after a crash: the store opens with its WAL', async () => {
    const DATA_DIR = await makeDataDir();
    const node = await startNode({ DATA_DIR });
    const postId = await postOn(node);
    await node.end('SIGKILL');
    const restarted = await startNode({ DATA_DIR });
    expect(await statusesOf(restarted.url, [postId])).toEqual([200]);
  });
});
