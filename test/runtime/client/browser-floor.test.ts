import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  bundleForBrowser,
  chromiumNote,
  chromiumSkipped,
  launchChromium,
  servePage,
} from '../../support/chromium.ts';
import { postFrame } from './chat-channel.ts';
import { startChatServer } from './chat-server.ts';
import { soon } from './soon.ts';

/** Removes what became Baseline after 2023, which docs/browsers.md states as the floor. */
function removeNewBuiltIns(): string[] {
  const names = {
    globalThis: [
      'Iterator',
      'Float16Array',
      'Temporal',
      'DisposableStack',
      'AsyncDisposableStack',
      'SuppressedError',
    ],
    'Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()))':
      'drop every filter find flatMap forEach map reduce some take toArray'.split(' '),
    Promise: ['try', 'withResolvers'],
    AbortSignal: ['any'],
    URL: ['parse', 'canParse'],
    Array: ['fromAsync'],
    Object: ['groupBy'],
    Map: ['groupBy'],
    'Map.prototype': ['getOrInsert', 'getOrInsertComputed'],
    'Set.prototype':
      'union intersection difference symmetricDifference isSubsetOf isSupersetOf isDisjointFrom'.split(' '),
    Uint8Array: ['fromBase64', 'fromHex'],
    'Uint8Array.prototype': ['toBase64', 'toHex', 'setFromBase64', 'setFromHex'],
    'ArrayBuffer.prototype': ['transfer', 'transferToFixedLength', 'resize'],
    RegExp: ['escape'],
    Error: ['isError'],
    Math: ['f16round', 'sumPrecise'],
    JSON: ['rawJSON', 'isRawJSON'],
  };
  return Object.entries(names).flatMap(([owner, members]) =>
    members.map((member) => `delete (${owner})[${JSON.stringify(member)}];`),
  );
}

describe.skipIf(chromiumSkipped !== null)(`a browser of 2023${chromiumNote}`, () => {
  it('has everything that the client needs to connect, receive, send, wait and reconnect', async () => {
    const script = await bundleForBrowser(join(import.meta.dirname, 'browser-page.ts'));
    const page = await servePage(`${removeNewBuiltIns().join('')}${script}`);
    onTestFinished(() => page.close());
    const browser = await launchChromium();
    onTestFinished(() => browser.close());
    const tab = await browser.newPage();
    const uncaught: string[] = [];
    tab.on('pageerror', ({ message }) => uncaught.push(message));
    const server = await startChatServer();
    await tab.goto(page.url);
    expect(
      await tab.evaluate(() => ['withResolvers' in Promise, 'any' in AbortSignal, 'map' in new Map().keys()]),
    ).toEqual([false, false, false]);
    await tab.evaluate((url) => globalThis.openPage(url, 100), server.url);
    await tab.evaluate(() => void globalThis.page.read());
    const first = await server.nextConnection();
    first.send(postFrame('one'));
    const messages = () => tab.evaluate(() => globalThis.page.messages);
    await expect.poll(messages, soon).toEqual([{ type: 'post', text: 'one' }]);
    const said = new Promise((resolve) => first.once('message', (data: Buffer) => resolve(data.toString())));
    await tab.evaluate(() => globalThis.page.client.say({ text: 'hello' }));
    expect(await said).toBe('{"type":"say","text":"hello"}');
    first.terminate();
    (await server.nextConnection()).send(postFrame('two'));
    await expect.poll(messages, soon).toHaveLength(2);
    await tab.evaluate(async () => {
      globalThis.page.client.close();
      await globalThis.page.client.closed;
    });
    expect([uncaught, await tab.evaluate(() => globalThis.page.errors)]).toEqual([[], []]);
  });
});
