import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium } from 'playwright-core';
import { rolldown } from 'rolldown';
import { requireService } from './services.ts';

export const chromiumPath = '/usr/bin/chromium';

/** Why tests in a browser are skipped; null if they are not. */
export const chromiumSkipped = requireService('chromium', existsSync(chromiumPath));

/** The same, as the end of a title. */
export const chromiumNote = chromiumSkipped === null ? '' : ` (${chromiumSkipped})`;

/** A file and what it imports as one script for a page, as users bundle it, with expressions replaced as in `define`. */
export async function bundleForBrowser(
  input: string,
  define: Readonly<Record<string, string>> = {},
): Promise<string> {
  const build = await rolldown({
    input,
    platform: 'browser',
    resolve: { conditionNames: ['browser', 'import', 'default'] },
    transform: { define },
    logLevel: 'silent',
  });
  const { output } = await build.generate({ format: 'iife', codeSplitting: false });
  await build.close();
  return output[0].code;
}

/** The same as modules that a page loads, as users bundle it: by name, the first of which loads the others. */
export async function chunksForBrowser(input: string): Promise<ReadonlyMap<string, string>> {
  const build = await rolldown({
    input,
    platform: 'browser',
    resolve: { conditionNames: ['browser', 'import', 'default'] },
    logLevel: 'silent',
  });
  const { output } = await build.generate({ format: 'esm', chunkFileNames: '[name].js' });
  await build.close();
  return new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file.code]] : [])));
}

/** Serves one page that runs `script`. */
export async function servePage(script: string): Promise<{ readonly url: string; close(): void }> {
  return await serveFiles(`<script>${script}</script>`, new Map());
}

/** Serves one page that loads the first of the modules, which load the others. */
export async function serveChunks(
  chunks: ReadonlyMap<string, string>,
): Promise<{ readonly url: string; close(): void }> {
  const [entry] = chunks.keys();
  return await serveFiles(`<script type="module" src="/${entry}"></script>`, chunks);
}

async function serveFiles(body: string, scripts: ReadonlyMap<string, string>) {
  const server = createServer(({ url = '' }, response) => {
    const script = scripts.get(url.slice(1));
    response.setHeader('Content-Type', script === undefined ? 'text/html' : 'text/javascript');
    response.end(script ?? `<!doctype html><title>page</title>${body}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => void server.close() };
}

export const chromiumArguments: readonly string[] = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function launchChromium(): Promise<Browser> {
  return await chromium.launch({ executablePath: chromiumPath, args: [...chromiumArguments] });
}
