/** The source of a channel's client, and of the classes of its members. */
import type { PythonChannel } from '../../../scripts/posted/python/python-contract.ts';
import type { CalledOperation, TypedMessage } from '../../../scripts/posted/python/python-operations.ts';
import {
  call,
  docstring,
  indented,
  method,
  statement,
  step,
  text,
} from '../../../scripts/posted/python/python-source.ts';
import { operationClass, resultType } from './channel-types.mts';

/** An attribute that the client creates. */
interface Attribute {
  readonly name: string;
  readonly type: string;
  readonly about: readonly string[];
  /** What its class takes, as source. */
  readonly given: string;
}

/** The classes of a channel, the client last. */
export function clientClasses(channel: PythonChannel): readonly string[] {
  const { model, typeName, identifier, calls } = channel;
  const attributes = attributesOf(channel);
  const methods = calls.flatMap((operation) => {
    const [only, ...others] = operation.messages;
    return only === undefined || others.length > 0 ? [] : [called(operation, operation, only)];
  });
  const client = classOf(
    `${typeName}Client(Client[${typeName}Message, ${typeName}Named])`,
    docstring(`The client of channel ${model.name}.`, model.description),
    ...(attributes.length === 0
      ? []
      : [attributes.flatMap(({ name, type, about }) => [`${name}: ${type}`, ...docstring(...about)])]),
    [
      'def __init__(self, options: Options) -> None:',
      ...indented([
        `super().__init__(channels.${identifier}, options)`,
        ...attributes.map(({ name, type, given }) => `self.${name} = ${type}(${given})`),
      ]),
    ],
    ...methods,
  );
  return [...handlersClass(channel), ...operationClasses(channel), client];
}

function attributesOf({ typeName, receives, calls }: PythonChannel): readonly Attribute[] {
  const on = {
    name: 'on',
    type: `${typeName}On`,
    about: ['Registers functions that receive messages: one method for each message.'],
    given: 'self._deliveries',
  };
  const operations = calls
    .filter(({ messages }) => messages.length > 1)
    .map((operation) => ({
      name: operation.member,
      type: operationClass(typeName, operation),
      about: [operation.description, generatedFrom('operation', operation.name)],
      given: 'self._sender',
    }));
  return [...(receives.length > 0 ? [on] : []), ...operations];
}

function handlersClass({ model, typeName, receives }: PythonChannel): readonly string[] {
  if (receives.length === 0) return [];
  const methods = receives.map(({ name, member, type, description }) => [
    ...method('def', member, ['self', `handler: Handler[${type}]`], 'Stop'),
    ...indented([
      ...docstring(description, generatedFrom('message', name)),
      `return self._add(${text(name)}, handler)`,
    ]),
  ]);
  const about = docstring(
    `Registers functions that receive the messages of channel ${model.name}.`,
    'A function may be a coroutine function. Each method returns a function that ends the calls, also as a ' +
      'decorator.',
  );
  return [classOf(`${typeName}On(Handlers)`, about, ...methods)];
}

function operationClasses({ typeName, calls }: PythonChannel): readonly string[] {
  return calls
    .filter(({ messages }) => messages.length > 1)
    .map((operation) =>
      classOf(
        operationClass(typeName, operation),
        docstring(`Sends the messages of operation ${operation.name}.`, operation.description),
        ['def __init__(self, sender: Sender) -> None:', ...indented(['self._sender = sender'])],
        ...operation.messages.map((message) => called(operation, message, message)),
      ),
    );
}

/** The method that sends a message of an operation. */
function called(
  operation: CalledOperation,
  { member, description }: Pick<TypedMessage, 'member' | 'description'>,
  message: TypedMessage,
): readonly string[] {
  const { name, reply } = operation;
  const parameters = ['self', `content: ${message.type}`, '*'];
  const whenOffline = 'when_offline: WhenOffline = "fail"';
  const source =
    operation.messages.length > 1 ? generatedFrom('message', message.name) : generatedFrom('operation', name);
  if (reply === null) {
    return [
      ...method('def', member, [...parameters, whenOffline], 'None'),
      ...indented([
        ...docstring(
          description || message.description,
          'Raises PostedClientError at once if it cannot be sent: `bad_message`, `not_open` or `send_buffer_full`.',
          source,
        ),
        `self._sender.send(${text(message.name)}, content, when_offline)`,
      ]),
    ];
  }
  const names = [text(name), text(message.name)];
  const send = reply.isNamed ? 'named_request' : 'request';
  const sent = call(`self._sender.${send}`, ...names, 'content', 'timeout', 'when_offline');
  const replies = reply.messages.map((one) => `\`${one.name}\``).join(' or ');
  return [
    ...method(
      'async def',
      member,
      [...parameters, 'timeout: float = 10.0', whenOffline],
      resultType(operation),
    ),
    ...indented([
      ...docstring(
        description || message.description,
        `Returns ${replies}${reply.isNamed ? ', as a tuple of name and message' : ''}.`,
        'Raises PostedError if the server refuses, and PostedClientError if nothing was sent (`bad_message`, ' +
          '`not_open`, `send_buffer_full`) or no reply arrived (`closed`, `timeout`).',
        source,
      ),
      ...statement('return await ', sent, '', step + step)
        .split('\n')
        .map((line) => line.slice(step.length * 2)),
    ]),
  ];
}

function classOf(head: string, about: readonly string[], ...members: readonly (readonly string[])[]): string {
  const body = members.flatMap((member) => ['', ...member]);
  return [`class ${head}:`, ...indented([...about, ...body])].join('\n');
}

function generatedFrom(kind: 'message' | 'operation', name: string): string {
  return `@generated from ${kind} ${name}`;
}
