import { PostedError } from '../errors.ts';
import { parseJson } from '../json.ts';

/**
 * Reads a JSON body of at most `limitBytes`. A body without Content-Type is taken as JSON, because
 * simple clients leave it out.
 *
 * @throws PostedError `unsupported_media_type`, `too_large`, or `invalid_request`
 */
export async function readJsonBody(request: Request, limitBytes: number): Promise<unknown> {
  refuseUnlessJson(request.headers);
  const declared = request.headers.get('content-length');
  if (declared !== null && Number(declared) > limitBytes) throw tooLarge(limitBytes);
  let bytes: ArrayBuffer | Uint8Array;
  try {
    // The HTTP parser ends the body at its declared length: only one without is to be counted.
    bytes = declared === null ? await readCounted(request, limitBytes) : await request.arrayBuffer();
  } catch (thrown) {
    if (thrown instanceof PostedError) throw thrown;
    throw new PostedError('invalid_request', 'The body ended too early.', { cause: thrown });
  }
  if (bytes.byteLength === 0) {
    throw new PostedError('invalid_request', 'The body is missing: this operation takes JSON.');
  }
  return parseJson(bytes);
}

function refuseUnlessJson(headers: Headers): void {
  const [mediaType = '', ...parameters] = (headers.get('content-type') ?? '').toLowerCase().split(';');
  if (mediaType !== '' && mediaType.trim() !== 'application/json') {
    throw new PostedError('unsupported_media_type', 'The body must have Content-Type: application/json.');
  }
  for (const parameter of parameters) {
    const charset = /^\s*charset="?([^"]*)"?\s*$/.exec(parameter)?.[1];
    if (charset !== undefined && charset.trim() !== 'utf-8') {
      throw new PostedError('unsupported_media_type', 'The charset of the body must be utf-8.');
    }
  }
  if (!/^(?:identity)?$/i.test(headers.get('content-encoding') ?? '')) {
    throw new PostedError('unsupported_media_type', 'The body must not have a Content-Encoding.');
  }
}

async function readCounted(request: Request, limitBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of request.body ?? []) {
    length += chunk.length;
    if (length > limitBytes) throw tooLarge(limitBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(limitBytes: number): PostedError {
  return new PostedError('too_large', `The body must not be larger than ${limitBytes} bytes.`);
}
