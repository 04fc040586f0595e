import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, rmdir, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { LogEngine } from '../../../../src/runtime/log/engine.ts';
import { PostedError } from '../../../../src/runtime/shared/errors.ts';
import { requireService } from '../../../support/services.ts';
import { countTo, readLog } from '../suite/database.ts';
import { note, notesIn, notesOf } from '../suite/notes-application.ts';
import { openEngine } from './open-engine.ts';

const skipped = requireService('mount, as root on Linux', canMount());

function canMount(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0;
}

/** The folder of a disk of 16 MB, which is gone after the test. */
async function makeDisk(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'posted-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', folder]);
  onTestFinished(async () => {
    execFileSync('umount', ['--lazy', folder]);
    await rmdir(folder);
  });
  return folder;
}

/** Writes a file that leaves this many bytes free, and resolves with its path. */
async function fill(folder: string, freeBytes: number): Promise<string> {
  const { bsize, bavail } = await statfs(folder);
  const path = join(folder, `leaves-${freeBytes}`);
  await writeFile(path, Buffer.alloc(bsize * bavail - freeBytes));
  return path;
}

/** Writes notes until one is refused, and resolves with the ids of those that were written, and the error. */
async function writeUntilRefused(engine: LogEngine): Promise<[readonly string[], PostedError]> {
  const { create } = notesOf(engine);
  const written: string[] = [];
  for (;;) {
    const row = note({ text: 'x'.repeat(5000) });
    try {
      await create(row, undefined);
      written.push(row.id);
    } catch (thrown) {
      return [written, PostedError.from(thrown)];
    }
  }
}

describe.skipIf(skipped !== null)(`a full disk ${skipped === null ? '' : `(${skipped})`}`, () => {
  it('refuses writes and fails pings until there is space again, while reads continue and nothing is lost', async () => {
    const folder = await makeDisk();
    const failures: Error[] = [];
    const engine = await openEngine({
      path: join(folder, 'posted.sqlite'),
      onFailure: (cause) => void failures.push(cause),
    });
    const { create } = notesOf(engine);
    await create(note(), undefined);
    const filler = await fill(folder, 2_000_000);

    const [written, error] = await writeUntilRefused(engine);
    expect(error).toMatchObject({ code: 'unavailable', retryAfterMs: 5000 });
    expect(written.length).toBeGreaterThan(10);
    // Not even a page is free.
    const rest = await fill(folder, 0);
    for (const _ of countTo(3)) {
      await expect(create(note({ text: 'x'.repeat(50_000) }), undefined)).rejects.toMatchObject({
        code: 'unavailable',
      });
      expect((await notesIn(engine)).slice(1).map(({ id }) => id)).toEqual(written);
      expect((await engine.state([])).headSeq).toBe(written.length + 1);
    }
    await expect(engine.ping()).rejects.toMatchObject({ code: 'unavailable' });
    await expect(
      engine.transaction((transaction) =>
        transaction.append([{ channel: 'c', message: 'm', topic: 't', payload: 'x'.repeat(50_000) }]),
      ),
    ).rejects.toMatchObject({ code: 'unavailable' });

    await Promise.all([rm(filler), rm(rest)]);
    await engine.ping();
    const { seq } = await create(note(), undefined);
    expect(seq).toBe(written.length + 2);
    expect((await readLog(engine)).map((event) => event.seq)).toEqual(countTo(written.length + 2));
    expect(failures).toEqual([]);
    await engine.close();
    const again = await openEngine({ path: join(folder, 'posted.sqlite') });
    expect((await notesIn(again)).length).toBe(written.length + 2);
  });

  it('keeps everything of an engine that is closed while the disk is full', async () => {
    const folder = await makeDisk();
    const path = join(folder, 'posted.sqlite');
    const engine = await openEngine({ path });
    const filler = await fill(folder, 2_000_000);
    const [written] = await writeUntilRefused(engine);
    await engine.close();
    await rm(filler);
    const again = await openEngine({ path });
    expect((await notesIn(again)).map(({ id }) => id)).toEqual(written);
  });
});
