import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bundleForBrowser, chromiumNote, chromiumSkipped, launchChromium } from '../../support/chromium.ts';
import { startRestServer } from './rest-server.ts';

const pageScript = join(import.meta.dirname, 'rest-page.ts');

it('is at most 5.7 KB with the operations of the feed server, minified and gzipped', async () => {
  const build = await rolldown({ input: pageScript, platform: 'browser', logLevel: 'silent' });
  const { output } = await build.generate({ format: 'esm', minify: true });
  await build.close();
  expect(gzipSync(output[0].code).length).toBeLessThanOrEqual(5_700);
});

describe.skipIf(chromiumSkipped !== null)(`the REST client in a browser${chromiumNote}`, () => {
  it('works without what Baseline does not call widely available, and outside of secure contexts', async () => {
    const script = await bundleForBrowser(pageScript);
    const body = { message: 'no', request_id: 'r1', code: 'invalid_request' };
    const server = await startRestServer(
      (response) =>
        response
          .setHeader('Content-Type', 'text/html')
          .end(`<link rel="icon" href="data:,"><script>${script}</script>`),
      [401, { ...body, code: 'unauthorized' }],
      (response) => void response.socket?.destroy(),
      [200, 'the id'],
      [400, body],
    );
    const browser = await launchChromium();
    onTestFinished(() => browser.close());
    const tab = await browser.newPage();
    const failures: string[] = [];
    tab.on('pageerror', ({ message }) => void failures.push(message));
    await tab.addInitScript(() => {
      const newer: [object, string[]][] = [
        [AbortSignal, ['any', 'timeout']],
        [Promise, ['try', 'withResolvers']],
        [Crypto.prototype, ['randomUUID']],
        [Array, ['fromAsync']],
        [Array.prototype, ['toSorted', 'toReversed', 'with']],
        [Iterator.prototype, ['map', 'filter', 'toArray', 'flatMap', 'forEach', 'find', 'some', 'every']],
        [Object, ['groupBy']],
        [String.prototype, ['isWellFormed', 'toWellFormed']],
        [URL, ['parse', 'canParse']],
        [ReadableStream.prototype, ['values', Symbol.asyncIterator as unknown as string]],
      ];
      for (const [target, names] of newer) for (const name of names) Reflect.deleteProperty(target, name);
    });
    await tab.goto(`${server.url}/`);
    // The token is the same again, so the refusal stands.
    expect(await tab.evaluate(() => globalThis.postFromPage('token', 'Hello'))).toBe('unauthorized');
    expect(await tab.evaluate(() => globalThis.postFromPage('token', 'Hello'))).toBe('the id');
    expect(await tab.evaluate(() => globalThis.postFromPage('token', ''))).toBe('invalid_request');
    const sent = server.requests.slice(2, 4).map(({ headers }) => headers['idempotency-key']);
    expect(sent[0]).toEqual(sent[1]);
    expect(sent[0]).toEqual(expect.any(String));
    expect(failures).toEqual([]);
  });
});
