/** `npm start`: serves the contract and the page until Ctrl-C. With WORKERS=2, two processes serve one database. */
import cluster from 'node:cluster';
import { openSharedLog } from 'posted/log';
import { superviseWorkers } from 'posted/node';
import { createStderrLog } from 'posted/server';
import settings from '../settings.json' with { type: 'json' };
import { createServer } from './app.ts';
import { migrations } from './tables.ts';

const folder = 'data';
const port = Number(process.env.PORT ?? settings.port);
const workers = Number(process.env.WORKERS ?? 1);

async function listen() {
  const { server, resources } = await createServer(folder);
  return await server.listen({ port, resources });
}

async function supervise() {
  const sharedLog = await openSharedLog({ folder, migrations });
  return await superviseWorkers({ port, workers, sharedLog, log: createStderrLog() });
}

const { url } = await (workers > 1 && cluster.isPrimary ? supervise() : listen());
if (cluster.isPrimary) console.log(`The page is at ${url}. The password is in .env.`);
