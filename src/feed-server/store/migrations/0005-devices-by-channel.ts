import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * The runtime stores the cursor of a device for each channel. Rows by device only are copied and stay, because a server
 * of an earlier version may still be running.
 */
export const devicesByChannel: Migration = {
  async up(db) {
    await sql`
      insert into posted_device (user_id, device, epoch, seq, mark)
      select user_id, device || ' postFeedPosted', epoch, seq, mark from posted_device`.execute(db);
  },
};
