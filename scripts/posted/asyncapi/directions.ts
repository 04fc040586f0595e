import type { Action, MessageModel } from './contract-model.ts';
import type { ReadMessage } from './messages.ts';
import type { ReadOperation } from './operations.ts';

type Reader = (name: string, node: ReadOperation['node']) => ReadMessage;

/** All messages that go in one direction between a server and its clients, answers among them, each once. */
export function messagesIn(
  direction: Action,
  operations: readonly ReadOperation[],
  read: Reader,
): readonly ReadMessage[] {
  const messages = new Map<string, ReadMessage>();
  for (const { action, messages: asked, reply } of operations) {
    const going = action === direction ? asked : (reply ?? []);
    for (const [name, node] of going) {
      const message = read(name, node);
      const twin = messages.get(message.name);
      if (twin !== undefined && twin !== message) {
        const what = `two messages at one address are called \`${message.name}\``;
        node.report(what, 'give one of them another name');
      }
      messages.set(message.name, message);
    }
  }
  checkEncodings([...messages.values()]);
  return [...messages.values()];
}

/** Reports a message that two operations wait for: whose is it, when it comes? */
export function checkReceivers(operations: readonly ReadOperation[]): void {
  const owners = new Map<string, ReadOperation>();
  for (const operation of operations.filter(({ action }) => action === 'receive')) {
    for (const [name, { pointer }] of operation.messages) {
      const owner = owners.get(pointer);
      if (owner !== undefined) {
        const what = `operation \`${owner.name}\` receives message \`${name}\` too`;
        operation.node.report(what, 'leave it to one of them');
      }
      owners.set(pointer, operation);
    }
  }
}

/** Bytes cannot be told from bytes, nor plain text from anything else in a text frame. */
function checkEncodings(messages: readonly ReadMessage[]): void {
  const withEncoding = (encoding: MessageModel['encoding']): readonly ReadMessage[] =>
    messages.filter((message) => message.encoding === encoding);
  const [bytes, text, json] = [withEncoding('binary'), withEncoding('text'), withEncoding('json')];
  const clash =
    bytes.length > 1
      ? bytes
      : text.length > 1
        ? text
        : text.length > 0 && json.length > 0
          ? [...text, ...json]
          : [];
  if (clash.length === 0) return;
  const names = clash.map(({ name }) => `\`${name}\``).join(', ');
  clash[0]?.node.report(
    `the messages ${names} cannot be told apart: a frame says no more than that it holds text or bytes`,
    'send all but one of them as JSON, and text not beside JSON',
  );
}
