import { File } from '@asyncapi/generator-react-sdk';
import { channelTypes, replyType, unionOf } from '#lib/channel-types.mts';
import { connectFunction } from '#lib/connect-function.mts';
import {
  docstring,
  imports,
  indented,
  joinDeclarations,
  method,
  notRequiredImport,
  preamble,
  text,
} from '#lib/source.mts';

/** client.py: the types, the client and the connect function of every channel. */
export default function client({ params: { contract } }) {
  const body = contract.channels.map(channelClient).join('\n\n\n');
  return (
    <File name="client.py">
      {[
        preamble(contract, 'python'),
        '"""The types, the client and the connect function of every channel."""',
        '',
        'from __future__ import annotations',
        '',
        ...importsOf(body),
        '',
        body,
        '',
      ].join('\n')}
    </File>
  );
}

function importsOf(body) {
  const isUsed = (name) => new RegExp(`\\b${name}\\b`).test(body);
  const of = (module, ...names) => imports(module, names.filter(isUsed));
  return [
    ...(isUsed('NotRequired') ? ['import sys'] : []),
    ...of('collections.abc', 'Awaitable', 'Callable', 'Mapping'),
    ...of('typing', 'Literal', 'NoReturn', 'TypeAlias', 'TypedDict', 'Union', 'overload'),
    '',
    ...of('.', 'channels', 'models'),
    ...of('._runtime.channel_url', 'Target'),
    ...of('._runtime.client', 'Client', 'Options'),
    ...of('._runtime.credentials', 'TextCredential', 'UserPasswordCredential'),
    ...of('._runtime.cursor_store', 'CursorStore'),
    ...of('._runtime.settings', 'Settings'),
    ...(isUsed('NotRequired') ? ['', ...notRequiredImport] : []),
  ];
}

function channelClient(channel) {
  const { model, typeName } = channel;
  const members = [...sending(channel), ...requesting(channel)];
  return [
    joinDeclarations(channelTypes(channel)),
    '',
    '',
    `class ${typeName}Client(Client[${typeName}Message, ${typeName}Named]):`,
    ...indented(docstring(`The client of channel ${model.name}.`, model.description)),
    ...members.flatMap((member) => ['', ...indented(member)]),
    '',
    '',
    ...connectFunction(channel),
  ].join('\n');
}

function sending({ sends }) {
  const doc = docstring(
    'Sends one message, checked against the contract. Nothing is queued while disconnected.',
    'Raises PostedClientError `bad_message` or `not_open`.',
  );
  const body = [...doc, 'await self._send(name, message)'];
  const signatures = sends.map(({ name, type }) => [
    ['self', `name: Literal[${text(name)}]`, `message: ${type}`],
    'None',
  ]);
  return overloaded('send', signatures, [['self', 'name: str', 'message: object'], 'None'], body);
}

function requesting({ typeName, requests }) {
  const doc = docstring(
    'Sends a request and returns the reply.',
    'Fills in a correlation id unless the message has one. Without correlation ids in the contract, replies are ' +
      'matched to requests in order.',
    'Raises PostedClientError: `bad_message`, `not_open` or `send_buffer_full` if nothing was sent, `timeout`, ' +
      'or `closed` if the connection is lost before the reply.',
  );
  const body = [...doc, 'return await self._request(operation, message, timeout_seconds)'];
  const timeout = ['*', 'timeout_seconds: float = 10.0'];
  const signatures = requests.map((exchange) => [
    [
      'self',
      `operation: Literal[${text(exchange.operation)}]`,
      `message: ${unionOf(exchange.requestTypes)}`,
      ...timeout,
    ],
    replyType(typeName, exchange),
  ]);
  const general = [['self', 'operation: str', 'message: object', ...timeout], 'object'];
  return overloaded('request', signatures, general, body);
}

/** A method with one signature, or with an overload for each name of the contract. */
function overloaded(name, signatures, general, body) {
  const [only] = signatures;
  if (only === undefined) return [];
  if (signatures.length === 1) return [[...method(name, ...only), ...indented(body)]];
  return [
    ...signatures.map((signature) => ['@overload', ...method(name, ...signature, ' ...')]),
    [...method(name, ...general), ...indented(body)],
  ];
}
