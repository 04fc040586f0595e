import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Mount } from '../rest/app.ts';
import { errorCode } from '../shared/errors.ts';

/** Allows only files next to the page, and no scripts. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const html = 'text/html; charset=utf-8';

/** The files that `posted generate --targets docs` writes next to the page. */
const assets = {
  'page.css': 'text/css; charset=utf-8',
  'react-component.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
} as const;

export interface DocsOptions {
  /** The folder that `posted generate --targets docs` wrote. */
  readonly folder: string;
  /**
   * The paths of the contracts. Each is served next to the page, under its file name. For a contract with `x-delivery`,
   * this is the complete document, which `posted generate` has written into the folder.
   */
  readonly documents: readonly string[];
}

/**
 * Mounts for the documentation page and the contracts that it describes, by path. All files are read once, here.
 *
 * @throws Error if a file cannot be read
 */
export async function createDocs({
  folder,
  documents,
}: DocsOptions): Promise<Readonly<Record<string, Mount>>> {
  const page = (await read(join(folder, 'index.html'))).toString();
  const mounts: Record<string, Mount> = {
    // The page's links are relative to its folder, and /docs without a slash is not that folder.
    '/docs': file(page.replaceAll(' href="./', ' href="docs/'), html),
    '/docs/': file(page, html),
  };
  for (const [name, contentType] of Object.entries(assets)) {
    mounts[`/docs/${name}`] = file(await read(join(folder, name)), contentType);
  }
  for (const path of documents) {
    const contentType = /\.ya?ml$/.test(path) ? 'application/yaml' : 'application/json';
    const expanded = join(folder, `${basename(path)}.txt`);
    mounts[`/docs/${basename(path)}`] = file(await read(existsSync(expanded) ? expanded : path), contentType);
  }
  return mounts;
}

async function read(path: string): Promise<Buffer<ArrayBuffer>> {
  try {
    return await readFile(path);
  } catch (cause) {
    const message = `cannot read ${path} (${errorCode(cause)}): restore it, or run \`npm run generate\`.`;
    throw new Error(message, { cause });
  }
}

function file(body: string | Buffer<ArrayBuffer>, contentType: string): Mount {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  const headers = {
    'Content-Type': contentType,
    'Content-Security-Policy': contentSecurityPolicy,
    'Referrer-Policy': 'no-referrer',
    // Cached but always revalidated, so that a new version of the server is visible immediately.
    'Cache-Control': 'no-cache',
    ETag: etag,
  };
  return (request) =>
    matches(request.headers.get('if-none-match'), etag)
      ? new Response(null, { status: 304, headers })
      : new Response(body, { headers });
}

/** A weak comparison (RFC 9110 section 13.1.2). */
function matches(ifNoneMatch: string | null, etag: string): boolean {
  const known = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known.includes(etag) || known.includes('*');
}
