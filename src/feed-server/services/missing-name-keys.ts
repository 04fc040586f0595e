import type { Log } from 'posted/server';
import type { FeedQueries } from '../store/feed-queries.ts';
import type { FeedWrites } from '../store/feed-writes.ts';
import { nameKey } from '../store/name-key.ts';
import { repeat } from './repeat.ts';

export interface MissingNameKeysDeps {
  readonly queries: Pick<FeedQueries, 'findUsersWithoutNameKeys'>;
  readonly writes: Pick<FeedWrites, 'setNameKeys'>;
  readonly log: Log;
}

/** How long a user may be missing in searches who was registered by a server of an earlier version. */
const intervalMs = 60_000;

/** Adds the name keys of users whom servers of earlier versions register, until the returned function is called. */
export function addMissingNameKeys({ queries, writes, log }: MissingNameKeysDeps): () => Promise<void> {
  async function addMissing(): Promise<void> {
    try {
      for (;;) {
        const users = await queries.findUsersWithoutNameKeys();
        if (users.length === 0) return;
        await Promise.all(
          users.map(({ id, firstName, secondName }) =>
            writes.setNameKeys({
              id,
              first_name_key: nameKey(firstName),
              second_name_key: nameKey(secondName),
            }),
          ),
        );
      }
    } catch (err) {
      log.warn({ err }, 'cannot add the names of new users to the search; trying again');
    }
  }

  return repeat(addMissing, intervalMs);
}
