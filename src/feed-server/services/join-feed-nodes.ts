import { randomUUID } from 'node:crypto';
import { joinLiveNodes, type OpenLog } from 'posted/log';
import type { Log } from 'posted/server';
import type { KeyRing } from '../auth/key-ring.ts';
import { fingerprintOf } from '../auth/keys.ts';
import type { Settings } from '../settings/read-settings.ts';
import { table } from '../settings/table.ts';
import { feedSchema } from '../store/migrations/feed-migrations.ts';
import { version } from '../version.ts';

export interface JoinOptions {
  readonly settings: Settings;
  readonly keys: KeyRing;
  readonly eventLog: Pick<OpenLog, 'transaction'>;
  readonly log: Log;
}

/**
 * Registers this server in a database that it shares with others, until `resources` are disposed of.
 *
 * @throws Error that names the server and the settings that differ, because both decide who gets which posts
 */
export async function joinFeedNodes(
  { settings, keys, eventLog, log }: JoinOptions,
  resources: AsyncDisposableStack,
): Promise<void> {
  if (settings.databaseUrl === undefined) return;
  const nodes = await joinLiveNodes({
    transaction: eventLog.transaction,
    id: randomUUID(),
    version,
    settings: {
      [table.feedAudience.name]: settings.feedAudience,
      [table.retentionSeconds.name]: String(settings.retentionSeconds),
      schema: feedSchema,
    },
    keys: keys.all.map(fingerprintOf),
    acceptDifferent: settings.acceptSettings,
    advice: 'To start it anyway, use --accept-settings.',
    log,
  });
  resources.defer(() => nodes.close());
}
