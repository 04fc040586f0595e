import { join } from 'node:path';
import { connect } from '../../../src/runtime/client/node.ts';
import type { ConnectOptions } from '../../support/history/delivery-app.ts';

/** The client that is generated in the project of a run, so that its types are not known here. */
export interface AuctionClient {
  readonly on: {
    auctionState(handler: (state: { readonly cents: number; readonly closesInMs: number }) => void): void;
    bidPlaced(handler: (bid: BidPlaced) => void | Promise<void>): void;
    auctionClosed(handler: (end: object & WithCursor) => void | Promise<void>): void;
  };
  readonly closed: Promise<unknown>;
  placeBid(bid: { readonly cents: number }, options: object): Promise<BidAnswer>;
  close(): void;
}

interface WithCursor {
  readonly cursor?: string;
}

export interface BidPlaced extends WithCursor {
  readonly bidder: string;
  readonly cents: number;
}

export type BidAnswer = {
  readonly bidId?: string;
  readonly highestCents?: number;
  is(name: 'bidAccepted' | 'bidRejected'): boolean;
};

export interface JoinOptions extends Pick<ConnectOptions, 'url' | 'onError' | 'reconnect' | 'resume'> {
  readonly username: string;
  readonly auctionId: string;
  readonly query?: ConnectOptions['query'];
}

export type JoinAuction = (options: JoinOptions) => AuctionClient;

/** How bidders join the auctions of a project. */
export async function loadAuctionClient(project: string, password: string): Promise<JoinAuction> {
  const { auction } = await import(join(project, 'generated/asyncapi/client.ts'));
  return ({ username, auctionId, ...options }) =>
    connect(
      auction as Parameters<typeof connect>[0],
      { ...options, auth: { username, password }, params: { auctionId } } as never,
    ) as never;
}
