import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ChannelModel, MessageModel } from '../../scripts/asyncapi/contract-model.ts';
import { closeCodes } from '../../src/contract/close-codes.ts';
import { soon } from '../client/soon.ts';
import { prepareProject, tempFolder } from '../scripts/generator.ts';
import { schemesToSend } from './credentials.ts';
import { type CorpusDocument, generateDocument } from './document.ts';
import { examplesOf } from './examples.ts';
import { type GenericServer, serveDocument } from './generic-server.ts';
import { openGenerated, openPlain, type Speaker, type SpeakerOptions } from './speakers.ts';
import { typeCheck } from './type-check.ts';

const documents = join(import.meta.dirname, 'documents');
const names = readdirSync(documents).filter((file) => /\.(ya?ml|json)$/.test(file));
const project = tempFolder();
const corpus = new Map<string, CorpusDocument>();

beforeAll(async () => {
  prepareProject(project);
  for (const name of names) {
    corpus.set(name, await generateDocument(join(documents, name), project, name.replace(/\.\w+$/, '')));
  }
});

describe('the corpus', () => {
  it('gives code that compiles', () => {
    expect(typeCheck(project)).toBe('');
  });
});

describe.each(names)('%s', (name) => {
  it.each([
    ['the generated client', openGenerated],
    ['a plain client', openPlain],
  ] as const)('speaks every operation with %s', async (_title, open) => {
    const document = corpus.get(name) as CorpusDocument;
    const server = await serveDocument(document);
    let spoken = 0;
    try {
      for (const channel of document.model.channels) {
        spoken += await speak({ document, channel, server, open });
      }
    } finally {
      await server.close();
    }
    expect(spoken).toBeGreaterThan(0);
  });
});

describe('a contract of the corpus', () => {
  it.each(names)('lets nothing out that breaks %s', async (name) => {
    const document = corpus.get(name) as CorpusDocument;
    const server = await serveDocument(document);
    try {
      for (const channel of document.model.channels) {
        for (const { name: operation, action, messages, reply } of channel.operations) {
          if (action === 'receive' || reply !== null) continue;
          for (const { message } of messages) {
            expect(server.publisher(operation, message.name).encode({ broken: Symbol('x') })).toBe(null);
          }
        }
      }
    } finally {
      await server.close();
    }
  });

  it.each(names)('lets nothing in that breaks %s', async (name) => {
    const document = corpus.get(name) as CorpusDocument;
    const server = await serveDocument(document);
    try {
      for (const channel of document.model.channels.filter(({ receive }) => receive.some(isJson))) {
        const [schemes = []] = schemesToSend(channel);
        const options = { document, channel, port: server.port, server: channel.servers[0], schemes };
        const speaker = await openPlain(options);
        speaker.send(channel.receive.find(isJson) as MessageModel, 0.5);
        expect(await speaker.closed).toBe(closeCodes.badMessage.code);
      }
      expect(server.received).toEqual([]);
    } finally {
      await server.close();
    }
  });

  it('refuses a value that is nested more deeply than the stack is, and goes on', async () => {
    const document = corpus.get('schemas.yaml') as CorpusDocument;
    const server = await serveDocument(document);
    const [channel] = document.model.channels as [ChannelModel];
    const options = { document, channel, port: server.port, server: undefined, schemes: [] };
    const speaker = await openPlain(options);
    const depth = 30_000;
    speaker.sendText(`{"is":"tree","children":[],"lists":${'['.repeat(depth)}${']'.repeat(depth)}}`);
    expect(await speaker.closed).toBe(closeCodes.badMessage.code);
    await (await openPlain(options)).close();
    await server.close();
  });
});

function isJson({ encoding }: MessageModel): boolean {
  return encoding === 'json';
}

interface Conversation {
  readonly document: CorpusDocument;
  readonly channel: ChannelModel;
  readonly server: GenericServer;
  readonly open: (options: SpeakerOptions) => Promise<Speaker>;
}

/** Over every server of the contract, with every scheme that suffices. Resolves with how many messages were spoken. */
async function speak({ document, channel, server, open }: Conversation): Promise<number> {
  let spoken = 0;
  for (const place of channel.servers.length === 0 ? [undefined] : channel.servers) {
    for (const schemes of schemesToSend(channel)) {
      const speaker = await open({ document, channel, port: server.port, server: place, schemes });
      for (const operation of channel.operations) {
        spoken += await speakOperation(operation, channel, server, speaker);
      }
      await speaker.close();
      await expect.poll(() => server.connections.get(channel.name), soon).toEqual([]);
    }
  }
  return spoken;
}

async function speakOperation(
  { name, action, messages, reply }: ChannelModel['operations'][number],
  channel: ChannelModel,
  server: GenericServer,
  speaker: Speaker,
): Promise<number> {
  let spoken = 0;
  const open = server.connections.get(channel.name) ?? [];
  await expect.poll(() => open, soon).toHaveLength(1);
  for (const { message } of messages) {
    for (const value of examplesOf(message)) {
      spoken += 1;
      const [heardBefore, receivedBefore] = [speaker.heard.length, server.received.length];
      if (action === 'send' && reply === null) {
        expect(server.publisher(name, message.name)(value, open)).toBe(1);
        await expect.poll(() => speaker.heard.slice(heardBefore), soon).toEqual([value]);
      } else if (action === 'send') {
        const answer = await server.requester(name, message.name)(structuredClone(value), open[0] as never);
        expect(reply).toHaveLength(1);
        expect(answer).toEqual(examplesOf(reply?.[0] as never)[0]);
      } else {
        const answered = reply === null ? speaker.send(message, value) : speaker.ask(name, message, value);
        await expect
          .poll(() => server.received.slice(receivedBefore), soon)
          .toEqual([{ message: message.name, value }]);
        const [answer] = reply ?? [];
        if (answer !== undefined) expect(payloadOf(await answered)).toEqual(examplesOf(answer)[0]);
      }
    }
  }
  return spoken;
}

/** One of several replies comes with its name, from clients that know the contract. */
function payloadOf(answer: unknown): unknown {
  const isNamed = typeof answer === 'object' && answer !== null && 'message' in answer && 'payload' in answer;
  return isNamed ? answer.payload : answer;
}
