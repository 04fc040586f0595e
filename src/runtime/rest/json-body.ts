import type { IncomingHttpHeaders } from 'node:http';
import { PostedError } from '../shared/errors.ts';
import { parseJson } from '../shared/json.ts';
import type { IncomingRequest } from './incoming-request.ts';

/**
 * Reads a JSON body of at most `limitBytes`. Without a Content-Type, the body is assumed to be JSON, because simple
 * clients omit it.
 *
 * @throws PostedError `unsupported_media_type`, `too_large`, or `invalid_request`
 */
export async function readJsonBody(incoming: IncomingRequest, limitBytes: number): Promise<unknown> {
  checkHeaders(incoming.headers);
  const bytes = await readBytes(incoming, limitBytes);
  if (bytes.length === 0) {
    throw new PostedError('invalid_request', 'The body is missing: this operation expects JSON.');
  }
  return parseJson(bytes);
}

function checkHeaders(headers: IncomingHttpHeaders): void {
  const contentType = headers['content-type']?.toLowerCase() ?? '';
  if (contentType !== 'application/json') checkMediaType(contentType);
}

function checkMediaType(contentType: string): void {
  const [mediaType = '', ...parameters] = contentType.split(';');
  if (mediaType !== '' && mediaType.trim() !== 'application/json') {
    throw new PostedError('unsupported_media_type', 'The body must have Content-Type: application/json.');
  }
  checkCharset(parameters);
}

/** @throws PostedError `unsupported_media_type` */
export function checkCharset(parameters: readonly string[]): void {
  for (const parameter of parameters) {
    const charset = /^\s*charset="?([^"]*)"?\s*$/.exec(parameter)?.[1];
    if (charset !== undefined && charset.trim() !== 'utf-8') {
      throw new PostedError('unsupported_media_type', 'The charset of the body must be utf-8.');
    }
  }
}

/**
 * Reads a body of at most `limitBytes`.
 *
 * @throws PostedError `unsupported_media_type` if it is encoded, `too_large`, or `invalid_request`
 */
export async function readBytes(incoming: IncomingRequest, limitBytes: number): Promise<Buffer> {
  const encoding = incoming.headers['content-encoding']?.toLowerCase() ?? '';
  if (encoding !== '' && encoding !== 'identity') {
    throw new PostedError('unsupported_media_type', 'The body must not have a Content-Encoding.');
  }
  if (Number(incoming.headers['content-length']) > limitBytes) throw tooLarge(limitBytes);
  return await collectBytes(incoming, limitBytes);
}

function collectBytes(incoming: IncomingRequest, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const collect = (chunk: Buffer): void => {
      length += chunk.length;
      if (length <= limitBytes) {
        chunks.push(chunk);
        return;
      }
      // The HTTP server closes the connection, and with it the rest of the body.
      incoming.off('data', collect).pause();
      reject(tooLarge(limitBytes));
    };
    incoming.on('data', collect);
    incoming.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    incoming.on('close', () => {
      if (!incoming.readableEnded) reject(new PostedError('invalid_request', 'The body ended too early.'));
    });
  });
}

function tooLarge(limitBytes: number): PostedError {
  return new PostedError('too_large', `The body must not be larger than ${limitBytes} bytes.`);
}
