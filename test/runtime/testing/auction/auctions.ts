import { serve } from 'posted/node';
import { type AuditEntry, PostedError, silentLog } from 'posted/server';
import { contract } from './generated/asyncapi/channels.ts';
import type { NewsConnection } from './generated/asyncapi/handlers.ts';

interface Auction {
  highestCents: number;
  leader: string | undefined;
  closing: NodeJS.Timeout | undefined;
}

export interface Bidder {
  readonly id: string;
  readonly isBanned?: boolean;
  readonly expiresAtMs?: number;
}

interface AuctionOptions {
  /** The highest bid at the start of each auction. */
  readonly startCents?: number;
  readonly requestTimeoutMs?: number;
  /** The second part of the tokens, which are like `ann.secret`. */
  readonly secret?: string;
  /** Called for every reader of the news. */
  readonly onReader?: (connection: NewsConnection) => Promise<void>;
}

/** How long an auction remains open after a bid. */
const openMs = 60_000;

/** An application: auctions that close by themselves. Bids of 13, 14 and 15 cents make its handler fail. */
export function createAuctions({
  startCents = 100,
  secret = 'secret',
  onReader,
  ...options
}: AuctionOptions = {}) {
  const auctions = new Map<string, Auction>();
  const closed: (readonly [user: string, code: number])[] = [];
  const audited: AuditEntry[] = [];
  const verified: string[] = [];
  const app = serve(contract, {
    ...options,
    log: silentLog,
    audit: (entry) => void audited.push(entry),
    security: {
      token({ token }): Bidder {
        verified.push(token);
        const [id = '', given, seconds] = token.split('.');
        if (given !== secret) throw new PostedError('unauthorized', 'The token is not valid.');
        return seconds === undefined ? { id } : { id, expiresAtMs: Date.now() + Number(seconds) * 1_000 };
      },
    },
  });

  const server = app.handle({
    auction: {
      async accept({ user, params: { auctionId }, refuse }) {
        if (user.isBanned === true) refuse.forbidden('You are banned.');
        if (auctionId === 'unknown') refuse.notFound('There is no such auction.');
        if (auctionId === 'busy') refuse.unavailable('Too many bidders.', { retryAfterMs: 5_000 });
        if (auctionId === 'stuck') await new Promise(() => {});
        const auction = auctions.get(auctionId) ?? {
          highestCents: startCents,
          leader: undefined,
          closing: undefined,
        };
        auctions.set(auctionId, auction);
        return auction;
      },
      closed: ({ user }, { code }) => void closed.push([user.id, code]),
      async placeBid({ cents }, { user, state, params, reply }) {
        if (cents === 13) throw new PostedError('forbidden', 'Thirteen is bad luck.', { retryAfterMs: 500 });
        if (cents === 14) await new Promise(() => {});
        if (cents === 15) throw new Error('the database is on fire');
        if (cents <= state.highestCents) return reply.bidRejected({ highestCents: state.highestCents });
        state.highestCents = cents;
        state.leader = user.id;
        const room = app.room('auction', params);
        clearTimeout(state.closing);
        state.closing = setTimeout(() => room.auctionClosed({ winner: user.id }), openMs);
        room.bidPlaced({ bidder: user.id, cents });
        return reply.bidAccepted({ bidId: `${user.id}-${cents}` });
      },
    },
    news: { opened: (reader) => onReader?.(reader) },
  });
  return { app, server, closed, audited, verified };
}
