import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { findExample } from '../docs/examples.ts';
import { auction, generate, prepareProject, tempFolder, typeCheck } from './generator.ts';

const project = tempFolder();
let source: string;

beforeAll(async () => {
  prepareProject(project);
  const { code, stderr } = await generate(auction, '--out', join(project, 'generated'));
  if (code !== 0) throw new Error(stderr);
  source = readFileSync(join(project, 'generated/asyncapi/client.ts'), 'utf8');
});

/** An application with everything that the contract offers. */
const application = `
import { connect, PostedError } from 'posted/client';
import { auction as channel } from './generated/asyncapi/client.ts';

const auction = connect(channel, {
  auth: async () => 'token',
  params: { auctionId: 'a1' },
  answer: { checkHealth: (_request, { reply }) => Math.random() < 0.5 ? reply.healthy({}) : reply.sick({ reason: 'battery' }) },
});
auction.on.bidPlaced(({ cents }) => console.log(cents));
auction.typing({}, { whenOffline: 'wait' });
auction.sound.unmute({ volume: 7 });
const answer = await auction.placeBid({ cents: 150 }, { timeoutMs: 5000 });
if (answer.is('bidRejected')) console.log(answer.highestCents);
else console.log(answer.bidId);
const lot = await auction.messagesOperation({});
if (lot.is('picture')) console.log(lot.payload.byteLength);
for await (const message of auction.messages()) {
  if (message.type === 'auctionClosed') console.log(message.winner);
}
export const isBusy = (error: unknown) => error instanceof PostedError && error.retryAfterMs !== undefined;
`;

describe('a generated client', () => {
  it('has a documented function for each operation', () => {
    expect(source).toContain(`
  /**
   * Bids on the lot.
   *
   * @generated from operation placeBid
   */
  placeBid(content: Content<models.PlaceBidPayload, 'type' | 'id'>, options?: RequestOptions): Promise<Answer<{
    readonly bidAccepted: models.BidAcceptedPayload;
    readonly bidRejected: models.BidRejectedPayload;
  }>>;

  /**
   * The bidder is writing a comment.
   *
   * @generated from operation typing
   */
  typing(content: Content<models.TypingPayload, 'type'>, options?: SendOptions): void;

  /**
   * Changes what the others hear.
   *
   * @generated from operation sound
   */
  readonly sound: {
    /**
     * Mutes the bidder.
     *
     * @generated from message mute
     */
    mute(content: Content<models.MutePayload, 'type'>, options?: SendOptions): void;
`);
  });

  it('has a documented function for the handlers of each message', () => {
    expect(source).toContain(`
  readonly on: {
    /**
     * Somebody has bid.
     *
     * @generated from message bidPlaced
     */
    bidPlaced(handler: Handler<models.BidPlacedPayload>): Stop;
`);
  });

  it('says why an operation has another name', () => {
    expect(source).toContain(`
  /**
   * Reads about the lot.
   *
   * Named \`messagesOperation\`, because every client has a member \`messages\`.
   *
   * @generated from operation messages
   */
  messagesOperation(`);
    expect(source).toContain("name: 'messages',\n      member: 'messagesOperation',");
  });

  it('fits an application that uses all of it', async () => {
    writeFileSync(join(project, 'application.ts'), application);
    expect(await typeCheck(project)).toBe('');
  });

  it('fits the example of the documentation', async () => {
    const example = findExample('docs/client.md', 'ts', '// auction.ts');
    const context = `
import { connect } from 'posted/client';
import * as channels from './generated/asyncapi/client.ts';
const logIn = async (): Promise<string> => 'token';
`;
    writeFileSync(join(project, 'application.ts'), context + example);
    expect(await typeCheck(project)).toBe('');
  });

  it.each([
    ['content has a constant', '{ cents: 150 }', "{ type: 'placeBid', cents: 150 }", "'type' does not exist"],
    ['content lacks a property', '{ volume: 7 }', '{}', "Property 'volume' is missing"],
    [
      'an answer is read without a check',
      "answer.is('bidRejected')",
      'Boolean(answer)',
      "'highestCents' does not exist",
    ],
    ['an answer is checked for another message', "is('bidRejected')", "is('bidPlaced')", '"bidPlaced"'],
    ['a handler is for an unknown message', 'on.bidPlaced', 'on.bidPlacd', "'bidPlacd' does not exist"],
    ['a reply lacks a property', "{ reason: 'battery' }", '{}', "Property 'reason' is missing"],
  ])('does not compile when %s', async (_, from, to, problem) => {
    expect(application).toContain(from);
    writeFileSync(join(project, 'application.ts'), application.replace(from, to));
    expect(await typeCheck(project)).toContain(problem);
  });
});
