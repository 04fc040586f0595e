import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { AppReader, DeliveryApp } from '../../support/history/delivery-app.ts';
import { createDeliverySchedule, type PlannedReader } from '../../support/history/delivery-schedule.ts';
import { type BidPlaced, type JoinAuction, loadAuctionClient } from './auction-client.ts';
import { AuctionWriter, bidId, closedId } from './auction-writer.ts';
import { auctionsOfRun } from './auctions-of-run.ts';

interface AuctionReader extends PlannedReader {
  readonly auctionId: string;
}

const root = join(import.meta.dirname, '../../..');
const cursorKinds = ['memory', 'store', 'server', 'store', 'server'] as const;

/** The auction that `npm create posted --durable` creates, in a run. */
export const auctionApp: DeliveryApp<AuctionReader> = {
  program: {
    server: 'test/scripts/auction-history/auction-main.ts',
    bumpEpoch: 'test/scripts/auction-history/auction-bump-epoch.ts',
    announcement: 'The auctions are open on ',
  },
  plan: (options) =>
    createDeliverySchedule(options, {
      readers: Array.from({ length: options.clients }, (_, index) => planReader(index, options.clients)),
      undisturbed: { ...planReader(0, 1), user: 'undisturbed', isUndisturbed: true },
      memberships: () => [],
    }),
  async prepare({ durationMs }, folder) {
    const project = join(folder, 'project');
    const command = join(root, 'scripts/posted/posted.ts');
    await promisify(execFile)(process.execPath, [command, 'init', project, '--durable']);
    symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
    const password = randomBytes(12).toString('hex');
    const joinAuction = await loadAuctionClient(project, password);
    return {
      env: { AUCTION_PROJECT: project, AUCTION_PASSWORD: password },
      open: async () => ({
        identify: (message, payload, channel) =>
          message === 'bidPlaced' ? bidId(channel, payload as BidPlaced) : closedId(channel),
        reader: (name, plan) => auctionReader(name, plan, joinAuction),
        createWriter: (index, deps) => new AuctionWriter({ ...deps, index, durationMs, joinAuction }),
        membershipRequest() {
          throw new Error('auctions have no memberships');
        },
      }),
    };
  },
};

function planReader(index: number, count: number): AuctionReader {
  const isPlain = count >= 8 && index >= count - 2;
  return {
    user: `reader${index}`,
    auctionId: auctionsOfRun[index % auctionsOfRun.length] ?? '',
    audience: 'everyone',
    cursors: isPlain ? 'none' : (cursorKinds[index % cursorKinds.length] ?? 'memory'),
    isUndisturbed: false,
  };
}

function auctionReader(
  name: string,
  { user, auctionId, audience, cursors }: AuctionReader,
  joinAuction: JoinAuction,
): AppReader {
  return {
    identity: {
      name,
      user,
      channel: `auction /auctions/${auctionId}`,
      messages: ['bidPlaced', 'auctionClosed'],
      audience,
      isResumable: cursors !== 'none',
    },
    connect(options, receive) {
      const client = joinAuction({ ...options, username: user, auctionId });
      client.on.bidPlaced((message) => receive('bidPlaced', message, message.cursor));
      client.on.auctionClosed((message) => receive('auctionClosed', message, message.cursor));
      return client;
    },
  };
}
