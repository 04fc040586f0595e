import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Answer, registerUser } from '../../support/feed-server.ts';
import { requireService } from '../../support/services.ts';
import { getPost, startNode, statusesOf } from './node.ts';

const skipped = requireService('mount -t tmpfs (as root)', canMount());

/** Creates an empty folder with a disk of its own. */
function mountDisk(megabytes: number): string {
  const folder = mkdtempSync(join(tmpdir(), 'posted-disk-'));
  try {
    const options = ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder];
    execFileSync('mount', options, { stdio: ['ignore', 'ignore', 'pipe'] });
  } catch (thrown) {
    rmdirSync(folder);
    throw thrown;
  }
  return folder;
}

function unmountDisk(folder: string): void {
  execFileSync('umount', ['--lazy', folder]);
  rmdirSync(folder);
}

function canMount(): boolean {
  try {
    unmountDisk(mountDisk(1));
    return true;
  } catch {
    return false;
  }
}

/** Fills the disk to the last byte. Returns a function that makes its space available again. */
function fillDisk(folder: string): () => void {
  const path = join(folder, 'filler');
  const file = openSync(path, 'w');
  for (const bytes of [65_536, 4096]) {
    const chunk = Buffer.alloc(bytes);
    try {
      for (;;) writeSync(file, chunk);
    } catch {
      // It is full for a chunk of this size.
    }
  }
  return () => {
    ftruncateSync(file);
    closeSync(file);
    rmSync(path);
  };
}

describe.skipIf(skipped !== null)(`an embedded store on a full disk ${skipped ?? ''}`, () => {
  it('refuses posts with 503, serves reads, loses nothing, and recovers by itself', async () => {
    const DATA_DIR = mountDisk(16);
    onTestFinished(() => unmountDisk(DATA_DIR));
    const node = await startNode({ DATA_DIR });
    const ada = await registerUser(node.url);
    const subscriber = await node.subscribe(ada, 'since=now');
    const stored: Answer[] = [];
    const text = 'x'.repeat(10_000);
    const post = async (): Promise<Answer> => {
      const answer = await ada.post(text);
      if (answer.status === 200) stored.push(answer);
      return answer;
    };

    for (let count = 0; count < 20; count += 1) expect(await post()).toMatchObject({ status: 200 });
    const free = fillDisk(DATA_DIR);
    let refused = await post();
    // The store may have reserved space that it uses first.
    while (refused.status === 200) refused = await post();
    expect(refused).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    expect(refused.headers.get('Retry-After')).toMatch(/^\d+$/);
    await expect.poll(node.readyz).toBe(503);
    const { body: first } = stored[0] ?? { body: '' };
    expect((await getPost(node.url, first)).body).toMatchObject({ text });

    free();
    await expect.poll(node.readyz).toBe(200);
    expect(await post()).toMatchObject({ status: 200 });
    const postIds = stored.map(({ body }) => body);
    await expect
      .poll(() => subscriber.frames().flatMap(({ payload }) => payload?.postId ?? []))
      .toEqual(postIds);

    await node.end('SIGKILL');
    const restarted = await startNode({ DATA_DIR });
    expect(await statusesOf(restarted.url, postIds)).toEqual(postIds.map(() => 200));
  });
});
