/**
 * What an AsyncAPI contract says, as plain data that the templates render. Names of the contract stand as they
 * are; identifiers of generated code are ready to be written.
 */
import type { SchemaUse } from '../schemas/schema-set.ts';
import type { ContractTitle } from '../source/typescript-source.ts';

export interface ContractModel extends ContractTitle {
  readonly channels: readonly ChannelModel[];
}

export interface ChannelModel {
  readonly name: string;
  /** What its descriptor is called. */
  readonly identifier: string;
  /** What the names of its types begin with. */
  readonly typeName: string;
  readonly address: string;
  readonly description: string;
  readonly parameters: SchemaUse | null;
  readonly query: SchemaUse | null;
  /** Any one of them suffices. */
  readonly security: readonly SecurityModel[];
  readonly operations: readonly OperationModel[];
  /** Null where connections cannot be resumed. */
  readonly resume: ResumeModel | null;
}

/** The names that resuming a connection takes, as they stand in the contract. */
export interface ResumeModel {
  readonly query: string;
  readonly cursor: string;
  readonly ready: string;
  readonly checkpoint: string;
  readonly reset: string;
  readonly bye: string;
  readonly ack: string;
}

export interface SecurityModel {
  readonly name: string;
  readonly type: 'http';
  readonly scheme: 'bearer';
  readonly description: string;
}

interface OperationModel {
  readonly name: string;
  readonly action: Action;
  readonly description: string;
  readonly messages: readonly MessageModel[];
}

/** From the point of view of the server. */
export type Action = 'send' | 'receive';

export interface MessageModel {
  readonly name: string;
  readonly description: string;
  readonly contentType: string;
  /** The type of its payload, as source. */
  readonly type: string;
  readonly guard: string;
  /** How it is told from the others that go in the same direction; null where there are no others. */
  readonly tag: MessageTag | null;
  /** What the type of its publisher is called; null for what the server receives. */
  readonly publisher: string | null;
}

/** A property that every message of a direction has, with another value in each. */
export interface MessageTag {
  readonly property: string;
  readonly value: string;
}

/** The messages that go in one direction, each with its operation. */
export function messagesOf(
  { operations }: Pick<ChannelModel, 'operations'>,
  action: Action,
): readonly (readonly [OperationModel, MessageModel])[] {
  return operations
    .filter((operation) => operation.action === action)
    .flatMap((operation) => operation.messages.map((message) => [operation, message] as const));
}
