import { RestError } from './rest-error.ts';
import type { RestRequest } from './rest-request.ts';
import { type ValueFormats, writeQuery } from './write-values.ts';

/**
 * A body as it is sent in every attempt. The type is '' for a form, whose boundary `fetch` chooses.
 *
 * @throws RestError `invalid_options`
 */
export function writeBody(
  operationId: string,
  contentType: string,
  { body, files }: RestRequest,
  formats: ValueFormats | undefined,
): { readonly content: BodyInit | undefined; readonly type: string } {
  if (/^multipart\//i.test(contentType) && (body !== undefined || files !== undefined)) {
    return { content: formOf(body ?? {}, files ?? {}), type: '' };
  }
  if (body === undefined) return { content: undefined, type: '' };
  // As text, so that every attempt sends the same bytes.
  if (/[/+]json\s*(?:;|$)/i.test(contentType)) return { content: JSON.stringify(body), type: contentType };
  if (/^application\/x-www-form-urlencoded/i.test(contentType)) {
    return { content: writeQuery(Object(body), formats, 'json'), type: contentType };
  }
  if (typeof body === 'string' || body instanceof Uint8Array || body instanceof Blob) {
    const own = body instanceof Blob && contentType.includes('*') ? body.type : '';
    const type = contentType.includes('*') ? 'application/octet-stream' : contentType;
    return { content: body as BodyInit, type: own || type };
  }
  throw new RestError('invalid_options', operationId, `\`body\` must be text or bytes for ${contentType}.`);
}

function formOf(fields: object, files: object): FormData {
  const form = new FormData();
  for (const [name, value] of [...Object.entries(fields), ...Object.entries(files)]) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item === undefined) continue;
      if (item instanceof Blob) form.append(name, item, item instanceof File ? item.name : name);
      else form.append(name, typeof item === 'object' && item !== null ? JSON.stringify(item) : String(item));
    }
  }
  return form;
}
