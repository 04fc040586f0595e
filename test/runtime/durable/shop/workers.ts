/** Serves the shop with two workers on an embedded database in the folder that is the first argument. */
import cluster from 'node:cluster';
import { sharedLogPort } from 'posted/node';
import { createStderrLog } from 'posted/server';
import { createShop } from './shop.ts';

const { server, eventLog } = await createShop({
  database: { folder: process.argv[2] ?? '', sharedLog: sharedLogPort() },
  log: createStderrLog(),
});
const { url } = await server.listen({ port: 0, workers: 2, resources: eventLog });
// The workers run this script as well.
if (cluster.isPrimary) process.stdout.write(`${url}\n`);
