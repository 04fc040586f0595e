import { File } from '@asyncapi/generator-react-sdk';
import { channelTypes } from '#lib/channel-types.mts';
import { clientClasses } from '#lib/client-class.mts';
import { connectFunction } from '#lib/connect-function.mts';
import { imports, joinDeclarations, notRequiredImport, preamble } from '#lib/source.mts';

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
    ...of('typing', 'Literal', 'NoReturn', 'TypeAlias', 'TypedDict', 'Union'),
    '',
    ...of('.', 'channels', 'models'),
    ...of('._runtime.channel_url', 'Target'),
    ...of('._runtime.client', 'Client', 'Options'),
    ...of('._runtime.credentials', 'TextCredential', 'UserPasswordCredential'),
    ...of('._runtime.cursor_store', 'CursorStore'),
    ...of('._runtime.handlers', 'Handler', 'Handlers'),
    ...of('._runtime.outbox', 'WhenOffline'),
    ...of('._runtime.sender', 'Sender'),
    ...of('._runtime.server_requests', 'Reply'),
    ...of('._runtime.settings', 'Settings'),
    ...of('._runtime.status', 'Stop'),
    ...(isUsed('NotRequired') ? ['', ...notRequiredImport] : []),
  ];
}

function channelClient(channel) {
  return [
    joinDeclarations([...channelTypes(channel), ...clientClasses(channel)]),
    '',
    '',
    ...connectFunction(channel),
  ].join('\n');
}
