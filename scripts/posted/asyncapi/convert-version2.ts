import { type ConvertOptions, convert } from '@asyncapi/converter';
import type { ContractDocument } from '../contract/contract-document.ts';
import { ContractNode } from '../contract/contract-node.ts';
import { joinPointer, pointerOfReference, setAt, splitPointer } from '../contract/json-pointer.ts';
import { parameterSchema } from './asyncapi-fields.ts';
import { referenceIn } from './references.ts';
import { simplifyVersion2 } from './simplify-version2.ts';

type IdGenerator = NonNullable<NonNullable<ConvertOptions['v2tov3']>['idGenerator']>;

/** The fields that the converter renames: the pointer in 3.0, then the pointer in 2.x. */
const renamed = {
  document: [
    ['/info/tags', '/tags'],
    ['/info/externalDocs', '/externalDocs'],
  ],
  server: [
    ['/host', '/url'],
    ['/pathname', '/url'],
  ],
  parameter: [
    ['/enum', '/schema/enum'],
    ['/default', '/schema/default'],
    ['/examples', '/schema/examples'],
  ],
  message: [
    ['/payload/schemaFormat', '/schemaFormat'],
    ['/payload/schema', '/payload'],
  ],
  operation: [
    ['/action', ''],
    ['/channel', ''],
    ['/messages', '/message'],
  ],
} as const;

/**
 * Converts an AsyncAPI 2.x document with applied traits to 3.0.0.
 *
 * @throws GenerationError for what 3.0.0 cannot express
 */
export function convertVersion2(document: ContractDocument): ContractDocument {
  const { document: simple, parameterSchemas } = simplifyVersion2(document);
  simple.throwProblems();
  const moves = new Moves(simple);
  // In 2.x, `publish` describes what clients send, so the application receives it.
  const v2tov3 = { pointOfView: 'application', idGenerator: moves.generateId } as const;
  const value = convert(simple.value as Parameters<typeof convert>[0], '3.0.0', { v2tov3 });
  for (const [pointer, schema] of parameterSchemas) {
    const at = joinPointer(moves.parameterAt(pointer), parameterSchema);
    setAt(value, at, schema);
    moves.all.set(at, joinPointer(pointer, 'schema'));
  }
  return simple.transform(value, moves.all);
}

/** Chooses names for channels, operations and messages, which 2.x identifies by position, and records where they moved. */
class Moves {
  /** Pointers into the old document, by pointers into the new one. */
  readonly all = new Map<string, string>();
  readonly #document: ContractDocument;
  /** The owners of names, by pointers into the new document. */
  readonly #named = new Map<string, string>();
  /** The names of channels, by their pointers into the old document. */
  readonly #channels = new Map<string, string>();
  #channel = '';
  #operation = '';
  readonly #messages = new Map<string, Set<string>>();

  constructor(document: ContractDocument) {
    this.#document = document;
    this.#rename('', '', 'document');
    const root = new ContractNode(document);
    for (const holder of [root, root.get('components')]) {
      for (const { pointer } of holder?.get('servers')?.items ?? []) this.#rename(pointer, pointer, 'server');
    }
    for (const { pointer } of root.get('components', 'parameters')?.items ?? []) {
      this.#rename(pointer, pointer, 'parameter');
    }
  }

  /** The converter names a channel, then each of its operations, and the messages of an operation after it. */
  readonly generateId: IdGenerator = ({ kind, key = '', path, object, parentId = '' }) => {
    const from = joinPointer('', ...path);
    switch (kind) {
      case 'channel':
        return this.#nameChannel(from, String(object['x-channelId'] ?? key));
      case 'operation':
        return this.#nameOperation(
          joinPointer(from, key),
          String(object.operationId ?? `${parentId}.${key}`),
        );
      case 'message':
        return this.#nameMessage(from, object);
    }
  };

  /** The pointer in the new document to a parameter of the old one: of a channel, or a component, which keeps its name. */
  parameterAt(pointer: string): string {
    const [, channel = '', ...rest] = splitPointer(pointer);
    const from = joinPointer('/channels', channel);
    const id = this.#channels.get(from);
    return id === undefined ? pointer : joinPointer('/channels', id, ...rest);
  }

  #nameChannel(from: string, name: string): string {
    const id = this.#claim('/channels', name, from);
    this.#channel = joinPointer('/channels', id);
    this.#channels.set(from, id);
    this.all.set(joinPointer(this.#channel, 'address'), from);
    for (const { key, pointer } of new ContractNode(this.#document, from).get('parameters')?.items ?? []) {
      const at = joinPointer(this.#channel, 'parameters', key);
      if (pointer.startsWith(from)) this.#rename(at, pointer, 'parameter');
    }
    return id;
  }

  #nameOperation(from: string, name: string): string {
    const id = this.#claim('/operations', name, from);
    this.#operation = joinPointer('/operations', id);
    this.#rename(this.#operation, from, 'operation');
    return id;
  }

  #nameMessage(from: string, object: unknown): string {
    const reference = referenceIn(object);
    const { messageId, name } = Object(this.#document.resolve(from).value);
    const component = splitPointer(pointerOfReference(reference ?? '') ?? '').at(-1);
    const [kind = ''] = splitPointer(from).slice(2);
    const given = [messageId, component, name].find((text) => typeof text === 'string' && text !== '');
    const id = this.#claim(
      joinPointer(this.#channel, 'messages'),
      given ?? `${kind}.message`,
      reference ?? from,
    );
    const at = joinPointer(this.#channel, 'messages', id);
    if (reference === null) this.#rename(at, from, 'message');
    const listed = this.#messages.get(this.#operation) ?? new Set();
    this.#messages.set(this.#operation, listed.add(id));
    this.all.set(joinPointer(this.#operation, 'messages', listed.size - 1), from);
    return id;
  }

  /** Returns the same name for the same origin: both operations of a channel may have one message. */
  #claim(parent: string, name: string, origin: string): string {
    for (let count = 1; ; count += 1) {
      const id = count === 1 ? name : `${name}${count}`;
      const at = joinPointer(parent, id);
      const known = this.#named.get(at);
      if (known !== undefined && known !== origin) continue;
      this.#named.set(at, origin);
      this.all.set(at, origin.startsWith('#') ? (pointerOfReference(origin) ?? at) : origin);
      return id;
    }
  }

  #rename(at: string, from: string, kind: keyof typeof renamed): void {
    for (const [key, old] of renamed[kind]) this.all.set(`${at}${key}`, `${from}${old}`);
  }
}
