import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { generate, prepareProject, rooms, tempFolder, typeCheck } from './generator.ts';

const project = tempFolder();

beforeAll(async () => {
  prepareProject(project);
  await generate(rooms, '--out', join(project, 'generated'));
});

/** Handlers for the contract, as an application has them. */
const handlers = `
import type { Connection } from 'posted/server';
import type { BoardHandlers, Handlers, RoomTalkHandlers } from './generated/asyncapi/handlers.ts';
import type { PublishSaid } from './generated/asyncapi/publishers.ts';

interface Member { readonly id: string; readonly admin: boolean }
interface Seat { readonly user: Member; readonly room: string; readonly since: number; readonly loud: boolean | undefined }

let publishSaid: PublishSaid<Seat> | undefined;
const seats = new Set<Connection<Seat>>();

const roomTalk: RoomTalkHandlers<Member, Seat> = {
  security: { bearerAuth: ({ token }) => ({ id: token, admin: false }) },
  accept: ({ principal, parameters, query }) => ({
    user: principal,
    room: parameters.roomId,
    since: query.since,
    loud: query.loud,
  }),
  opened: (connection) => void seats.add(connection),
  closed: (session) => void session.room,
  hear: { said: (publish) => void (publishSaid = publish), left: () => {} },
  speak: {
    say: ({ text }, { session }) => void publishSaid?.({ type: 'said', user: session.user.id, text, at: 1 }, seats),
    leave: async (_message, connection) => connection.close('normal'),
  },
};

const board: BoardHandlers = {
  accept: ({ principal }) => principal satisfies undefined,
  opened: () => {},
  closed: () => {},
  announce: { notice: () => {} },
};

export const all: Handlers = { roomTalk, board };
`;

describe('handlers', () => {
  beforeEach(() => writeFileSync(join(project, 'handlers.ts'), handlers));

  it('compile when they match the contract', async () => {
    expect(await typeCheck(project)).toBe('');
  });

  const mistakes = [
    ['a message from clients has no handler', /\n {4}leave: .*/, '', "Property 'leave' is missing"],
    ['a message of the server has no publisher', ', left: () => {}', '', "Property 'left' is missing"],
    ['an operation is missing', /\n {2}hear: .*/, '', "Property 'hear' is missing"],
    ['a channel is missing', '{ roomTalk, board }', '{ roomTalk }', "Property 'board' is missing"],
    [
      'a channel without security has a security member',
      'announce:',
      'security: {}, announce:',
      "'security' does not exist",
    ],
    [
      'a channel with security lacks the security member',
      /\n {2}security: .*/,
      '',
      "Property 'security' is missing",
    ],
    ['a handler reads an unknown field', '{ text }', '{ words }', "Property 'words' does not exist"],
    ['a published message lacks a field', ', at: 1', '', "Property 'at' is missing"],
    [
      'accept reads an unknown parameter',
      'parameters.roomId',
      'parameters.room',
      "Property 'room' does not exist",
    ],
    [
      'a query value without a default is used as always present',
      'since: query.since',
      'since: query.loud',
      "Type 'boolean | undefined'",
    ],
  ] as const;

  it.each(mistakes)('do not compile when %s', async (_what, from, to, error) => {
    const changed = handlers.replace(from, to);
    expect(changed).not.toBe(handlers);
    writeFileSync(join(project, 'handlers.ts'), changed);
    expect(await typeCheck(project)).toContain(error);
  });
});
