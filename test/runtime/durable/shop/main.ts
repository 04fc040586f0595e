/** Serves the shop with the settings in the environment. */
import cluster from 'node:cluster';
import { sharedLogPort } from 'posted/node';
import { createLog } from 'posted/pino';
import { createShop } from './shop.ts';

const {
  DATABASE_URL: url,
  DATABASE_DIRECT_URL: directUrl,
  DATA_DIR: folder = 'data',
  BROKER_URL: brokerUrl,
} = process.env;
const { server, eventLog } = await createShop({
  database: url === undefined ? { folder, sharedLog: sharedLogPort() } : { url, directUrl },
  ...(brokerUrl === undefined ? {} : { brokerUrl }),
  delivery: { byeSpreadMs: Number(process.env.BYE_SPREAD_MS ?? 10_000) },
  log: createLog('warn'),
});
const running = await server.listen({
  port: Number(process.env.PORT ?? 8080),
  workers: Number(process.env.WORKERS ?? 1),
  resources: eventLog,
});
// Workers run this script as well.
if (cluster.isPrimary) process.stdout.write(`The shop is open on ${running.url}\n`);
