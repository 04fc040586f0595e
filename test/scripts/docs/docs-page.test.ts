import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page as Tab } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { generateDocs } from '../../../scripts/posted/docs/generate-docs.ts';
import { chromiumNote, chromiumSkipped, launchChromium } from '../../support/chromium.ts';
import { startFeed } from '../../support/feed-server.ts';
import { hostileAsyncapi, hostileOpenapi } from './hostile.ts';

const root = join(import.meta.dirname, '../../..');

const served = [
  ['/docs', 'text/html; charset=utf-8', 'generated/docs/index.html'],
  ['/docs/', 'text/html; charset=utf-8', 'generated/docs/index.html'],
  ['/docs/page.css', 'text/css; charset=utf-8', 'generated/docs/page.css'],
  ['/docs/react-component.css', 'text/css; charset=utf-8', 'generated/docs/react-component.css'],
  ['/docs/icon.svg', 'image/svg+xml', 'generated/docs/icon.svg'],
  ['/docs/asyncapi.json', 'application/json', 'generated/docs/asyncapi.json.txt'],
  ['/docs/openapi.yaml', 'application/yaml', 'openapi.yaml'],
] as const;

describe('the documentation of the feed server', () => {
  it.each(served)('is served at %s', async (path, contentType, file) => {
    const { url } = await startFeed();
    const response = await fetch(`${url}${path}`, { redirect: 'error' });
    const { headers } = response;
    expect(response.status).toBe(200);
    expect(headers.get('content-type')).toBe(contentType);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('content-security-policy')).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    const body = Buffer.from(await response.arrayBuffer());
    // Without a trailing slash, relative links resolve against the parent of /docs.
    const own = path === '/docs' ? Buffer.from(body.toString().replaceAll('href="docs/', 'href="./')) : body;
    expect(own.equals(readFileSync(join(root, file)))).toBe(true);

    const head = await fetch(`${url}${path}`, { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
      200,
      contentType,
      '',
    ]);

    const etag = headers.get('etag') ?? '';
    const again = (tags: string) => fetch(`${url}${path}`, { headers: { 'If-None-Match': tags } });
    const unchanged = await again(`"other", W/${etag}`);
    expect([unchanged.status, unchanged.headers.get('etag'), await unchanged.text()]).toEqual([
      304,
      etag,
      '',
    ]);
    expect((await again('"other"')).status).toBe(200);
    expect((await fetch(`${url}${path}`, { method: 'POST' })).status).toBe(405);
  });
});

/** Records the requests and console messages of a page. */
function record(tab: Tab): { readonly requests: string[]; readonly messages: string[] } {
  const [requests, messages]: [string[], string[]] = [[], []];
  tab.on('request', (request) => requests.push(request.url()));
  tab.on('console', (message) => messages.push(message.text()));
  tab.on('pageerror', (error) => messages.push(error.message));
  return { requests, messages };
}

describe.skipIf(chromiumSkipped !== null)(`the page in a browser${chromiumNote}`, () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'posted-docs-'));

  beforeAll(async () => {
    browser = await launchChromium();
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function newTab(width = 1280): Promise<Tab> {
    const tab = await browser.newPage({ viewport: { width, height: 800 } });
    onTestFinished(() => tab.close());
    return tab;
  }

  it.each(['/docs', '/docs/'])(
    'shows both contracts at %s and requests nothing from other hosts',
    async (path) => {
      const { url } = await startFeed();
      const tab = await newTab();
      const seen = record(tab);
      await tab.goto(`${url}${path}`, { waitUntil: 'networkidle' });
      expect(await tab.title()).toBe('Posted feed');
      for (const text of [
        '/post/feed/posted',
        '/user/register',
        'The swallows are back.',
        'IdempotencyKey',
      ]) {
        expect(await tab.getByText(text).first().isVisible()).toBe(true);
      }
      expect(seen.messages).toEqual([]);
      const files = ['/docs/icon.svg', '/docs/page.css', '/docs/react-component.css'];
      expect(
        seen.requests.filter((requested) => ![path, ...files].includes(requested.slice(url.length))),
      ).toEqual([]);
      expect(await tab.evaluate(() => document.compatMode)).toBe('CSS1Compat');
      const documents = await tab.$$eval('.docs-info a[href$="json"], .docs-info a[href$="yaml"]', (links) =>
        links.map((link) => (link as HTMLAnchorElement).href),
      );
      expect(documents).toEqual([`${url}/docs/asyncapi.json`, `${url}/docs/openapi.yaml`]);
    },
  );

  it('has a target for each of its links, and unique ids', async () => {
    const { url } = await startFeed();
    const tab = await newTab();
    await tab.goto(`${url}/docs`);
    const { dead, repeated } = await tab.evaluate(() => {
      const links = [...document.querySelectorAll<HTMLAnchorElement>('a[href^="#"]')];
      const ids = [...document.querySelectorAll('[id^="rest"], [id^="schema-"], nav, main')].map(
        ({ id }) => id,
      );
      return {
        dead: links.filter(({ hash }) => document.getElementById(decodeURIComponent(hash.slice(1))) === null)
          .length,
        repeated: ids.filter((id, index) => id !== '' && ids.indexOf(id) !== index),
      };
    });
    expect({ dead, repeated }).toEqual({ dead: 0, repeated: [] });
    await tab.getByRole('navigation').getByText('/post/create').click();
    expect(await tab.evaluate(() => document.querySelector(':target h4')?.textContent)).toBe(
      'POST /post/create',
    );
  });

  it('fits on a phone and hides nothing', async () => {
    const { url } = await startFeed();
    const tab = await newTab(360);
    await tab.goto(`${url}/docs`);
    expect(await tab.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
    expect(await tab.locator('button').count()).toBe(0);
    expect(
      await tab.locator('.hidden').evaluateAll((all) => all.filter((one) => !one.checkVisibility()).length),
    ).toBe(0);
  });

  it("is inert for hostile documents, even without the server's content security policy", async () => {
    await generateDocs(
      {
        asyncapi: { file: 'hostile.json', value: hostileAsyncapi },
        openapi: { file: 'hostile.yaml', value: hostileOpenapi },
        title: hostileAsyncapi.info.title,
      },
      folder,
    );
    const tab = await newTab();
    const seen = record(tab);
    await tab.goto(pathToFileURL(join(folder, 'index.html')).href, { waitUntil: 'networkidle' });
    for (const link of await tab.locator('a[href^="javascript:" i]').all()) await link.click();
    expect(await tab.evaluate(() => Reflect.get(globalThis, 'ran'))).toBeUndefined();
    const folderUrl = pathToFileURL(`${folder}/`).href;
    expect(seen.requests.filter((requested) => !requested.startsWith(folderUrl))).toEqual([]);
    const foreign =
      '.fixed, script, style, iframe, img, svg, form, button, input, [style], [onload], [onclick], [onerror]';
    expect(await tab.locator(foreign).count()).toBe(0);
    expect(await tab.locator('#content').count()).toBe(1);
    expect(await tab.getByText('bold', { exact: true }).first().isVisible()).toBe(true);
  });
});
