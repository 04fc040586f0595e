import { PostedError, silentLog } from 'posted/server';
import { onTestFinished } from 'vitest';
import {
  type LimitsOption,
  type RestServeOptions,
  type ServeOptions,
  serve,
} from '../../../src/runtime/node/serve.ts';
import type { ServedLog } from '../../../src/runtime/node/served-log.ts';
import { bearer, connectClient } from '../../support/websocket.ts';
import { contract } from './market/generated/asyncapi/channels.ts';
import type { Types } from './market/generated/asyncapi/handlers.ts';
import { operations } from './market/generated/openapi/operations.ts';

export interface MarketOptions extends ServeOptions, LimitsOption<Types> {
  readonly eventLog?: ServedLog;
  readonly restLimits?: RestServeOptions<keyof typeof operations>;
}

function createApp(options: Omit<MarketOptions, 'restLimits'>) {
  return serve(contract, {
    log: silentLog,
    ...options,
    // The token of a user is its id.
    security: {
      token: ({ token }: { readonly token: string }) => {
        if (/^[a-z]+$/.test(token)) return { id: token };
        throw new PostedError('unauthorized', 'The token is malformed.');
      },
    },
  });
}

/** Serves the market on a free port until the test ends, and records what its clients have done. */
export async function startMarket({ restLimits, ...options }: MarketOptions = {}) {
  const done: string[] = [];
  const app = createApp(options);
  app.rest(
    operations,
    {
      getPrice: async ({ pathParameters }) => pathParameters.item.length,
      makeOffer: async ({ body }, { user }) => void done.push(`${user.id} offers ${body.item}`),
    },
    restLimits,
  );
  const server = app.handle({
    market: {
      placeBid: ({ cents }, { user, reply }) => {
        done.push(`${user.id} bids ${cents}`);
        return reply.bidAccepted({});
      },
      wave: (_message, { user }) => void done.push(`${user.id} waves`),
      talk: {
        shout: ({ text }, { user }) => void done.push(`${user.id} shouts ${text}`),
        whisper: ({ text }, { user }) => void done.push(`${user.id} whispers ${text}`),
      },
    },
  });
  const running = await server.listen({ port: 0, signals: false });
  onTestFinished(() => void running.close());
  const { url } = running;
  const socketUrl = `${url.replace('http', 'ws')}/market`;
  return { done, url, socketUrl };
}

/** A plain client, which sends what it likes. */
export async function connectMarket(socketUrl: string, user = 'ann') {
  const client = await connectClient(socketUrl, bearer(user));
  return {
    ...client,
    take: (count: number) => client.take(count),
    send: (...messages: readonly object[]): void => {
      for (const message of messages) client.webSocket.send(JSON.stringify(message));
    },
  };
}

export function offer(url: string, user: string): Promise<Response> {
  return fetch(`${url}/offer`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${user}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ item: 'fish' }),
  });
}

export function times(count: number, message: object): readonly object[] {
  return Array.from({ length: count }, () => message);
}

/** Requests with the ids 1 to `count`. */
export function bids(count: number): readonly object[] {
  return Array.from({ length: count }, (_, index) => ({ type: 'bid', id: String(index + 1), cents: 100 }));
}
