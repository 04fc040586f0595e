/** Begins a new history of the shop's log, in the database that the environment names. */
import { openLog } from 'posted/log';
import { migrations } from './shop-tables.ts';

const { DATABASE_URL: url, DATA_DIR: folder = 'data' } = process.env;
await using eventLog = await openLog({ database: url === undefined ? { folder } : { url }, migrations });
await eventLog.engine.beginEpoch(eventLog.tail.epoch);
