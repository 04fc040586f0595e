import { type ConvertOptions, convert } from '@asyncapi/converter';
import type { ContractDocument } from '../contract/contract-document.ts';
import { ContractNode } from '../contract/contract-node.ts';
import { joinPointer, pointerOfReference, splitPointer } from '../contract/json-pointer.ts';
import { referenceIn } from './references.ts';
import { simplifyVersion2 } from './simplify-version2.ts';

type IdGenerator = NonNullable<NonNullable<ConvertOptions['v2tov3']>['idGenerator']>;

/** Where the converter puts what is the same in all documents; each by the pointer to where it is in 2.x. */
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
 * An AsyncAPI 2.x document, in which traits have been applied, as 3.0.0.
 *
 * @throws GenerationError for what 3.0.0 cannot say
 */
export function convertVersion2(document: ContractDocument): ContractDocument {
  const simple = simplifyVersion2(document);
  simple.throwProblems();
  const moves = new Moves(simple);
  // `publish` is what clients of the described application do: the application receives that.
  const v2tov3 = { pointOfView: 'application', idGenerator: moves.generateId } as const;
  const value = convert(simple.value as Parameters<typeof convert>[0], '3.0.0', { v2tov3 });
  return simple.become(value, moves.all);
}

/** Names what 2.x tells apart by its place and 3.0 by its name, and knows what went where. */
class Moves {
  /** By pointers into the new document, the pointers into the old one. */
  readonly all = new Map<string, string>();
  readonly #document: ContractDocument;
  /** By pointers into the new document: what has that name there. */
  readonly #named = new Map<string, string>();
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

  /** The converter asks for a channel, then for each of its operations, and for an operation's messages after it. */
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

  #nameChannel(from: string, name: string): string {
    const id = this.#claim('/channels', name, from);
    this.#channel = joinPointer('/channels', id);
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
    const wanted = [messageId, component, name].find((text) => typeof text === 'string' && text !== '');
    const id = this.#claim(
      joinPointer(this.#channel, 'messages'),
      wanted ?? `${kind}.message`,
      reference ?? from,
    );
    const at = joinPointer(this.#channel, 'messages', id);
    if (reference === null) this.#rename(at, from, 'message');
    const listed = this.#messages.get(this.#operation) ?? new Set();
    this.#messages.set(this.#operation, listed.add(id));
    this.all.set(joinPointer(this.#operation, 'messages', listed.size - 1), from);
    return id;
  }

  /** The same for the same thing, which one channel may have in both of its operations. */
  #claim(holder: string, name: string, thing: string): string {
    for (let count = 1; ; count += 1) {
      const id = count === 1 ? name : `${name}${count}`;
      const at = joinPointer(holder, id);
      const known = this.#named.get(at);
      if (known !== undefined && known !== thing) continue;
      this.#named.set(at, thing);
      this.all.set(at, thing.startsWith('#') ? (pointerOfReference(thing) ?? at) : thing);
      return id;
    }
  }

  #rename(at: string, from: string, kind: keyof typeof renamed): void {
    for (const [key, old] of renamed[kind]) this.all.set(`${at}${key}`, `${from}${old}`);
  }
}
