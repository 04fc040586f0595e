import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadAsyncapi } from '../../scripts/posted/asyncapi/load-asyncapi.ts';
import { compilerOf } from '../../scripts/posted/schemas/compiler.ts';
import { type GeneratedPackage, generatePackage } from '../python/generated-package.ts';
import { reason } from '../python/python.ts';
import { startChatServer } from '../runtime/client/chat-server.ts';
import { acksOf, cursor, frames } from '../runtime/client/resume-feed.ts';
import { makeDataDir } from '../support/feed-server.ts';
import { startReader, textsOf, valuesOf } from './reader.ts';

const soon = { timeout: 10_000, interval: 10 };

/** This contract with an additional optional field in `post` and `ready`, and an additional message. */
function laterContract(): object {
  const contract = JSON.parse(readFileSync('generated/docs/asyncapi.json.txt', 'utf8'));
  const { channels, operations, components } = contract;
  // Its parts are in the published document, and would have to be the same.
  delete channels.postFeedPosted['x-delivery'];
  components.schemas.PostPayload.properties.postedAt = { type: 'string', format: 'date-time' };
  components.schemas.ReadyMessage.properties.heartbeatMs = { type: 'integer' };
  components.schemas.PollMessage = {
    type: 'object',
    additionalProperties: false,
    required: ['type', 'question'],
    properties: {
      type: { const: 'poll' },
      question: { type: 'string' },
      cursor: { $ref: '#/components/schemas/Cursor' },
    },
  };
  components.messages.poll = {
    summary: 'A question.',
    payload: { $ref: '#/components/schemas/PollMessage' },
    examples: [{ payload: { type: 'poll', question: 'Tea?' } }],
  };
  channels.postFeedPosted.messages.poll = { $ref: '#/components/messages/poll' };
  operations.sendPost.messages.push({ $ref: '#/channels/postFeedPosted/messages/poll' });
  return contract;
}

const poll = (seq: number) => ({ type: 'poll', question: 'Tea?', cursor: cursor(seq) });

/** Valid frames of a server with the later contract. */
async function laterFrames(): Promise<readonly string[]> {
  const postedAt = '2026-12-01T00:00:00Z';
  const post = (seq: number) => {
    const message = JSON.parse(frames.post(seq));
    return { ...message, payload: { ...message.payload, postedAt } };
  };
  const messages = [
    { ...JSON.parse(frames.ready(1)), heartbeatMs: 15_000 },
    post(2),
    poll(3),
    post(4),
    { type: 'poll', question: 'Milk?' },
    post(5),
    poll(6),
  ];

  const file = join(await makeDataDir(), 'later.json');
  await writeFile(file, JSON.stringify(laterContract()));
  const compiler = compilerOf((await loadAsyncapi(file, { strict: true })).schemas, 'json');
  const guards = { ready: 'ReadyMessage', post: 'PostMessage', poll: 'PollMessage' };
  for (const message of messages) {
    const guard = compiler.compile(guards[message.type as keyof typeof guards]);
    if (!guard(message)) throw new Error(`The later contract refuses ${JSON.stringify(message)}.`);
  }
  return messages.map((message) => JSON.stringify(message));
}

describe.each(['TypeScript', 'Python'] as const)('the %s client of this contract', (language) => {
  describe.skipIf(language === 'Python' && reason !== null)(
    `at a server of a later one ${reason ?? ''}`,
    () => {
      let path = join(import.meta.dirname, 'current-client.ts');
      let generated: GeneratedPackage | null = null;
      beforeAll(async () => {
        if (language === 'TypeScript') return;
        generated = await generatePackage('asyncapi.json');
        path = generated.packages;
      });
      afterAll(() => generated?.remove());

      it('delivers every post with its added fields, and acknowledges all messages', async () => {
        const sent = await laterFrames();
        const server = await startChatServer();
        const reader = await startReader({ language, path }, { url: server.url, token: 'token' });
        const connection = await server.nextConnection();
        const acks = acksOf(connection);
        for (const frame of sent) connection.send(frame);
        await expect.poll(() => acks.at(-1), soon).toBe(6);
        expect(textsOf(reader)).toEqual(['2', '4', '5']);
        expect(valuesOf(reader, 'error')).toEqual([]);
        const [, first] = reader.events;
        expect(first).toMatchObject({ message: { payload: { postedAt: '2026-12-01T00:00:00Z' } } });
      });
    },
  );
});
