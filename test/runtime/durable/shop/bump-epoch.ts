/** Begins a new history of the shop's log, in the database that the environment names. */
import { openLog } from 'posted/log';
import { ownDatabase } from '../../../support/history/server-environment.ts';
import { migrations } from './shop-tables.ts';

await using eventLog = await openLog({ database: ownDatabase, migrations });
await eventLog.engine.beginEpoch(eventLog.tail.epoch);
