import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ChannelModel } from '../../scripts/posted/asyncapi/contract-model.ts';
import { InvalidMessageError } from '../../src/runtime/server/handlers.ts';
import { closeCodes } from '../../src/runtime/shared/close-codes.ts';
import { prepareProject, tempFolder } from '../scripts/generator.ts';
import { openGenerated, openPlain } from './clients.ts';
import { converse } from './conversation.ts';
import { schemesToSend } from './credentials.ts';
import { type CorpusDocument, generateDocument } from './document.ts';
import { serveDocument } from './generic-server.ts';
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
  it('generates code that compiles', () => {
    expect(typeCheck(project)).toBe('');
  });
});

describe.each(names)('%s', (name) => {
  it.each([
    ['the generated client', openGenerated],
    ['a plain client', openPlain],
  ] as const)('exchanges the messages of every operation with %s', async (_title, open) => {
    const document = corpus.get(name) as CorpusDocument;
    const server = await serveDocument(document);
    let exchanged = 0;
    try {
      for (const channel of document.model.channels) {
        exchanged += await converse({ document, channel, server, open });
      }
    } finally {
      await server.close();
    }
    expect(exchanged).toBeGreaterThan(0);
  });
});

describe('a contract of the corpus', () => {
  it.each(names)('%s: the server sends no message that breaks the contract', async (name) => {
    const document = corpus.get(name) as CorpusDocument;
    const server = await serveDocument(document);
    try {
      for (const channel of document.model.channels) {
        for (const { action, messages, reply } of channel.operations) {
          if (action === 'receive' || reply !== null) continue;
          for (const { message } of messages) {
            const encode = () => server.encode(channel.name, message, [Symbol('broken')]);
            expect(encode).toThrow(InvalidMessageError);
          }
        }
      }
    } finally {
      await server.close();
    }
  });

  it.each(names)('%s: the server accepts no message that breaks the contract', async (name) => {
    const document = corpus.get(name) as CorpusDocument;
    const server = await serveDocument(document);
    try {
      for (const channel of document.model.channels.filter(closesOnInvalidJson)) {
        const [schemes = []] = schemesToSend(channel);
        const options = { document, channel, port: server.port, server: channel.servers[0], schemes };
        const client = await openPlain(options);
        client.sendText('0.5');
        expect(await client.closed).toBe(closeCodes.badMessage.code);
      }
      expect(server.received).toEqual([]);
    } finally {
      await server.close();
    }
  });

  it('refuses a value nested deeply enough to overflow the stack, and keeps running', async () => {
    const document = corpus.get('schemas.yaml') as CorpusDocument;
    const server = await serveDocument(document);
    const [channel] = document.model.channels as [ChannelModel];
    const options = { document, channel, port: server.port, server: undefined, schemes: [] };
    const client = await openPlain(options);
    const depth = 30_000;
    client.sendText(`{"is":"tree","children":[],"lists":${'['.repeat(depth)}${']'.repeat(depth)}}`);
    expect(await client.closed).toBe(closeCodes.badMessage.code);
    await (await openPlain(options)).close();
    await server.close();
  });
});

/** The only message that a channel receives is identified even if it is invalid, and then a request is answered. */
function closesOnInvalidJson({ receive, operations }: ChannelModel): boolean {
  const requests = operations.filter(({ action, reply }) => action === 'receive' && reply !== null);
  return receive.some(({ encoding }) => encoding === 'json') && (receive.length > 1 || requests.length === 0);
}
