import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { GenerationError } from '../../scripts/contract/problem.ts';
import { generateDocument } from '../corpus/document.ts';
import { typeCheck } from '../corpus/type-check.ts';
import { prepareProject, tempFolder } from '../scripts/generator.ts';
import { nastyDocument } from './nasty-documents.ts';

const seed = Number(process.env.FUZZ_SEED ?? 20_261_123);
const runs = Number(process.env.FUZZ_DOCUMENTS ?? 120);

const project = tempFolder();
/** By the number of the document: why it was refused. */
const refused = new Map<number, GenerationError>();
const failed = new Map<number, unknown>();

beforeAll(async () => {
  prepareProject(project);
  mkdirSync(join(project, 'documents'));
  process.stdout.write(`FUZZ_SEED=${seed} FUZZ_DOCUMENTS=${runs}\n`);
  for (const [index, document] of fc.sample(nastyDocument, { seed, numRuns: runs }).entries()) {
    const file = join(project, `documents/${index}.json`);
    writeFileSync(file, JSON.stringify(document));
    try {
      await generateDocument(file, project, String(index));
    } catch (thrown) {
      if (thrown instanceof GenerationError) refused.set(index, thrown);
      else failed.set(index, thrown);
    }
  }
}, 600_000);

describe('a document with nasty names and schemas', () => {
  it('is generated from and loads, or is refused', () => {
    expect([...failed].map(([index, thrown]) => `${index}: ${(thrown as Error).stack}`)).toEqual([]);
    expect(refused.size).toBeLessThan(runs * 0.8);
  });

  it('gives code that compiles', () => {
    expect(typeCheck(project)).toBe('');
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
