/** `npm start`: serves the contract and the page until Ctrl-C. With WORKERS=2, two processes serve one database. */
import cluster from 'node:cluster';
import settings from '../settings.json' with { type: 'json' };
import { createServer } from './app.ts';

const { server, resources } = await createServer('data');
const { url } = await server.listen({
  port: Number(process.env.PORT ?? settings.port),
  workers: Number(process.env.WORKERS ?? 1),
  resources,
});
// The workers run this file, too.
if (cluster.isPrimary) console.log(`The page is at ${url}. The password is in .env.`);
