import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { limitsText } from '../../../scripts/posted/docs/limits-text.ts';
import { generate, tempFolder } from '../generator.ts';

const folder = tempFolder();
const market = 'test/runtime/limits/market';

it('the page of a contract shows the limits of channels, operations and messages', async () => {
  const documents = [`${market}/market.yaml`, '--openapi', `${market}/market-rest.yaml`];
  await generate(...documents, '--out', join(folder, 'generated'), '--targets', 'docs');
  const page = readFileSync(join(folder, 'generated/docs/index.html'), 'utf8');
  const shown = [...page.matchAll(/<p class="docs-limits">([^<]*)<\/p>/g)].map(([, text]) => text);
  expect(new Set(shown)).toEqual(
    new Set([
      'Limits: 40 in 600 s per address.',
      'Limits: 3 in 600 s per user, and 30 in 600 s per address.',
      'Limits: 2 in 600 s per user (up to 4 at once).',
      'Limits: 1 in 600 s per user.',
      'Limits: 3 in 600 s per address.',
      'Limits: 2 in 600 s per user, and 100 in 600 s per address.',
    ]),
  );
});

it.each([undefined, true, []])('a document whose limits are %j shows none', (limits) => {
  expect(limitsText(limits)).toBeNull();
});
