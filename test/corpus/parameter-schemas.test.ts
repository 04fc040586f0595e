import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { prepareProject, tempFolder } from '../scripts/generator.ts';
import { type CorpusDocument, generateDocument } from './document.ts';
import { type GenericServer, serveDocument } from './generic-server.ts';

describe('the schemas of parameters of AsyncAPI 2', () => {
  let document: CorpusDocument;
  let server: GenericServer;

  beforeAll(async () => {
    const project = tempFolder();
    prepareProject(project);
    document = await generateDocument(
      join(import.meta.dirname, 'documents/v2-parameters.yaml'),
      project,
      'v2-parameters',
    );
    server = await serveDocument(document);
  });

  afterAll(() => server.close());

  const open = (path: string) => new WebSocket(`ws://127.0.0.1:${server.port}/trades/${path}`);

  it('convert the values of the path', async () => {
    const client = open('btc@15/0.5');
    await once(client, 'open');
    const [channel] = document.model.channels;
    expect(server.connections(channel?.name ?? '').map(({ params }) => params)).toEqual([
      { symbol: 'btc', interval: 15, depth: 0.5 },
    ]);
    client.terminate();
  });

  it.each([
    ['a pattern', 'BTC@15/5'],
    ['a type', 'btc@soon/5'],
    ['an integer', 'btc@1.5/5'],
    ['a bound', 'btc@61/5'],
    ['an enumeration', 'btc@15/7'],
  ])('refuse a path that breaks %s', async (_, path) => {
    const [, response] = await once(open(path), 'unexpected-response');
    expect(response.statusCode).toBe(400);
  });
});
