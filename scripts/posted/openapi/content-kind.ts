import type { ContractNode } from '../contract/contract-node.ts';
import { isSchemaObject } from '../schemas/json-schema.ts';

export type ContentKind = 'json' | 'form' | 'multipart' | 'text' | 'binary' | 'xml';

/** What content of a media type is. A range is JSON if its schema is not that of text or bytes. */
export function kindOfContent(contentType: string, mediaType: ContractNode): ContentKind {
  const [type = ''] = contentType.toLowerCase().split(';');
  const name = type.trim();
  if (/^application\/(?:(?!stream\+)[^\s]+\+)?json$|^text\/json$/.test(name)) return 'json';
  if (name === 'application/x-www-form-urlencoded') return 'form';
  if (name === 'multipart/form-data') return 'multipart';
  if (/^(?:application|text)\/(?:[^\s]+\+)?xml$/.test(name)) return 'xml';
  if (name === '*/*' || name === 'application/*') {
    const schema = mediaType.get('schema')?.value;
    return isSchemaObject(schema) && schema.type !== 'string' ? 'json' : 'binary';
  }
  // A stream is not complete before it ends, so it is passed on as it comes.
  return name.startsWith('text/') && name !== 'text/event-stream' ? 'text' : 'binary';
}

/** The content type that is sent for a media type: a range of JSON is application/json. */
export function sentType(contentType: string, kind: ContentKind): string {
  return kind === 'json' && contentType.includes('*') ? 'application/json' : contentType;
}
