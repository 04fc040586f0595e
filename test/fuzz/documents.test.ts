import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { GenerationError } from '../../scripts/posted/contract/generation-error.ts';
import { speak } from '../corpus/conversation.ts';
import { type CorpusDocument, generateDocument } from '../corpus/document.ts';
import { serveDocument } from '../corpus/generic-server.ts';
import { openGenerated, openPlain } from '../corpus/speakers.ts';
import { typeCheck } from '../corpus/type-check.ts';
import { prepareProject, tempFolder } from '../scripts/generator.ts';
import { nastyDocument } from './nasty-documents.ts';
import { sampled } from './sampled.ts';

const seed = Number(process.env.FUZZ_SEED ?? 20_261_123);
const runs = Number(process.env.FUZZ_DOCUMENTS ?? 40);

/** One of so many documents is served. */
const servedShare = 4;

const project = tempFolder();
/** By the number of the document: why it was refused. */
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

/** Resolves with how many messages were spoken. */
async function serve(document: CorpusDocument): Promise<number> {
  const { model, ...rest } = sampled(document, seed);
  const server = await serveDocument(document);
  let spoken = 0;
  try {
    for (const channel of model.channels) {
      for (const open of [openGenerated, openPlain]) {
        spoken += await speak({ document: { model, ...rest }, channel, server, open });
      }
    }
  } finally {
    await server.close();
  }
  return spoken;
}

describe('a document with nasty names and schemas', () => {
  it('is generated from and loads, or is refused', () => {
    expect([...failed].map(([index, thrown]) => `${index}: ${(thrown as Error).stack}`)).toEqual([]);
    expect(refused.size).toBeLessThan(runs * 0.8);
  });

  it('gives code that compiles', () => {
    expect(typeCheck(project)).toBe('');
  });

  it('is served, and speaks with both clients', async () => {
    let spoken = 0;
    const failures: string[] = [];
    for (const [index, document] of [...accepted].filter((_entry, at) => at % servedShare === 0)) {
      try {
        spoken += await serve(document);
      } catch (thrown) {
        failures.push(`${index}: ${(thrown as Error).stack}`);
      }
    }
    expect(failures).toEqual([]);
    expect(spoken).toBeGreaterThan(0);
  });

  it('is refused with a place, a reason and a fix', () => {
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
