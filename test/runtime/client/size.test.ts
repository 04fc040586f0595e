import { join } from 'node:path';
import { expect, it } from 'vitest';
import { measureSize } from '../../../bench/sizes/measure-size.ts';

/** The page that `bench/sizes.ts` compares with those of other clients. */
const page = join(import.meta.dirname, '../../../bench/sizes/pages/posted.ts');

/** Parts that the page of the feed loads on demand, or never. */
const others = [
  'src/runtime/client/event-stream-socket.ts',
  'src/runtime/client/exchanging.ts',
  'src/runtime/client/renewal.ts',
  'src/runtime/client/sending.ts',
  'src/runtime/client/tabs/',
  'src/runtime/react/',
  'src/runtime/rest-client/',
  'generated/asyncapi/validators.ts',
  'node_modules/',
];

it('loads at most 16.2 KB at once to follow the feed, minified and gzipped, and nothing that it may never need', async () => {
  const { initial, onDemand, modules } = await measureSize(page);
  const names = [...modules.keys()];
  expect(names).toContain('src/runtime/client/channel-client.ts');
  expect(names.filter((name) => others.some((other) => name.startsWith(other)))).toEqual([]);
  expect(initial.gzip).toBeLessThanOrEqual(16_200);
  expect(onDemand.gzip).toBeGreaterThan(0);
});
