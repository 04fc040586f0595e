/** Serves the feed's contract, beside an HTTP application that responds with its process id. Takes ListenOptions as JSON. */
import cluster from 'node:cluster';
import { createStderrLog } from 'posted/server';
import { ignoreAcks, servePosts } from './posts-app.ts';

const app = servePosts({ log: createStderrLog({ level: 'info' }) });
app.rest({ fetch: () => new Response(String(process.pid)) });
const server = app.handle({ postFeedPosted: ignoreAcks });
// A program may have work of its own, which must not keep it alive.
setInterval(() => {}, 1000);
const resources = { [Symbol.asyncDispose]: async () => void process.stderr.write('released\n') };
const { url } = await server.listen({ port: 0, resources, ...JSON.parse(process.argv[2] ?? '{}') });
// The workers run this script as well.
if (cluster.isPrimary) process.stdout.write(`${url}\n`);
