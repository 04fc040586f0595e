/** Serves the shop with the settings in the environment. */
import cluster from 'node:cluster';
import { createLog } from 'posted/pino';
import {
  brokerUrl,
  delivery,
  listenOptions,
  sharedDatabase,
} from '../../../support/history/server-environment.ts';
import { createShop } from './shop.ts';

const { server, eventLog } = await createShop({
  database: sharedDatabase,
  ...(brokerUrl !== undefined && { brokerUrl }),
  delivery,
  log: createLog('warn'),
});
const running = await server.listen({ ...listenOptions, resources: eventLog });
// Workers run this script as well.
if (cluster.isPrimary) process.stdout.write(`The shop is open on ${running.url}\n`);
