import { describe } from 'vitest';
import { describeAvailability } from './availability.ts';
import type { CreateDatabase } from './database.ts';
import { describeDevices } from './devices.ts';
import { describeHistory } from './history.ts';
import { describeKeys } from './keys.ts';
import { describeLog } from './log.ts';
import { describeMemberships } from './memberships.ts';
import { describeRedaction } from './redaction.ts';
import { describeTransactions } from './transactions.ts';
import { describeUnstorableText } from './unstorable-text.ts';
import { describeWrites } from './writes.ts';

/** Tests the guarantees of the interface LogEngine on databases made by `create`. */
export function describeEngine(name: string, create: CreateDatabase): void {
  describe(`${name} as a log engine`, () => {
    describeLog(create);
    describeWrites(create);
    describeUnstorableText(create);
    describeKeys(create);
    describeMemberships(create);
    describeRedaction(create);
    describeTransactions(create);
    describeHistory(create);
    describeDevices(create);
    describeAvailability(create);
  });
}
