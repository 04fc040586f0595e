import { PostedError } from '../shared/errors.ts';
import { accepts, explain } from '../shared/guard.ts';
import { parseJson } from '../shared/json.ts';
import type { IncomingRequest } from './incoming-request.ts';
import { checkCharset, readBytes } from './json-body.ts';
import type { BodyContent, OperationDescriptor } from './operation-handlers.ts';
import { type ParameterFormat, parseFormatted } from './parameter-format.ts';

/** The parts of a request that come from its body. */
interface ReadBody {
  readonly body?: unknown;
  readonly files?: Readonly<Record<string, unknown>>;
  /** The content type of the contract, if handlers distinguish several. */
  readonly contentType?: string;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads the body of an operation that takes other content than JSON, or none. Without a Content-Type, the body is assumed
 * to be of the first type.
 *
 * @throws PostedError `unsupported_media_type`, `too_large`, or `invalid_request`
 */
export async function readBody(
  operation: OperationDescriptor,
  incoming: IncomingRequest,
  limitBytes: number,
): Promise<ReadBody> {
  const { body, isBodyOptional = false } = operation;
  const contents: readonly BodyContent[] =
    operation.contents ?? (body ? [{ type: 'application/json', kind: 'json', guard: body }] : []);
  const bytes = await readBytes(incoming, limitBytes);
  const header = incoming.headers['content-type'] ?? '';
  if (bytes.length === 0 && (isBodyOptional || !/^(?:text|application\/octet)/i.test(header))) {
    if (isBodyOptional || contents.every(({ kind }) => kind === 'text' || kind === 'binary')) return {};
    throw new PostedError('invalid_request', 'The body is missing.');
  }
  const content = chooseContent(contents, header);
  const chosen = contents.length > 1 ? { contentType: content.type } : {};
  switch (content.kind) {
    case 'json':
      return { ...chosen, body: checked(content, parseJson(bytes)) };
    case 'form':
      return {
        ...chosen,
        body: checked(content, parseFormatted(textOf(bytes), content.formats ?? {}, 'body')),
      };
    case 'multipart':
      return { ...chosen, ...(await readMultipart(content, bytes, header)) };
    case 'text':
      return { ...chosen, body: textOf(bytes) };
    case 'binary':
      return { ...chosen, body: new Uint8Array(bytes) };
  }
}

/** The first content whose type or range covers that of the request. @throws PostedError `unsupported_media_type` */
function chooseContent(contents: readonly BodyContent[], header: string): BodyContent {
  const [type = '', ...parameters] = header.split(';');
  const mediaType = type.trim().toLowerCase();
  const content = contents.find(
    (one) => mediaType === '' || covers(one.type.split(';', 1)[0]?.trim().toLowerCase() ?? '', mediaType),
  );
  if (content === undefined) {
    const types = contents.map((one) => one.type).join(' or ');
    throw new PostedError('unsupported_media_type', `The body must have Content-Type: ${types}.`);
  }
  if (content.kind !== 'binary' && content.kind !== 'multipart') checkCharset(parameters);
  return content;
}

function covers(range: string, type: string): boolean {
  return range === '*/*' || range === type || (range.endsWith('/*') && type.startsWith(range.slice(0, -1)));
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw new PostedError('invalid_request', 'The text is not valid UTF-8.', { cause });
  }
}

function checked({ guard }: BodyContent, value: unknown): unknown {
  if (guard === undefined || accepts(guard, value)) return value;
  throw new PostedError('invalid_request', explain(guard, 'body'));
}

async function readMultipart(content: BodyContent, bytes: Uint8Array, type: string): Promise<ReadBody> {
  const { files = {}, formats = {} } = content;
  let form: FormData;
  try {
    form = await new Response(new Uint8Array(bytes), { headers: { 'Content-Type': type } }).formData();
  } catch (cause) {
    throw new PostedError('invalid_request', 'The body is not a valid multipart form.', { cause });
  }
  const fields: Record<string, unknown> = Object.create(null);
  for (const name of new Set(form.keys())) {
    if (Object.hasOwn(files, name)) continue;
    fields[name] = await fieldOf(form.getAll(name), formats[name]);
  }
  const given = Object.entries(files).flatMap(([name, { isList = false, isRequired = false }]) => {
    const all = form.getAll(name).map((part) => (typeof part === 'string' ? new File([part], name) : part));
    if (isRequired && all.length === 0) throw new PostedError('invalid_request', `body /${name} is missing`);
    if (!isList && all.length > 1) throw new PostedError('invalid_request', `body /${name} must be one file`);
    return all.length === 0 ? [] : [[name, isList ? all : all[0]]];
  });
  return {
    ...(content.guard === undefined ? {} : { body: checked(content, fields) }),
    ...(Object.keys(files).length === 0 ? {} : { files: Object.fromEntries(given) }),
  };
}

/** A field is text, or JSON if it is an object or its part says so. */
async function fieldOf(
  parts: readonly (string | File)[],
  format: ParameterFormat | undefined,
): Promise<unknown> {
  const values = await Promise.all(
    parts.map(async (part) => {
      const text = typeof part === 'string' ? part : await part.text();
      const isJson = format?.as === 'json' || format?.as === 'object' || isJsonPart(part);
      return isJson ? parseJson(new TextEncoder().encode(text)) : text;
    }),
  );
  const [only] = values;
  return format?.as === 'list' && !(values.length === 1 && Array.isArray(only))
    ? values
    : values.length === 1
      ? only
      : values;
}

function isJsonPart(part: string | File): boolean {
  return typeof part !== 'string' && /[/+]json$/.test(part.type);
}
