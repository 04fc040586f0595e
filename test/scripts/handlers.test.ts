import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { generate, prepareProject, rooms, tempFolder, typeCheck } from './generator.ts';

const project = tempFolder();

beforeAll(async () => {
  prepareProject(project);
  await generate(rooms, '--out', join(project, 'generated'));
});

/** A server for the contract, as an application has it. */
const server = `
import { createContractServer } from 'posted/server';
import { contract } from './generated/asyncapi/channels.ts';
import type { RoomTalkConnection } from './generated/asyncapi/handlers.ts';

interface Member { readonly id: string; readonly admin: boolean }

const app = createContractServer(contract, {
  security: { bearerAuth: ({ token }): Member => ({ id: token, admin: false }) },
});

export const server = app.handle({
  roomTalk: {
    accept: ({ user, params, query, refuse }) => {
      if (params.roomId === '') refuse.notFound();
      return { isAdmin: user.admin, since: query.since };
    },
    opened: ({ send, user }) => void send.said({ user: user.id, text: 'Hello', at: 1 }),
    closed: ({ room, user }) => void room.left({ user: user.id }),
    speak: {
      say: ({ text }, { user, room, state }) => void room.said({ user: user.id, text, at: state.since }),
      async leave(_message, { connection, state }) {
        if (!state.isAdmin) connection.close('normal');
      },
    },
  },
  board: {
    opened: ({ user }) => user satisfies undefined,
  },
});

app.room('board').notice({ text: 'Tea is ready.' });
app.room('roomTalk', { roomId: 'kitchen' }).said({ user: 'ada', text: 'Tea?', at: 1 });
app.kick({ user: { id: 'ada' } }, 'fraud');

/** A function outside of the handlers. */
export function greet(connection: RoomTalkConnection<Member>): boolean {
  return connection.send.said({ user: connection.user.id, text: 'Hello', at: 1 });
}
`;

describe('handlers', () => {
  it('compile when they match the contract', async () => {
    writeFileSync(join(project, 'server.ts'), server);
    expect(await typeCheck(project)).toBe('');
  });

  const mistakes = [
    [
      'a message from clients has no handler',
      /\n {6}async leave[\s\S]*?\n {6}\},/,
      '',
      "Property 'leave' is missing",
    ],
    ['an operation is missing', /\n {4}speak: [\s\S]*?\n {4}\},/, '', "Property 'speak' is missing"],
    ['a channel is missing', /\n {2}board: [\s\S]*?\n {2}\},/, '', "Property 'board' is missing"],
    ['a channel is unknown', '  board:', '  boards: {}, board:', "'boards' does not exist"],
    ['there are no security hooks', /\n {2}security: .*/, '', "Property 'security' is missing"],
    ['a security hook is missing', /\{ bearerAuth: .* \}/, '{}', "Property 'bearerAuth' is missing"],
    ['a handler reads an unknown field', '{ text }, {', '{ words }, {', "Property 'words' does not exist"],
    [
      'a handler reads an unknown field of the user',
      'user.admin',
      'user.owner',
      "Property 'owner' does not exist",
    ],
    [
      'a handler reads an unknown field of the state',
      'state.isAdmin',
      'state.owner',
      "Property 'owner' does not exist",
    ],
    ['a message lacks a field', ", text: 'Hello', at: 1", ", text: 'Hello'", "Property 'at' is missing"],
    [
      'a message has a constant',
      "{ text: 'Tea is",
      "{ type: 'notice', text: 'Tea is",
      "'type' does not exist",
    ],
    ['accept reads an unknown parameter', 'params.roomId', 'params.room', "Property 'room' does not exist"],
    ['a room lacks a parameter', ", { roomId: 'kitchen' }", '', 'Expected 2-3 arguments'],
    [
      'a room has a parameter that is unknown',
      "{ roomId: 'kitchen' }",
      "{ room: 'kitchen' }",
      "'room' does not exist",
    ],
    ['a kick is for everybody', "{ user: { id: 'ada' } }", '{}', "Argument of type '{}'"],
    [
      'a query value without a default is used as always present',
      'since: query.since',
      'since: query.loud',
      "Type 'boolean | undefined'",
    ],
  ] as const;

  /** Compiles a server with each mistake, all at once, which takes hardly longer than one. */
  const compileMistakes = async (): Promise<readonly string[]> => {
    for (const [index, [, from, to]] of mistakes.entries()) {
      const changed = server.replace(from, to);
      expect(changed).not.toBe(server);
      writeFileSync(join(project, `mistake${index}.ts`), changed);
    }
    return (await typeCheck(project)).split(/\n(?=\S)/);
  };
  let problems: Promise<readonly string[]> | null = null;

  it.each(mistakes.map((mistake, index) => [mistake[0], index, mistake[3]] as const))(
    'do not compile when %s',
    async (_what, index, error) => {
      problems ??= compileMistakes();
      const own = (await problems).filter((problem) => problem.startsWith(`mistake${index}.ts(`));
      expect(own.join('\n')).toContain(error);
    },
  );
});
