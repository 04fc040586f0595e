/** Begins a new history of the auction's log, in the database that the environment names. */
import { openLog } from 'posted/log';
import { migrations } from '../../../templates/project/auction-durable/src/tables.ts';
import { ownDatabase } from '../../support/history/server-environment.ts';

await using eventLog = await openLog({ database: ownDatabase, migrations });
await eventLog.engine.beginEpoch(eventLog.tail.epoch);
