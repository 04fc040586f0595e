import { checkFields } from '../contract/check-fields.ts';
import type { ContractNode } from '../contract/contract-node.ts';
import { splitPointer } from '../contract/json-pointer.ts';
import { supportedFormats } from '../schemas/schema-formats.ts';
import type { SchemaSet, SchemaUse } from '../schemas/schema-set.ts';
import * as fields from './asyncapi-fields.ts';
import type { Action, MessageModel } from './contract-model.ts';
import type { ReadOperation } from './read-operation.ts';

/** A message by itself, without the members that depend on the other messages of its direction. */
export type ReadMessage = Omit<MessageModel, 'tag' | 'probes' | 'constants' | 'received' | 'limits'> & {
  readonly node: ContractNode;
};

/** Reads each message of a contract once, however many operations have it. Its name may differ between channels. */
export function createMessageReader(
  schemas: SchemaSet,
  defaultContentType: string,
): (name: string, node: ContractNode) => ReadMessage {
  const read = new Map<string, ReadMessage>();
  const named = new Map<string, ReadMessage>();
  return (name, node) => {
    const message = read.get(node.pointer) ?? readMessage(name, node, schemas, defaultContentType);
    read.set(node.pointer, message);
    if (message.name === name) return message;
    const key = JSON.stringify([node.pointer, name]);
    const other = named.get(key) ?? { ...message, name, senderName: name };
    named.set(key, other);
    return other;
  };
}

function readMessage(
  name: string,
  node: ContractNode,
  schemas: SchemaSet,
  defaultContentType: string,
): ReadMessage {
  checkFields(node, fields.messageFields);
  fields.refuseWsBindings(node, 'a message');
  const description = fields.descriptionOf(node);
  if (description === '') {
    node.warn('the message has no description', 'add a `summary` or a `description`');
  }
  const contentType = node.text('contentType') || defaultContentType || 'application/json';
  const encoding = encodingOf(contentType);
  if (encoding === null) {
    const what = `content type ${JSON.stringify(contentType)} is not supported`;
    node.reportAt(
      'contentType',
      what,
      'use JSON, application/msgpack, text/*, application/octet-stream, image/*, audio/* or video/*',
    );
  }
  const payload = schemaIn(node, 'payload');
  const headers = schemaIn(node, 'headers');
  if (headers !== undefined && encoding !== 'json' && encoding !== 'msgpack') {
    node.reportAt(
      'headers',
      'only messages in JSON or MessagePack can have headers',
      'remove them, or use such a content type',
    );
  }
  const use = useOf({ name, encoding, payload, headers }, schemas);
  if (use !== null) addExamples(node, use, headers !== undefined, schemas);
  return {
    node,
    name,
    senderName: name,
    description,
    contentType,
    encoding: encoding ?? 'json',
    definition: use?.definition ?? null,
    type: use?.type ?? 'Uint8Array',
    guard: use?.guard ?? null,
    correlationId: readCorrelationId(node, headers !== undefined),
    examples: examplesOf(node, headers !== undefined).map(({ value }) => value),
  };
}

interface Parts {
  readonly name: string;
  readonly encoding: MessageModel['encoding'] | null;
  readonly payload: ContractNode | undefined;
  readonly headers: ContractNode | undefined;
}

function useOf({ name, encoding, payload, headers }: Parts, schemas: SchemaSet): SchemaUse | null {
  const origin = `message ${name}`;
  if (encoding === 'binary') return null;
  if (encoding === 'text') return schemas.useText(payload, `${name} payload`, origin);
  const type = headers === undefined ? `${name} payload` : `${name} message`;
  return schemas.useMessage({ payload, headers }, type, origin);
}

/** JSON, including the suffix `+json` (RFC 6838 section 4.2.8), MessagePack, text and bytes; null for others. */
function encodingOf(contentType: string): MessageModel['encoding'] | null {
  const [type = ''] = contentType.toLowerCase().split(';');
  if (/^(application|text)\/(json|[\w.+-]+\+json)$/.test(type.trim())) return 'json';
  if (/^application\/(x-|vnd\.)?msgpack$/.test(type.trim())) return 'msgpack';
  if (/^text\/[\w.+-]+$/.test(type.trim())) return 'text';
  return /^(application\/octet-stream|(image|audio|video)\/[\w.+-]+)$/.test(type.trim()) ? 'binary' : null;
}

/** A schema of a message, possibly inside a Multi Format Schema Object. */
function schemaIn(message: ContractNode, member: 'payload' | 'headers'): ContractNode | undefined {
  const node = message.get(member);
  const format = node?.text('schemaFormat') ?? '';
  if (node === undefined || node.get('schema') === undefined || format === '') return node;
  checkFields(node, fields.multiFormatSchemaFields);
  const what = `schema format ${JSON.stringify(format)} is not supported`;
  node.reportAt('schemaFormat', what, `write the schema in ${supportedFormats}`);
  return undefined;
}

/** Turns the location (AsyncAPI 3.0, Runtime Expression) into the path to the value in a frame's content. */
function readCorrelationId(node: ContractNode, hasHeaders: boolean): MessageModel['correlationId'] {
  const correlationId = node.get('correlationId');
  if (correlationId === undefined) return null;
  checkFields(correlationId, fields.correlationIdFields);
  const [, source = '', pointer = ''] =
    /^\$message\.(header|payload)#(\/.+)$/.exec(correlationId.text('location')) ?? [];
  const [first, ...rest] = splitPointer(pointer);
  if (first === undefined) {
    const fix = 'write `$message.payload#/…` or `$message.header#/…`';
    correlationId.reportAt('location', 'the location does not point into a message', fix);
    return null;
  }
  if (!hasHeaders && source === 'header') {
    correlationId.reportAt(
      'location',
      'the location points into the headers, but the message has none',
      'add `headers`, or point into the payload',
    );
  }
  return hasHeaders ? [source === 'header' ? 'headers' : 'payload', first, ...rest] : [first, ...rest];
}

/** The examples of a message that cover a frame's whole content. */
function examplesOf(
  node: ContractNode,
  hasHeaders: boolean,
): readonly { readonly value: unknown; readonly example: ContractNode }[] {
  return (node.get('examples')?.items ?? []).flatMap((example) => {
    const [payload, headers] = [example.get('payload'), example.get('headers')];
    if (payload === undefined || (hasHeaders && headers === undefined)) return [];
    const value = hasHeaders ? { headers: headers?.value, payload: payload.value } : payload.value;
    return [{ value, example }];
  });
}

function addExamples(node: ContractNode, use: SchemaUse, hasHeaders: boolean, schemas: SchemaSet): void {
  for (const example of node.get('examples')?.items ?? []) checkFields(example, fields.messageExampleFields);
  const examples = examplesOf(node, hasHeaders);
  if (examples.length === 0)
    node.warnAt('examples', 'the message has no example', 'add one with a `payload`');
  for (const { value, example } of examples) {
    const pointer = hasHeaders ? example.pointer : `${example.pointer}/payload`;
    schemas.examples.push({ definition: use.definition, keys: [], value, pointer });
  }
}

type Reader = (name: string, node: ReadOperation['node']) => ReadMessage;

/** All messages of one direction between a server and its clients, including replies, each once. */
export function messagesIn(
  direction: Action,
  operations: readonly ReadOperation[],
  read: Reader,
): readonly ReadMessage[] {
  const messages = new Map<string, ReadMessage>();
  for (const { action, messages: own, reply } of operations) {
    for (const [name, node] of action === direction ? own : (reply ?? [])) {
      messages.set(name, read(name, node));
    }
  }
  return [...messages.values()];
}
