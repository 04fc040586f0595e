import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { GenerationError } from '../../scripts/posted/contract/generation-error.ts';
import { openGenerated, openPlain } from '../corpus/clients.ts';
import { converse } from '../corpus/conversation.ts';
import { type CorpusDocument, generateDocument } from '../corpus/document.ts';
import { serveDocument } from '../corpus/generic-server.ts';
import { typeCheck } from '../corpus/type-check.ts';
import { prepareProject, tempFolder } from '../scripts/generator.ts';
import { nastyDocument } from './nasty-documents.ts';
import { sampled } from './sampled.ts';

const seed = Number(process.env.FUZZ_SEED ?? 20_261_123);
const runs = Number(process.env.FUZZ_DOCUMENTS ?? 40);

/** Serving is slow, so only every fourth document is served. */
const servedInterval = 4;

const project = tempFolder();
/** The reasons of refusals, by the index of the document. */
const refused = new Map<number, GenerationError>();
const accepted = new Map<number, CorpusDocument>();
const failed = new Map<number, unknown>();

beforeAll(async () => {
  prepareProject(project);
  mkdirSync(join(project, 'documents'));
  process.stdout.write(`FUZZ_SEED=${seed} FUZZ_DOCUMENTS=${runs}\n`);
  for (const [index, files] of fc.sample(nastyDocument, { seed, numRuns: runs }).entries()) {
    const folder = join(project, 'documents', String(index));
    mkdirSync(folder);
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(folder, name), JSON.stringify(content));
    }
    try {
      const document = await generateDocument(join(folder, 'contract.json'), project, String(index));
      accepted.set(index, document);
    } catch (thrown) {
      if (thrown instanceof GenerationError) refused.set(index, thrown);
      else failed.set(index, thrown);
    }
  }
}, 600_000);

/** Resolves with the number of exchanged messages. */
async function serve(document: CorpusDocument): Promise<number> {
  const { model, ...rest } = sampled(document, seed);
  const server = await serveDocument(document);
  let exchanged = 0;
  try {
    for (const channel of model.channels) {
      for (const open of [openGenerated, openPlain]) {
        exchanged += await converse({ document: { model, ...rest }, channel, server, open });
      }
    }
  } finally {
    await server.close();
  }
  return exchanged;
}

describe('a document with nasty names and schemas', () => {
  it('yields code that loads, or is refused', () => {
    expect([...failed].map(([index, thrown]) => `${index}: ${(thrown as Error).stack}`)).toEqual([]);
    expect(refused.size).toBeLessThan(runs * 0.8);
  });

  it('yields code that compiles', () => {
    expect(typeCheck(project)).toBe('');
  });

  it('is served, and exchanges messages with both clients', async () => {
    let exchanged = 0;
    const failures: string[] = [];
    for (const [index, document] of [...accepted].filter((_entry, at) => at % servedInterval === 0)) {
      try {
        exchanged += await serve(document);
      } catch (thrown) {
        failures.push(`${index}: ${(thrown as Error).stack}`);
      }
    }
    expect(failures).toEqual([]);
    expect(exchanged).toBeGreaterThan(0);
  });

  it('is refused with a position, a reason and a fix', () => {
    for (const { problems } of refused.values()) {
      expect(problems.length).toBeGreaterThan(0);
      for (const { line, what, fix } of problems) {
        expect(line).toBeGreaterThan(0);
        expect(what).toMatch(/\w/);
        expect(fix).toMatch(/\w/);
      }
    }
  });
});
