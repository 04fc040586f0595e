/** The answer to a request that the contract allows several replies to. Clients and servers share this file. */

/** Narrows an answer: `if (answer.is('bidRejected')) answer.highestCents`. */
export interface Is<Messages> {
  is<Name extends keyof Messages>(name: Name): this is Messages[Name];
}

/** One of several replies, by message name. */
export type Answer<Messages> = Messages[keyof Messages] & Is<Messages>;

/** A reply as the application gets it: the message itself, and with several, an object with the function `is`. */
export function createAnswer(replies: readonly string[], name: string, message: unknown): unknown {
  if (replies.length === 1) return message;
  const isObject = typeof message === 'object' && message !== null && !(message instanceof Uint8Array);
  const answer = isObject ? message : { message: name, payload: message };
  // Not enumerable, so that an answer compares and prints like its message.
  return Object.defineProperty(answer, 'is', { value: (candidate: string) => candidate === name });
}
