/** Answers bids of the generated auction. With ASYNC=1, the handler awaits something first, as one with a database does. */
import { createServer } from 'node:http';
import { createContractServer, silentLog } from 'posted/server';
import { contract } from '../../../test/runtime/testing/auction/generated/asyncapi/channels.ts';
import type { PlaceBidReplies } from '../../../test/runtime/testing/auction/generated/asyncapi/handlers.ts';
import { listen } from '../post-server.ts';

const app = createContractServer(contract, {
  security: { token: ({ token }) => ({ id: token }) },
  log: silentLog,
});
const answer = (reply: PlaceBidReplies) => reply.bidAccepted({ bidId: 'b1' });
const server = app.handle({
  auction: {
    placeBid:
      process.env.ASYNC === '1'
        ? async (_bid, { reply }) => await answerLater(reply)
        : (_bid, { reply }) => answer(reply),
  },
  news: {},
});
listen(createServer().on('upgrade', server.handleUpgrade));

async function answerLater(reply: PlaceBidReplies) {
  await Promise.resolve();
  return answer(reply);
}
