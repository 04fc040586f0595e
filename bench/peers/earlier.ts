import { dirname, join } from 'node:path';
import { createBinary } from './binary.ts';
import type { Peer } from './peer.ts';
import { startPosted } from './posted.ts';
import { runCommand } from './run-command.ts';

/** The commit that is deployed, and that later versions are compared with. */
const commit = '222631dc9628d559ac9df2c7fb1cfb0c540d8167';

const repository = join(import.meta.dirname, '../..');

/** Extracts the commit ($0) into a folder ($1) and installs the packages that its server needs. */
const script =
  'git archive "$0" | tar -x -C "$1" && cd "$1" && npm ci --omit=dev --no-audit --no-fund --loglevel=error';

/** The commit's files. They are cached, and the clone remains untouched. */
const files = createBinary(
  'posted',
  commit.slice(0, 12),
  (folder) => ({ command: 'sh', args: ['-c', script, commit, folder], cwd: repository }),
  'package.json',
);

export interface EarlierServer extends Peer {
  /** Creates the tables of that commit in the store of these settings, which no server uses. Rejects if it fails. */
  migrate(settings: Readonly<Record<string, string>>): Promise<void>;
}

/** Our server as of an earlier commit, on the same Node. */
export const earlier: EarlierServer = {
  name: 'earlier',
  title: 'Posted at 222631d',
  about: 'The same server at an earlier commit.',
  prepare: () => files.prepare(),
  start: (settings = {}) => startPosted(settings, dirname(files.path)),
  async migrate(settings) {
    const cwd = dirname(files.path);
    const failure = await runCommand({
      command: process.execPath,
      args: [join(cwd, 'src/cli/migrate.ts')],
      cwd,
      env: settings,
    });
    if (failure !== null) throw new Error(`The tables of ${commit} could not be created: ${failure}`);
  },
};
