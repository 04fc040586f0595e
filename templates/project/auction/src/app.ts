/** The server without its port, so that tests can use it too. */
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono } from 'hono';
import { serve } from 'posted/node';
import { contract } from '../generated/asyncapi/channels.ts';
import settings from '../settings.json' with { type: 'json' };
import { createAuctions } from './auctions.ts';
import { createAuctionHandlers } from './handlers.ts';
import { verifyLogin } from './users.ts';

const app = serve(contract, {
  security: { login: verifyLogin },
  origins: { kind: 'same-origin', and: settings.origins },
  settingNames: { origins: 'origins in settings.json' },
});
app.rest(new Hono().use(serveStatic({ root: 'page/dist' })));

const auctions = createAuctions(({ id, highest }) => {
  app.room('auction', { auctionId: id }).auctionClosed({ ...(highest && { winner: highest.bidder }) });
});
export const server = app.handle({ auction: createAuctionHandlers(auctions) });
