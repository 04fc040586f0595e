import type { ContractNode } from '../contract/contract-node.ts';
import { checkFields } from '../contract/fields.ts';
import { joinPointer, pointerOfReference, splitPointer } from '../contract/json-pointer.ts';
import * as fields from './asyncapi-fields.ts';
import type { Action } from './contract-model.ts';

/** The names that a handlers interface has for itself, beside those of its operations. */
const ownMembers: ReadonlySet<string> = new Set(['accept', 'closed', 'drained', 'opened', 'security']);

/** An operation, with the messages that it has of its channel's, by the channel's names of them. */
export interface ReadOperation {
  readonly name: string;
  readonly node: ContractNode;
  readonly channel: string;
  readonly action: Action;
  readonly messages: readonly (readonly [name: string, node: ContractNode])[];
}

/** All operations of the contract. */
export function readOperations(root: ContractNode): readonly ReadOperation[] {
  return (root.get('operations')?.entries ?? []).map(([name, node]) => {
    checkFields(node, fields.operationFields);
    if (ownMembers.has(name)) {
      node.report(
        `an operation cannot be called \`${name}\`: every channel's handlers have that`,
        'rename it',
      );
    }
    const known = node.get('channel', 'messages')?.entries ?? [];
    const listed = node.get('messages')?.value;
    const named = Array.isArray(listed) ? new Set(listed.map(referenceKey)) : null;
    const messages = known.filter(([message]) => named?.has(message) ?? true);
    if (messages.length === 0)
      node.report('an operation has no message', 'give it one, or remove the operation');
    return {
      name,
      node,
      channel: referenceKey(node.raw('channel')),
      action: node.text('action') === 'receive' ? 'receive' : 'send',
      messages,
    };
  });
}

/** Reports a channel that nothing goes through, and warns of messages that the contract describes for nothing. */
export function checkUse(channel: ContractNode, operations: readonly ReadOperation[]): void {
  if (operations.length === 0) channel.report('a channel has no operation', 'give it one, or remove it');
  const used = new Set(operations.flatMap(({ messages }) => messages.map(([name]) => name)));
  for (const [name] of channel.get('messages')?.entries ?? []) {
    if (used.has(name)) continue;
    const pointer = joinPointer(channel.pointer, 'messages', name);
    channel.document.warn(
      pointer,
      `message \`${name}\` belongs to no operation`,
      'add it to one, or remove it',
    );
  }
}

/** The name by which a reference calls what it refers to; the contract's specification was checked: it is one. */
function referenceKey(reference: unknown): string {
  const { $ref } = reference as { readonly $ref: string };
  return splitPointer(pointerOfReference($ref) ?? '').at(-1) ?? '';
}
