import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GenerationError } from '../../scripts/posted/contract/generation-error.ts';
import { prepareProject, typeCheck } from '../scripts/generator.ts';
import { type GeneratedDocument, generateDocument } from './generate-document.ts';
import { speak } from './speak.ts';

export interface Attempt {
  readonly name: string;
  readonly operations: number;
  /** The operations that the generated client has called at the generated server. */
  readonly spoken: number;
  /** Why the document is not accepted; empty if it is. */
  readonly obstacles: readonly string[];
}

/** Generates code from each OpenAPI document of a folder, type-checks and serves it, and calls every operation. */
export async function tryDocuments(folder: string): Promise<readonly Attempt[]> {
  const project = mkdtempSync(join(tmpdir(), 'posted-openapi-'));
  try {
    prepareProject(project);
    mkdirSync(join(project, 'generated'));
    const attempts: Attempt[] = [];
    for (const name of readdirSync(folder).filter((file) => /\.(?:json|ya?ml)$/.test(file))) {
      attempts.push(await tryDocument(name, join(folder, name), join(project, 'generated', name)));
    }
    const errors = (await typeCheck(project)).split('\n');
    return attempts.map((attempt) => ({
      ...attempt,
      obstacles: [
        ...attempt.obstacles,
        ...errors.filter((error) => error.includes(`generated/${attempt.name}/`)),
      ],
    }));
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

async function tryDocument(name: string, file: string, out: string): Promise<Attempt> {
  let document: GeneratedDocument;
  try {
    document = await generateDocument(file, out);
  } catch (thrown) {
    if (!(thrown instanceof GenerationError)) throw thrown;
    return { name, operations: 0, spoken: 0, obstacles: thrown.message.split('\n') };
  }
  const { spoken, problems } = await speak(document.loaded, document);
  return {
    name,
    operations: document.loaded.model.operations.length,
    spoken: spoken.length,
    obstacles: problems,
  };
}

/** A table with a line for each document, and how many were accepted. */
export function renderAttempts(attempts: readonly Attempt[]): string {
  const accepted = attempts.filter(({ obstacles }) => obstacles.length === 0).length;
  const rows = attempts.map(({ name, operations, spoken, obstacles: [obstacle = '', ...more] }) => {
    const outcome = obstacle === '' ? `accepted: ${spoken} of ${operations} operations called` : obstacle;
    return `| ${name} | ${outcome}${more.length === 0 ? '' : ` (and ${more.length} more)`} |`;
  });
  return [
    '| document | outcome |',
    '| --- | --- |',
    ...rows,
    '',
    `${accepted} of ${attempts.length} accepted`,
  ].join('\n');
}
