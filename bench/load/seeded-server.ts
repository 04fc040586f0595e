import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Dialect, PeerProcess } from '../peers/peer.ts';
import { posted } from '../peers/posted.ts';
import { type FollowGraph, type FollowGraphOptions, userIdOf } from './follow-graph.ts';
import { seedFriends } from './seed-friends.ts';

/** Our server with a follow graph in its store, which is deleted when the server stops. */
export interface SeededServer extends PeerProcess {
  readonly graph: FollowGraph;
  /** The user ids of the readers, in order. */
  readonly users: readonly string[];
  upgrade(audience: 'everyone' | 'friends'): Dialect['upgrade'];
}

export async function startSeededServer(options: FollowGraphOptions): Promise<SeededServer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'posted-bench-'));
  const remove = (): void => {
    process.off('exit', remove);
    rmSync(dataDir, { recursive: true, force: true });
  };
  process.once('exit', remove);
  try {
    const graph = await seedFriends(dataDir, options);
    const server = await posted.start({ DATA_DIR: dataDir });
    return {
      ...server,
      graph,
      users: graph.authorsOf.map((_, reader) => userIdOf('reader', reader)),
      upgrade: (audience) => (user) => {
        const { path, headers } = server.dialect.upgrade(user);
        return { path: `${path}?audience=${audience}`, headers };
      },
      stop: () => server.stop().finally(remove),
    };
  } catch (thrown) {
    remove();
    throw thrown;
  }
}
