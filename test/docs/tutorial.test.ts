import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../scripts/dev/services/free-port.ts';
import { posted, tempFolder } from '../scripts/generator.ts';
import { findExample, readPage, root } from './examples.ts';
import { TutorialReader } from './tutorial-reader.ts';

const folder = tempFolder();
const project = join(folder, 'my-app');
const durableProject = join(folder, 'my-durable-app');

/** The sections that have code blocks. Each continues with the files of those before. */
const sections = readPage('docs/tutorial.md')
  .split(/^## /m)
  .map((text) => ({
    title: text.slice(0, text.indexOf('\n')),
    blocks: [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language = '', code = '']) => ({
      language,
      code,
    })),
  }))
  .filter(({ blocks }) => blocks.length > 0);

beforeAll(async () => {
  for (const args of [[project], [durableProject, '--durable']] as const) {
    const { code, stderr } = await posted('init', ...args);
    if (code !== 0) throw new Error(stderr);
    symlinkSync(join(root, 'node_modules'), join(args[0], 'node_modules'));
  }
});

describe('docs/reference.md', () => {
  it('shows the handlers that are generated for the auction', () => {
    const generated = readFileSync(join(project, 'generated/asyncapi/handlers.ts'), 'utf8');
    const withoutPreamble = generated.slice(generated.indexOf('\nimport ') + 1);
    expect(findExample('docs/reference.md', 'ts', 'interface AuctionHandlers')).toBe(withoutPreamble);
  });
});

describe('docs/tutorial.md', () => {
  it.each(sections)('can be followed in "$title"', async ({ title, blocks }) => {
    const used = title === 'Bids that survive' ? durableProject : project;
    const reader = new TutorialReader(used, await freePort());
    await expect(reader.follow(blocks)).resolves.toBeUndefined();
  });
});
