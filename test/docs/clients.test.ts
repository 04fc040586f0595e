import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { reason as noPython, pythonPath } from '../python/python.ts';
import { prepareProject, tempFolder, typeCheck } from '../scripts/generator.ts';
import {
  bundleForBrowser,
  chromiumNote,
  chromiumSkipped,
  launchChromium,
  servePage,
} from '../support/chromium.ts';
import { registerUser, startFeed } from '../support/feed-server.ts';
import { adapt, findExample, readUntil, root, start } from './examples.ts';

const url = 'ws://localhost:8080';
const nodeExample = findExample('docs/client.md', 'ts', 'for await');
const browserExample = findExample('docs/browsers.md', 'ts', 'localStorageCursor');
const reactExample = findExample('docs/browsers.md', 'tsx', 'useChannel');
const bareExample = findExample('docs/browsers.md', 'js', 'new WebSocket');
const pythonExample = findExample('docs/python.md', 'python', 'asyncio.run');
const restExample = findExample('docs/rest-client.md', 'ts', 'isErrorOf');
const pythonRestExample = findExample('docs/python.md', 'python', 'RestClient');
const declareToken = "const token = process.env.TOKEN ?? '';\n";

const project = tempFolder();

beforeAll(() => {
  prepareProject(project);
  symlinkSync(join(root, 'generated'), join(project, 'generated'));
  // The check of types in the first test includes it.
  writeFileSync(join(project, 'rest.ts'), declareToken + restExample);
  writeFileSync(join(project, 'feed.tsx'), reactExample);
});

/** Starts a feed server with one user, who posts until the test ends: no example says when it is connected. */
async function startPosting() {
  const { url: httpUrl, socketUrl } = await startFeed();
  const ada = await registerUser(httpUrl);
  const stop = new AbortController();
  const posting = postUntil(stop.signal, () => ada.post('Hello'));
  onTestFinished(async () => {
    stop.abort();
    await posting;
  });
  return { socketUrl, token: ada.token };
}

async function postUntil(stopped: AbortSignal, post: () => Promise<unknown>): Promise<void> {
  while (!stopped.aborted) {
    await post();
    await wait(100);
  }
}

describe('the client examples', () => {
  it('receive posts in Node', async () => {
    writeFileSync(join(project, 'client.ts'), declareToken + nodeExample);
    expect(await typeCheck(project)).toBe('');
    const { socketUrl, token } = await startPosting();
    writeFileSync(join(project, 'client.ts'), declareToken + adapt(nodeExample, url, socketUrl));
    const running = start(process.execPath, ['client.ts'], { cwd: project, env: { TOKEN: token } });
    expect(await readUntil(running, '\n')).toMatch(/^(Hello\n)+$/);
  });

  it('post over REST, and narrow an error', async () => {
    const { url: httpUrl } = await startFeed();
    const { token } = await registerUser(httpUrl);
    writeFileSync(
      join(project, 'rest.ts'),
      declareToken + adapt(restExample, 'http://localhost:8080', httpUrl),
    );
    const running = start(process.execPath, ['rest.ts'], { cwd: project, env: { TOKEN: token } });
    expect(await readUntil(running, 'invalid_request')).toBe('Hello\n400 invalid_request\n');
  });

  it('receive posts with the version for browsers', async () => {
    const { socketUrl, token } = await startPosting();
    writeFileSync(join(project, 'page.ts'), declareToken + adapt(browserExample, url, socketUrl));
    const browser = ['--conditions=browser', '--experimental-webstorage', '--localstorage-file=storage'];
    const args = ['--no-warnings', ...browser, 'page.ts'];
    const running = start(process.execPath, args, { cwd: project, env: { TOKEN: token } });
    // Posts go on until it is killed.
    expect(await readUntil(running, 'Hello')).toMatch(/^open\n(Hello\n)+$/);
  });

  it.skipIf(chromiumSkipped !== null)(`show posts with React in Chromium${chromiumNote}`, async () => {
    const { socketUrl, token } = await startPosting();
    writeFileSync(join(project, 'feed.tsx'), adapt(reactExample, url, socketUrl));
    const props = JSON.stringify({ token });
    writeFileSync(
      join(project, 'feed-page.js'),
      `import { createElement } from 'react';
       import { createRoot } from 'react-dom/client';
       import { Feed } from './feed.tsx';
       const root = document.documentElement.appendChild(document.createElement('main'));
       createRoot(root).render(createElement(Feed, ${props}));`,
    );
    const page = await servePage(await bundleForBrowser(join(project, 'feed-page.js')));
    onTestFinished(() => page.close());
    const browser = await launchChromium();
    onTestFinished(() => browser.close());
    const tab = await browser.newPage();
    await tab.goto(page.url);
    await expect.poll(() => tab.textContent('p'), { timeout: 10_000 }).toMatch(/^open, Hello/);
  });

  it('connect without the client', async () => {
    const { socketUrl, token } = await startPosting();
    const print = ".addEventListener('message', ({ data }) => console.log(data));\n";
    const script = adapt(bareExample, url, socketUrl).trimEnd().replace(/;$/, print);
    writeFileSync(join(project, 'bare.js'), declareToken + script);
    const running = start(process.execPath, ['bare.js'], { cwd: project, env: { TOKEN: token } });
    expect(await readUntil(running, '\n')).toContain('"postText":"Hello"');
  });

  it.skipIf(noPython !== null)(`receive posts in Python ${noPython ?? ''}`, async () => {
    const { socketUrl, token } = await startPosting();
    const env = { PYTHONPATH: join(root, 'generated/python'), PYTHONDONTWRITEBYTECODE: '1' };
    const args = ['-c', pythonExample, socketUrl, token];
    expect(await readUntil(start(pythonPath(), args, { cwd: project, env }), '\n')).toBe('Hello\n');
    const rest = ['-c', pythonRestExample, socketUrl, token];
    const printed = await readUntil(start(pythonPath(), rest, { cwd: project, env }), 'refused');
    expect(printed).toBe('Hello\n400 refused\n');
  });
});

describe('docs/feed-server.md', () => {
  it('registers, logs in, connects and posts', async () => {
    const script = findExample('docs/feed-server.md', 'sh', '/post/create');
    const { url: httpUrl } = await startFeed();
    const gauge = 'posted_websocket_connections{channel="postFeedPosted"} 1';
    // Two seconds may be too few on a busy machine.
    const connected = `until curl -s ${httpUrl}/metrics | grep -q '${gauge}'; do sleep 0.1; done`;
    const adapted = adapt(script, 'sleep 2', connected);
    const commands = adapt(adapted, 'localhost:8080', new URL(httpUrl).host);
    const running = start('bash', ['-euo', 'pipefail', '-c', `${commands}\nwait`], { cwd: root });
    expect(await readUntil(running, 'Hello from Posted')).toMatch(
      /\{"type":"post","payload":\{"postId":"[^"]+","postText":"Hello from Posted"/,
    );
  });
});
