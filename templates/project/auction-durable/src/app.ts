/** The server without its port, so that tests can use it too. */
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { openLog } from 'posted/log';
import { serve, sharedLogPort } from 'posted/node';
import { contract } from '../generated/asyncapi/channels.ts';
import settings from '../settings.json' with { type: 'json' };
import { createAuctions } from './auctions.ts';
import { createAuctionHandlers } from './handlers.ts';
import { migrations } from './tables.ts';
import { verifyLogin } from './users.ts';

/** `folder` holds the database. Pass `resources` to `listen`, which closes it. */
export async function createServer(folder: string) {
  const resources = new AsyncDisposableStack();
  const database = { folder, sharedLog: sharedLogPort() };
  const eventLog = resources.use(await openLog({ database, migrations, contract }));
  const app = serve(contract, {
    eventLog,
    security: { login: verifyLogin },
    origins: { kind: 'same-origin', and: settings.origins },
    settingNames: { origins: 'origins in settings.json' },
  });
  app.rest(new Hono().use(serveStatic({ root: 'page/dist' })));

  const addressOf = (auctionId: string) => app.room('auction', { auctionId }).address;
  const auctions = resources.use(await createAuctions(eventLog, addressOf));
  return { server: app.handle({ auction: createAuctionHandlers(auctions) }), auctions, resources };
}
