import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startChatServer } from '../runtime/client/chat-server.ts';
import { send } from './auction-server.ts';
import { type GeneratedPackage, generatePackage } from './generated-package.ts';
import { reason, startProgram } from './python.ts';

const bid = (cents: number) => ({ type: 'bidPlaced', cents });

describe.skipIf(reason !== null)(`the handlers and loops of a Python client ${reason ?? ''}`, () => {
  let generated: GeneratedPackage;
  beforeAll(async () => {
    generated = await generatePackage(join(import.meta.dirname, 'auction.yaml'));
  });
  afterAll(() => generated?.remove());

  const start = (scenario: string, url: string) =>
    startProgram('consumers_app.py', generated.packages, { scenario, url });

  it('delivers every message to every handler and loop, one after the other', async () => {
    const server = await startChatServer();
    const program = start('consume', server.url);
    const connection = await server.nextConnection();
    await program.waitFor((lines) => lines.find(({ open }) => open));
    send(connection, bid(1), bid(2), bid(3), { type: 'auctionClosed', winner: 'Ann' });
    connection.close(1000);
    expect(await program.ended, program.stderr()).toBe(0);
    const [{ log = [] } = {}] = program.lines.filter((line) => line.log !== undefined) as readonly {
      readonly log?: string[];
    }[];
    const turns = ['1', '2', '3'].map((turn) => log.filter((entry) => entry.endsWith(turn)).toSorted());
    expect(turns).toEqual([
      ['one 1', 'slow 1', 'sync 1', 'two 1'],
      ['one 2', 'slow 2', 'sync 2', 'two 2'],
      ['one 3', 'sync 3', 'two 3'],
    ]);
    expect(log.map((entry) => entry.at(-1)).join('')).toBe('11112222333n');
    expect(program.lines.filter(({ reported }) => reported !== undefined)).toEqual([
      { reported: 'handler', text: 'The function `on.bidPlaced` raised.' },
    ]);
  });

  it('loses no message when a step of a loop is canceled, or a loop is left', async () => {
    const server = await startChatServer();
    const program = start('leave', server.url);
    const connection = await server.nextConnection();
    await program.waitFor((lines) => lines.find(({ ready }) => ready));
    send(connection, bid(1), bid(2), bid(3));
    await program.waitFor((lines) => lines.find(({ left }) => left));
    send(connection, bid(4), bid(5));
    await program.waitFor((lines) => lines.find(({ handled }) => handled === 5));
    connection.close(1000);
    expect(await program.ended, program.stderr()).toBe(0);
    expect(program.lines.slice(5)).toEqual([
      { first: bid(1) },
      { early: false },
      { second: bid(2) },
      { third: bid(2) },
      { fourth: bid(3) },
      { ended: true },
      { left: true },
      { name: 'bidPlaced', fifth: bid(4) },
      { handled: 5 },
    ]);
  });

  it('can be closed by a handler', async () => {
    const server = await startChatServer();
    const program = start('close_inside', server.url);
    send(await server.nextConnection(), bid(1), bid(2));
    expect(await program.ended, program.stderr()).toBe(0);
    expect(program.lines.toSorted((one) => (one.ended === undefined ? -1 : 1))).toEqual([
      { closed: 1 },
      { ended: 1000 },
    ]);
  });

  it('calls subscribers of its status until they stop, whatever they raise', async () => {
    const server = await startChatServer();
    const program = start('watch', server.url);
    expect(await program.ended, program.stderr()).toBe(0);
    expect(program.lines).toEqual([
      { before: 'connecting' },
      { states: ['connecting', 'open'], after: 'closed', raised: 2 },
    ]);
  });
});
