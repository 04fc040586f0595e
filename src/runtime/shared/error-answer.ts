/**
 * The error answer: what a server sends for a request that it cannot answer, instead of a message of the contract.
 * Servers and clients share this file; it runs anywhere.
 *
 *     {"type":"error","id":"r1","error":{"code":"forbidden","message":"…","retryAfterMs":1000}}
 *
 * `type` and `id` are where the operation's replies have their tag and their correlation id.
 */
import type { ChannelDescriptor, OperationDescriptor } from './descriptor.ts';
import { type ErrorCode, PostedError, statusOf } from './errors.ts';
import { type CorrelationId, hasTag, readCorrelationId, readPath, writePath } from './identify-message.ts';

type Path = readonly [string, ...string[]];

/** Creates the error answer to a request of `operation`; `id` is the request's correlation id. */
export function errorAnswer(
  channel: ChannelDescriptor,
  operation: OperationDescriptor,
  id: CorrelationId | undefined,
  error: PostedError,
): object {
  const tagPath = pathOfTag(channel);
  const idPath = pathOfId(channel, operation);
  let answer: unknown = {};
  if (tagPath !== undefined && !isTagTaken(channel, tagPath)) answer = writePath(answer, tagPath, tagValue);
  if (idPath !== undefined && id !== undefined) answer = writePath(answer, idPath, id);
  return { ...(answer as object), error: errorFields(error) };
}

/** What an answer says about an error. */
export function errorFields({ code, message, retryAfterMs }: PostedError): object {
  return { code, message, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}

/**
 * Reads an error answer to a request of `operation`; undefined if the value is anything else. Unknown members of `error`
 * are ignored. An error answer counts only if a request with its id is pending.
 */
export function readErrorAnswer(
  channel: ChannelDescriptor,
  operation: OperationDescriptor,
  value: unknown,
): { readonly id: CorrelationId | undefined; readonly error: PostedError } | undefined {
  const error = readError(readPath(value, ['error']));
  if (error === undefined) return undefined;
  const tagPath = pathOfTag(channel);
  const idPath = pathOfId(channel, operation);
  if (tagPath !== undefined) {
    const expected = isTagTaken(channel, tagPath) ? undefined : tagValue;
    if (readPath(value, tagPath) !== expected) return undefined;
  }
  const paths: readonly (readonly string[])[] = [['error'], tagPath ?? [], idPath ?? []];
  if (!hasOnly(value as object, paths)) return undefined;
  return { id: idPath && readCorrelationId(value, idPath), error };
}

const tagValue = 'error';

/** All tags of a channel have the same path. */
function pathOfTag({ send }: ChannelDescriptor): Path | undefined {
  return unlessError(send.find(({ tag }) => tag !== undefined)?.tag?.path);
}

function isTagTaken({ send }: ChannelDescriptor, path: Path): boolean {
  const answer = writePath({}, path, tagValue);
  return send.some(({ tag }) => tag !== undefined && hasTag(answer, tag));
}

function pathOfId({ send }: ChannelDescriptor, { reply = [] }: OperationDescriptor): Path | undefined {
  const replies = send.filter(({ name }) => reply.includes(name));
  return unlessError(replies.find(({ correlationId }) => correlationId !== undefined)?.correlationId);
}

/** The member `error` cannot also contain a tag or an id. */
function unlessError(path: Path | undefined): Path | undefined {
  return path?.[0] === 'error' ? undefined : path;
}

/** Reads `errorFields`; undefined if the value is anything else. */
export function readError(value: unknown): PostedError | undefined {
  const code = readPath(value, ['code']);
  const message = readPath(value, ['message']);
  if (typeof code !== 'string' || !Object.hasOwn(statusOf, code) || typeof message !== 'string')
    return undefined;
  const retryAfterMs = readPath(value, ['retryAfterMs']);
  const options = Number.isSafeInteger(retryAfterMs) ? { retryAfterMs: retryAfterMs as number } : {};
  return new PostedError(code as ErrorCode, message, options);
}

/** Whether an object has nothing besides what is at the paths. */
function hasOnly(value: object, paths: readonly (readonly string[])[]): boolean {
  return Object.entries(value).every(([name, member]) => {
    const inner = paths.filter(([first]) => first === name).map(([, ...rest]) => rest);
    if (inner.some((path) => path.length === 0)) return true;
    return inner.length > 0 && typeof member === 'object' && member !== null && hasOnly(member, inner);
  });
}
