import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Mount } from './rest/app.ts';

/** Nothing but what stands beside the page, and no script at all. */
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

/** What stands in the folder of the page, by its name there: where it is in the project, and its type. */
const files = {
  'page.css': ['generated/docs/page.css', 'text/css; charset=utf-8'],
  'react-component.css': ['generated/docs/react-component.css', 'text/css; charset=utf-8'],
  'icon.svg': ['generated/docs/icon.svg', 'image/svg+xml'],
  'asyncapi.json': ['asyncapi.json', 'application/json'],
  'openapi.yaml': ['openapi.yaml', 'application/yaml'],
} as const;

/**
 * The documentation and the documents that it is made of, by path. All of it is read once, here.
 *
 * @throws Error for a file that cannot be read
 */
export async function createDocs(): Promise<Readonly<Record<string, Mount>>> {
  const page = (await read('generated/docs/index.html')).toString();
  const mounts: Record<string, Mount> = {
    // Its links are relative to a folder, which /docs without a slash is not.
    '/docs': file(page.replaceAll(' href="./', ' href="docs/'), html),
    '/docs/': file(page, html),
  };
  for (const [name, [path, contentType]] of Object.entries(files)) {
    mounts[`/docs/${name}`] = file(await read(path), contentType);
  }
  return mounts;
}

/** @param path from the folder of the project, wherever that is installed */
function read(path: string): Promise<Buffer<ArrayBuffer>> {
  return readFile(new URL(`../${path}`, import.meta.url));
}

function file(body: string | Buffer<ArrayBuffer>, contentType: string): Mount {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  const headers = {
    'Content-Type': contentType,
    'Content-Security-Policy': contentSecurityPolicy,
    'Referrer-Policy': 'no-referrer',
    // Kept, and asked for again each time: a new version of the server is seen at once.
    'Cache-Control': 'no-cache',
    ETag: etag,
  };
  return (request) =>
    isKnown(request.headers.get('if-none-match'), etag)
      ? new Response(null, { status: 304, headers })
      : new Response(body, { headers });
}

/** RFC 9110 section 13.1.2: the comparison is weak. */
function isKnown(ifNoneMatch: string | null, etag: string): boolean {
  const known = (ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known.includes(etag) || known.includes('*');
}
