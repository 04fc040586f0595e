/** The answer to a request that the contract allows several replies to. Clients and servers share this file. */
import type { OperationDescriptor } from './descriptor.ts';

/** Narrows an answer: `if (answer.is('bidRejected')) answer.highestCents`. */
export interface Is<Messages> {
  is<Name extends keyof Messages>(name: Name): this is Messages[Name];
}

/** One of several replies, by message name. */
export type Answer<Messages> = Messages[keyof Messages] & Is<Messages>;

/** Replies with their names, for an answer that may not be an object, and so cannot have `is` itself. */
export type Named<Messages> = {
  readonly [Name in keyof Messages]: { readonly message: Name; readonly payload: Messages[Name] };
};

/** A reply as the application gets it: the message itself, and with several, an object with the function `is`. */
export function createAnswer(
  { reply = [], wrapsReply }: OperationDescriptor,
  name: string,
  message: unknown,
): unknown {
  if (reply.length === 1) return message;
  const answer = wrapsReply === true ? { message: name, payload: message } : Object(message);
  // Not enumerable, so that an answer compares and prints like its message.
  return Object.defineProperty(answer, 'is', { value: (candidate: string) => candidate === name });
}
