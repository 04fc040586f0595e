/**
 * How a client renews the credentials of an open connection. On a channel whose messages have the tag `type`:
 *
 *     {"type":"auth","token":"…"}
 *     {"type":"authorized","expiresAt":1798761600000}
 *     {"type":"error","request":"auth","error":{"code":"forbidden","message":"…"}}
 *
 * At most one request is pending, so the answers need no correlation id. Servers and clients share this file; it runs
 * anywhere.
 */
import type { ChannelDescriptor } from './descriptor.ts';
import { errorFields, readError } from './error-answer.ts';
import type { PostedError } from './errors.ts';
import { readPath, writePath } from './identify-message.ts';

export const authRequest = 'auth';
export const authAnswer = 'authorized';

type Messages = ChannelDescriptor['send'];

/** Where the messages of a direction have their tag: all have the same place. */
export function authTagPath(messages: Messages): readonly [string, ...string[]] {
  return messages.find(({ tag }) => tag !== undefined)?.tag?.path ?? ['type'];
}

export function encodeAuth({ receive }: ChannelDescriptor, token: string): object {
  return writePath({ token }, authTagPath(receive), authRequest) as object;
}

/** The token of a request; undefined if the value is anything else. */
export function readAuth({ receive }: ChannelDescriptor, value: unknown): string | undefined {
  if (readPath(value, authTagPath(receive)) !== authRequest) return undefined;
  const token = readPath(value, ['token']);
  return typeof token === 'string' ? token : undefined;
}

/** `expiresAt` is in milliseconds since the epoch, and absent if the credentials do not expire. */
export function encodeAuthorized({ send }: ChannelDescriptor, expiresAtMs: number): object {
  const answer = Number.isFinite(expiresAtMs) ? { expiresAt: expiresAtMs } : {};
  return writePath(answer, authTagPath(send), authAnswer) as object;
}

export function encodeAuthError({ send }: ChannelDescriptor, error: PostedError): object {
  const answer = { request: authRequest, error: errorFields(error) };
  return writePath(answer, authTagPath(send), 'error') as object;
}

/** The answer to a request; undefined if the value is anything else. */
export function readAuthAnswer(
  { send }: ChannelDescriptor,
  value: unknown,
): { readonly expiresAtMs: number | undefined } | { readonly error: PostedError } | undefined {
  const tag = readPath(value, authTagPath(send));
  if (tag === authAnswer) {
    const expiresAt = readPath(value, ['expiresAt']);
    return { expiresAtMs: typeof expiresAt === 'number' ? expiresAt : undefined };
  }
  if (tag !== 'error' || readPath(value, ['request']) !== authRequest) return undefined;
  const error = readError(readPath(value, ['error']));
  return error && { error };
}
