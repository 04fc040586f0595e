import type { IncomingMessage } from 'node:http';
import type { Ending } from './socket.ts';

/** An error body of Posted is far smaller, and comes with the header. */
const maxBodyBytes = 16_384;
const bodyTimeoutMs = 2_000;

/** Reads the HTTP response to a handshake that was refused; as much of it as comes soon. */
export async function readRefusal(response: IncomingMessage): Promise<Ending> {
  return {
    kind: 'refused',
    status: response.statusCode ?? 0,
    message: errorMessage(await readBody(response)),
    retryAfterMs: parseRetryAfter(response.headers['retry-after']),
  };
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  const timer = setTimeout(() => response.destroy(), bodyTimeoutMs);
  try {
    let size = 0;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxBodyBytes) break;
    }
  } catch {
    // The body only explains; the status is what counts.
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks).toString();
}

/** The `message` of the contract's error body. Anything else is somebody else's page, and not shown. */
function errorMessage(body: string): string {
  try {
    const { message } = JSON.parse(body) as { readonly message?: unknown };
    return typeof message === 'string' ? message : '';
  } catch {
    return '';
  }
}

/** Seconds or a date (RFC 9110 section 10.2.3), as milliseconds from now. */
function parseRetryAfter(value: string | undefined): number {
  if (value === undefined) return 0;
  const delayMs = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Math.max(0, delayMs || 0);
}
