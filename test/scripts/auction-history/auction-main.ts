/**
 * Serves the contract and the handlers of the project in AUCTION_PROJECT, which was created with `--durable`, on any
 * database and with a broker. The environment has the other settings.
 */
import cluster from 'node:cluster';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Hono } from 'hono';
import { openLog } from 'posted/log';
import { type AppServer, serve } from 'posted/node';
import { createLog } from 'posted/pino';
import { PostedError } from 'posted/server';
import {
  brokerUrl,
  delivery,
  listenOptions,
  sharedDatabase,
} from '../../support/history/server-environment.ts';
import { extraAuction } from './auctions-of-run.ts';

const project = process.env.AUCTION_PROJECT ?? '';
const [{ contract }, { createAuctions }, { createAuctionHandlers }, { migrations }, { verifyLogin }] =
  await Promise.all(
    ['generated/asyncapi/channels', 'src/auctions', 'src/handlers', 'src/tables', 'src/users'].map(
      (path) => import(join(project, `${path}.ts`)),
    ),
  );
const log = createLog('warn');

/** The contract of the project, whose types are not known here. */
const serveProject = serve as unknown as (
  contract: object,
  options: object,
) => {
  room(channel: string, params: object): { readonly address: string };
  rest(app: Hono): void;
  handle(handlers: object): AppServer;
};

async function open() {
  await using opened = new AsyncDisposableStack();
  const eventLog = opened.use(
    await openLog({ database: sharedDatabase, brokerUrl, migrations, contract, log }),
  );
  const app = serveProject(contract, { eventLog, delivery, log, security: { login: verifyLogin } });
  const addressOf = (auctionId: string): string => app.room('auction', { auctionId }).address;
  const auctions = opened.use(await createAuctions(eventLog, addressOf));
  await auctions.open(extraAuction, 'A lamp that is sold during the run', 60 * 60_000);
  const endAuction = eventLog.write({
    name: 'endAuctionNow',
    row: { id: 'text' },
    one: ['id'],
    statements: {
      ended: 'update auction set closes_at = item.at from item where auction.id = item.id',
    },
  });
  const rest = new Hono().post('/auctions/:auctionId/end', async (context) => {
    try {
      await endAuction({ id: context.req.param('auctionId') });
      return context.json({});
    } catch (thrown) {
      const { code, message, status } = PostedError.from(thrown);
      return Response.json({ code, message }, { status });
    }
  });
  app.rest(rest);
  return { server: app.handle({ auction: createAuctionHandlers(auctions) }), resources: opened.move() };
}

/** A database may be killed while the auctions are opened. */
async function openUntilAvailable(): ReturnType<typeof open> {
  for (;;) {
    try {
      return await open();
    } catch (thrown) {
      if (!(thrown instanceof PostedError && thrown.status === 503)) throw thrown;
      await delay(100);
    }
  }
}

const { server, resources } = await openUntilAvailable();
const { url } = await server.listen({ ...listenOptions, resources });
// Workers run this script as well.
if (cluster.isPrimary) process.stdout.write(`The auctions are open on ${url}\n`);
