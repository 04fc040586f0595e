import { File } from '@asyncapi/generator-react-sdk';
import { authType, replyNames } from '#lib/channel-types.mts';
import { docstring, imports, preamble } from '#lib/source.mts';

/** __init__.py: the public names. */
export default function init({ params: { contract } }) {
  const own = contract.channels.flatMap(publicNames);
  const modules = {
    '._runtime.credentials': ['TextCredential', 'UserPassword', 'UserPasswordCredential'],
    '._runtime.cursor_store': ['CursorStore', 'FileCursor', 'MemoryCursor'],
    '._runtime.errors': ['ErrorCode', 'PostedClientError', 'PostedError', 'PostedErrorCode'],
    '._runtime.connector': ['Ended'],
    '._runtime.message_codec': ['InvalidMessage'],
    '._runtime.message_loop': ['MessageLoop'],
    '._runtime.outbox': ['WhenOffline'],
    '._runtime.settings': ['Backoff', 'ClientFailure', 'InvalidDecision', 'Settings'],
    '._runtime.status': ['CurrentStatus', 'Status', 'Stop'],
    '._runtime.token_source': ['TokenSource'],
    '.client': own.toSorted(byCode),
  };
  const all = ['models', ...Object.values(modules).flat()].toSorted(byCode);
  return (
    <File name="__init__.py">
      {[
        preamble(contract, 'python'),
        ...docstring(`Clients of ${contract.title} ${contract.version}.`),
        '',
        'from . import models',
        ...Object.entries(modules).flatMap(([module, names]) => imports(module, names)),
        '',
        '__all__ = [',
        ...all.map((name) => `    "${name}",`),
        ']',
        '',
      ].join('\n')}
    </File>
  );
}

function publicNames(channel) {
  const { typeName, identifier, credentials, answers } = channel;
  const auth = `${typeName}Credentials`;
  return [
    `${typeName}Client`,
    `${typeName}Message`,
    `${typeName}Named`,
    ...(credentials.length > 0 && authType(channel) === auth ? [auth] : []),
    ...(answers.length > 0 ? [`${typeName}Answers`] : []),
    ...answers.flatMap((answered) => replyNames(typeName, answered)),
    `connect_${identifier}`,
  ];
}

function byCode(one, other) {
  return one < other ? -1 : 1;
}
