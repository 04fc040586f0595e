import type { ContractNode } from '../contract/contract-node.ts';
import type { Action } from './contract-model.ts';

/** A message with its name, which is unique among those of its direction. */
export type NamedMessage = readonly [name: string, node: ContractNode];

/** An operation with its messages and replies. */
export interface ReadOperation {
  readonly name: string;
  readonly node: ContractNode;
  readonly action: Action;
  readonly messages: readonly NamedMessage[];
  /** Null for an operation without a reply. */
  readonly reply: readonly NamedMessage[] | null;
  /** The names of the channels of the messages and of the replies. */
  readonly channelNames: { readonly messages: string; readonly reply: string };
}
