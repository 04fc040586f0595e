import type { HttpRequest } from '../peers/peer.ts';

/** The bytes of a request to 127.0.0.1: GET without a body, or POST with JSON. */
export function renderRequest({ path, headers, body }: HttpRequest, port: number): string {
  const own: Readonly<Record<string, string>> =
    body === undefined
      ? {}
      : { 'Content-Type': 'application/json', 'Content-Length': String(Buffer.byteLength(body)) };
  const lines = Object.entries({ Host: `127.0.0.1:${port}`, ...own, ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `${body === undefined ? 'GET' : 'POST'} ${path} HTTP/1.1\r\n${head}\r\n${body ?? ''}`;
}

export interface HttpResponse {
  readonly status: number;
}

/** Parses the first response in `text`; null while it is incomplete. It must have a Content-Length, no body, or be chunked. */
export function readResponse(text: string): HttpResponse | null {
  const headEnd = text.indexOf('\r\n\r\n');
  if (headEnd === -1) return null;
  const head = text.slice(0, headEnd);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1]);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  const isWhole = /\r\ntransfer-encoding: *chunked/i.test(head)
    ? text.endsWith('\r\n0\r\n\r\n')
    : text.length - headEnd - 4 >= Number(length ?? 0);
  return isWhole ? { status } : null;
}
