import { File } from '@asyncapi/generator-react-sdk';
import { docstring, imports, preamble } from '#lib/source.mts';

/** __init__.py: the public names. */
export default function init({ params: { contract } }) {
  const own = contract.channels.flatMap(({ typeName, identifier, credentials, answers }) => [
    `${typeName}Client`,
    `${typeName}Message`,
    `${typeName}Named`,
    ...(credentials.length > 0 ? [`${typeName}Credentials`] : []),
    ...(answers.length > 0 ? [`${typeName}Answers`] : []),
    `connect_${identifier}`,
  ]);
  const modules = {
    '._runtime.credentials': ['TextCredential', 'UserPassword', 'UserPasswordCredential'],
    '._runtime.cursor_store': ['CursorStore', 'FileCursor', 'MemoryCursor'],
    '._runtime.errors': ['ErrorCode', 'PostedClientError'],
    '._runtime.connector': ['Ended'],
    '._runtime.message_codec': ['InvalidMessage'],
    '._runtime.settings': ['Backoff', 'InvalidDecision', 'Settings', 'Status'],
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

function byCode(one, other) {
  return one < other ? -1 : 1;
}
