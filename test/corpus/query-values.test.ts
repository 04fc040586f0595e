import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { prepareProject, tempFolder } from '../scripts/generator.ts';
import { openGenerated } from './clients.ts';
import { type CorpusDocument, generateDocument } from './document.ts';
import { type GenericServer, serveDocument } from './generic-server.ts';

describe('the query of a handshake', () => {
  let document: CorpusDocument;
  let server: GenericServer;

  beforeAll(async () => {
    const project = tempFolder();
    prepareProject(project);
    const file = join(import.meta.dirname, 'documents/query-values.yaml');
    document = await generateDocument(file, project, 'query-values');
    server = await serveDocument(document);
  });
  afterAll(() => server.close());

  /** Opens a connection, and returns what its server has read of its query. */
  async function queryOf(query: string): Promise<unknown> {
    const client = new WebSocket(`ws://127.0.0.1:${server.port}/market?${query}`);
    onTestFinished(() => client.terminate());
    await once(client, 'open');
    return { ...server.connections('market').at(-1)?.query };
  }

  it.each([
    [
      'lists, one parameter for each element',
      'symbols=BTC&symbols=ETH&depth=5&depth=10&limit=all&side=false',
      { symbols: ['BTC', 'ETH'], depth: [5, 10], limit: 'all', side: false },
    ],
    [
      'a list of one element',
      'symbols=BTC&depth=5&limit=20&side=&level=2',
      { symbols: ['BTC'], depth: [5], limit: 20, side: null, level: 2 },
    ],
  ])('has %s', async (_, query, expected) => {
    expect(await queryOf(query)).toEqual(expected);
  });

  it.each([
    ['an element that breaks its schema', 'symbols=BTC&symbols=eth&depth=5&limit=1&side=true'],
    ['an element that is not a decimal number', 'symbols=BTC&depth=0x5&limit=1&side=true'],
    ['a value of no alternative', 'symbols=BTC&depth=5&limit=some&side=true'],
    ['a value that is not in an untyped enum', 'symbols=BTC&depth=5&limit=1&side=true&level=3'],
    ['a list where one value is allowed', 'symbols=BTC&depth=5&limit=1&limit=2&side=true'],
  ])('is refused for %s', async (_, query) => {
    const client = new WebSocket(`ws://127.0.0.1:${server.port}/market?${query}`);
    const [, response] = await once(client, 'unexpected-response');
    expect(response.statusCode).toBe(400);
  });

  it('is sent by the generated client with each element of a list', async () => {
    const [channel] = document.model.channels;
    if (channel === undefined) throw new Error('The document has no channel.');
    const client = await openGenerated({
      document,
      channel,
      port: server.port,
      server: undefined,
      schemes: [],
    });
    const read = server.connections('market').at(-1)?.query;
    expect({ ...read }).toEqual({ symbols: ['BTC', 'ETH'], depth: [5], limit: 20, side: true });
    await client.close();
  });
});
