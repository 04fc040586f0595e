import type { ContractDocument } from '../../contract/contract-document.ts';
import { ContractNode } from '../../contract/contract-node.ts';
import { joinPointer, setAt, splitPointer, valueAt } from '../../contract/json-pointer.ts';
import jsonEqual from '../../schemas/json-equal.ts';
import type { SchemaObject } from '../../schemas/json-schema.ts';
import { Names, pascalCase } from '../../source/identifiers.ts';
import type { ContractModel } from '../contract-model.ts';
import { referenceTo } from '../delivery/control-parts.ts';
import { addedMark, authAnswer, authMessages, authRequest, tagPathOf } from './auth-parts.ts';

/**
 * Adds the messages with which clients renew their credentials to the document that is published, in every channel that
 * has them. Generated code does not see them: the runtime handles them. Without such a channel, the document itself is returned.
 */
export function addAuth(document: ContractDocument, { channels }: ContractModel): ContractDocument {
  const renewing = channels.filter(({ auth }) => auth);
  if (renewing.length === 0) return document;
  const value = structuredClone(document.value);
  const names = new Names(Object.keys(Object(valueAt(value, '/operations'))));
  for (const { name, send, receive } of renewing) {
    const { pointer } = document.resolve(joinPointer('/channels', name));
    listMessages(document, value, name);
    const parts = Object.entries(authMessages(tagPathOf(receive), tagPathOf(send)));
    for (const [key, { message, schemaName, schema }] of parts) {
      const payload = referenceTo(addSchema(value, schemaName, schema));
      setAt(value, joinPointer(pointer, 'messages', key), { ...message, payload });
    }
    const reference = (message: string) => referenceTo(joinPointer('/channels', name, 'messages', message));
    setAt(value, joinPointer('/operations', names.claim(`receive${pascalCase(name)}Auth`)), {
      [addedMark]: true,
      action: 'receive',
      title: 'Fresh credentials',
      description:
        'Sent by clients before their credentials expire, so that the connection stays open. The token must be of the same user and for the same security scheme; another token is answered with an error, and a bad one closes the connection with 4401.',
      channel: referenceTo(joinPointer('/channels', name)),
      messages: [reference(authRequest)],
      reply: { channel: referenceTo(joinPointer('/channels', name)), messages: [reference(authAnswer)] },
    });
  }
  return document.transform(value, new Map());
}

/** Adds a component unless there is an equal one. Returns its pointer. */
function addSchema(value: unknown, name: string, schema: SchemaObject): string {
  for (let number = 1; ; number += 1) {
    const pointer = joinPointer('/components/schemas', number === 1 ? name : `${name}${number}`);
    const own = valueAt(value, pointer);
    if (own === undefined) setAt(value, pointer, schema);
    if (own === undefined || jsonEqual(own, schema)) return pointer;
  }
}

/** Makes it explicit which messages an operation or a reply without a list has: it must not have the new ones. */
function listMessages(document: ContractDocument, value: unknown, channel: string): void {
  const own = document.resolve(joinPointer('/channels', channel)).pointer;
  const list = Object.keys(Object(valueAt(value, joinPointer(own, 'messages')))).map((name) =>
    referenceTo(joinPointer('/channels', channel, 'messages', name)),
  );
  for (const operation of Object.keys(Object(valueAt(value, '/operations')))) {
    const { pointer } = document.resolve(joinPointer('/operations', operation));
    for (const owner of [pointer, joinPointer(pointer, 'reply')]) {
      const part = valueAt(value, owner);
      if (typeof part !== 'object' || part === null || '$ref' in part || 'messages' in part) continue;
      const target = document.resolve(joinPointer('channel' in part ? owner : pointer, 'channel')).pointer;
      if (target === own) setAt(value, joinPointer(owner, 'messages'), list);
    }
  }
}

/** The document as its author wrote it, if it is one that `addAuth` has completed. */
export function withoutAuth(document: ContractDocument): ContractDocument {
  const root = new ContractNode(document);
  const channels = root.get('channels')?.entries ?? [];
  const added = [
    ...channels.flatMap(([, channel]) => channel.get('messages')?.entries ?? []),
    ...(root.get('operations')?.entries ?? []),
  ].filter(([, part]) => part.get(addedMark) !== undefined);
  if (added.length === 0) return document;
  const schemas = added.flatMap(([, part]) => part.get('payload')?.pointer ?? []);
  const value = structuredClone(document.value);
  for (const pointer of new Set([...added.map(([, part]) => part.pointer), ...schemas]))
    removeAt(value, pointer);
  return document.transform(value, new Map());
}

function removeAt(root: unknown, pointer: string): void {
  const keys = splitPointer(pointer);
  const last = keys.pop() ?? '';
  Reflect.deleteProperty(Object(valueAt(root, joinPointer('', ...keys))), last);
}
