import { File } from '@asyncapi/generator-react-sdk';
import {
  argument,
  call,
  dict,
  docstring,
  imports,
  literal,
  preamble,
  statement,
  text,
  tuple,
} from '#lib/source.mts';

/** channels.py: the descriptor of every channel. */
export default function channels({ params: { contract } }) {
  const declared = contract.channels.map(descriptor);
  const source = declared.join('\n\n');
  const names = [
    'Channel',
    'Message',
    'Operation',
    'Resume',
    'SecurityScheme',
    'Server',
    'ServerVariable',
    'Tag',
  ].filter((name) => source.includes(`${name}(`));
  return (
    <File name="channels.py">
      {[
        preamble(contract, 'python'),
        '"""The descriptors of the channels."""',
        '',
        'from __future__ import annotations',
        '',
        ...imports('._runtime.descriptor', names),
        'from ._runtime.guards import Guards',
        ...(source.includes('codec=MSGPACK') ? imports('._runtime.msgpack_codec', ['MSGPACK']) : []),
        'from .schemas import DEFINITIONS',
        '',
        '_guards = Guards(DEFINITIONS)',
        '',
        source,
        '',
      ].join('\n')}
    </File>
  );
}

function descriptor({ model, identifier, members }) {
  const code = call(
    'Channel',
    argument('name', text(model.name)),
    argument('address', text(model.address)),
    argument('servers', tuple(model.servers.map(server))),
    argument('parameters', guard(model.parameters?.definition)),
    argument('parameter_defaults', literal(model.parameterDefaults)),
    argument('query', guard(model.query?.definition)),
    argument('headers', guard(model.headers?.definition)),
    argument('security', tuple(model.security.map(securityScheme))),
    argument('send', tuple(model.send.map(message))),
    argument('receive', tuple(model.receive.map(message))),
    argument('operations', tuple(model.operations.map((one) => operation(one, members.get(one.name))))),
    argument('resume', resume(model.resume)),
    ...(model.auth ? [argument('auth', 'True')] : []),
  );
  return [statement(`${identifier} = `, code), ...docstring(model.description)].join('\n');
}

function server({ name, protocol, host, pathname, variables }) {
  return call(
    'Server',
    argument('name', text(name)),
    argument('protocol', text(protocol)),
    argument('host', text(host)),
    argument('pathname', text(pathname)),
    argument('variables', dict(variables.map((variable) => [variable.name, serverVariable(variable)]))),
  );
}

function serverVariable({ values, default: preset }) {
  return call(
    'ServerVariable',
    argument('values', tuple(values.map(text))),
    argument('default', literal(preset)),
  );
}

function securityScheme({ name, credentials, in: location, parameter }) {
  return call('SecurityScheme', text(name), text(credentials), text(location), text(parameter));
}

function message({ name, encoding, tag, probes, definition, received, constants, correlationId }) {
  return call(
    'Message',
    argument('name', text(name)),
    argument('encoding', text(encoding)),
    argument('tag', tag === null ? 'None' : describeTag(tag)),
    argument('guard', guard(received?.definition ?? definition)),
    argument('constants', literal(constants)),
    argument('correlation_id', correlationId === null ? 'None' : tuple(correlationId.map(text))),
    ...(probes.length === 0 ? [] : [argument('probes', tuple(probes.map(describeTag)))]),
    ...(encoding === 'msgpack' ? [argument('codec', 'MSGPACK')] : []),
  );
}

function describeTag({ path, values, isOptional }) {
  const optional = isOptional ? [argument('is_optional', 'True')] : [];
  return call('Tag', tuple(path.map(text)), tuple(values.map(literal)), ...optional);
}

function operation({ name, action, messages, reply, security }, member) {
  return call(
    'Operation',
    argument('name', text(name)),
    argument('member', text(member)),
    argument('action', text(action)),
    argument('messages', tuple(messages.map((one) => text(one.message.name)))),
    argument('reply', reply === null ? 'None' : tuple(reply.map((one) => text(one.name)))),
    argument('security', tuple(security.map(securityScheme))),
  );
}

function resume(names) {
  if (names === null) return 'None';
  return call(
    'Resume',
    ...Object.entries(names)
      .filter(([, name]) => name !== null)
      .map(([role, name]) => argument(role, text(name))),
  );
}

function guard(definition) {
  return definition === undefined || definition === null ? 'None' : call('_guards.of', text(definition));
}
