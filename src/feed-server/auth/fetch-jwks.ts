import { type JwkSet, parsePublicJwks } from './jwk-set.ts';

const timeoutMs = 5000;
const maxBytes = 262_144;

/**
 * Fetches the public keys of an issuer. Redirects are not followed, since they could lead to an address without TLS.
 *
 * @throws Error that says what is wrong
 */
export async function fetchJwks(url: URL): Promise<JwkSet> {
  let response: Response;
  try {
    response = await fetch(url, {
      headers: { Accept: 'application/jwk-set+json, application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (cause) {
    throw new Error(`cannot connect (${reasonOf(cause)})`, { cause });
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw new Error(`the answer is ${response.status}`);
  }
  return parsePublicJwks(await readText(response));
}

async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  // Leaving the loop cancels the body.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new Error(`the answer has more than ${maxBytes} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function reasonOf(thrown: unknown): string {
  const { cause, message, name } = thrown as Error;
  if (name === 'TimeoutError') return `no answer within ${timeoutMs} ms`;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message;
  return message;
}
