import { openLog } from 'posted/log';
import { expect, it, onTestFinished } from 'vitest';
import { createAuctions } from '../../templates/project/auction-durable/src/auctions.ts';
import { migrations } from '../../templates/project/auction-durable/src/tables.ts';
import { describePostgres } from '../support/postgres.ts';

describePostgres('the durable auction on PostgreSQL', (server) => {
  it('accepts only higher bids and closes once, with two nodes', { timeout: 60_000 }, async () => {
    const url = await server().createDatabase();
    const nodes = await Promise.all([openNode(url), openNode(url)]);
    await Promise.all(nodes.map(({ auctions }) => auctions.open('a3', 'A lamp', 3_600_000)));
    const bids = Array.from({ length: 200 }, (_, index) => 1 + ((index * 37) % 100));
    const answers = await Promise.all(
      bids.map((cents, index) =>
        nodes[index % 2 === 0 ? 0 : 1].auctions.raiseBid('a3', `user${index}`, cents),
      ),
    );
    const accepted = answers.filter((answer) => 'bidId' in answer);
    const stored = await server().query(url, 'select id, cents::int from bid');
    expect(new Set(stored.map(({ id }) => id))).toEqual(new Set(accepted.map(({ bidId }) => bidId)));

    await server().query(url, `update auction set closes_at = 1 where id = 'a3'`);
    const events = `select payload::json->>'cents' as cents, message from posted_event order by seq`;
    const closed = async () =>
      (await server().query(url, events)).filter(({ message }) => message === 'auctionClosed');
    await expect.poll(closed, { timeout: 20_000 }).toHaveLength(1);
    const cents = (await server().query(url, events)).map((event) => Number(event.cents ?? 0)).slice(0, -1);
    expect(cents).toEqual(stored.map((bid) => Number(bid.cents)).toSorted((one, other) => one - other));
    expect(cents.at(-1)).toBe(100);
    await expect(nodes[0].auctions.raiseBid('a3', 'ann', 101)).rejects.toThrow('The auction is closed.');
    expect(await closed()).toHaveLength(1);
  });
});

async function openNode(url: string) {
  const log = await openLog({ database: { url }, migrations });
  const auctions = await createAuctions(log, (auctionId) => `/auctions/${auctionId}`);
  onTestFinished(async () => {
    await auctions[Symbol.asyncDispose]();
    await log.close();
  });
  return { log, auctions };
}
