/** The source of the types of a channel's client. */
import type {
  CredentialChoice,
  Exchange,
  PythonChannel,
  TypedMessage,
} from '../../../scripts/posted/python/python-contract.ts';
import { type Code, statement, subscript, text } from '../../../scripts/posted/python/python-source.ts';
import { declareTypedDict, type Member } from '../../../scripts/posted/python/typed-dict.ts';

/** The type without values. */
const nothing = 'NoReturn';

const names: ReadonlySet<string> = new Set(
  (
    'Awaitable Callable Client CursorStore Literal NoReturn NotRequired Options Settings Target TextCredential ' +
    'TypeAlias TypedDict Union UserPasswordCredential annotations bool bytes float int models None object overload ' +
    'channels str sys tuple'
  ).split(' '),
);

/** The declarations before a channel's client. */
export function channelTypes(channel: PythonChannel): readonly string[] {
  const { typeName, receives } = channel;
  const named = receives.map(({ name, type }) => subscript('tuple', [literalOf(name), type]));
  return [
    alias(
      `${typeName}Message`,
      receives.map(({ type }) => type),
      'Any message that the client receives.',
    ),
    alias(`${typeName}Named`, named, 'Any message that the client receives, with its name.'),
    ...credentialTypes(channel),
    ...[...channel.requests, ...channel.answers].flatMap((exchange) => replyTypes(typeName, exchange)),
    ...answerType(channel),
  ];
}

/** The type of a reply; one of several comes with its name. */
export function replyType(typeName: string, { operation, replies }: Exchange): string {
  const [only] = replies;
  if (only !== undefined && replies.length === 1) return only.type;
  return unionOf(replies.map((_, index) => replyName(typeName, operation, index)));
}

/** A union type on one line. */
export function unionOf(types: readonly string[]): string {
  const once = [...new Set(types)];
  return once.length === 1 ? (once[0] ?? nothing) : `Union[${once.join(', ')}]`;
}

function alias(name: string, types: readonly Code[], about: string): string {
  const once = [...new Map(types.map((type) => [JSON.stringify(type), type])).values()];
  const [only] = once;
  const type = once.length > 1 ? subscript('Union', once) : (only ?? nothing);
  return `${statement(`${name}: TypeAlias = `, type)}\n"""${about}"""`;
}

function credentialTypes({ typeName, credentials }: PythonChannel): readonly string[] {
  if (credentials.length === 0) return [];
  const about = 'By name of the security scheme.';
  const [only] = credentials;
  const name = `${typeName}Credentials`;
  if (only !== undefined && credentials.length === 1) return [credentialType(name, only, about)];
  const parts = credentials.map((choice, index) => credentialType(`${name}${index + 1}`, choice, about));
  const union = alias(
    name,
    credentials.map((_, index) => `${name}${index + 1}`),
    'Any one of them suffices.',
  );
  return [...parts, union];
}

function credentialType(name: string, { required, optional }: CredentialChoice, about: string): string {
  const schemes = required === null ? optional : [required, ...optional];
  const members = schemes.map(
    (scheme): Member => ({
      name: scheme.name,
      type: scheme.credentials === 'basic' ? 'UserPasswordCredential' : 'TextCredential',
      isRequired: scheme === required,
      about: [scheme.description],
    }),
  );
  return declareTypedDict(name, members, [about], names);
}

function replyTypes(typeName: string, { operation, replies }: Exchange): readonly string[] {
  if (replies.length === 1) return [];
  return replies.map(({ name, type, description }: TypedMessage, index) => {
    const members = [
      { name: 'message', type: literalOf(name), isRequired: true, about: [] },
      { name: 'payload', type, isRequired: true, about: [] },
    ];
    return declareTypedDict(replyName(typeName, operation, index), members, [description], names);
  });
}

function answerType({ typeName, answers }: PythonChannel): readonly string[] {
  if (answers.length === 0) return [];
  const members = answers.map((exchange): Member => {
    const reply = replyType(typeName, exchange);
    const type = `Callable[[${unionOf(exchange.requestTypes)}], Union[${reply}, Awaitable[${reply}]]]`;
    return { name: exchange.operation, type, isRequired: false, about: [exchange.description] };
  });
  const about = 'Functions by operation that answer the requests of the server.';
  return [declareTypedDict(`${typeName}Answers`, members, [about], names)];
}

function replyName(typeName: string, operation: string, index: number): string {
  return `${typeName}${pascal(operation)}Reply${index + 1}`;
}

function pascal(name: string): string {
  return name
    .normalize('NFKC')
    .replaceAll(/\P{XID_Continue}/gu, '_')
    .replace(/^./u, (first) => first.toUpperCase());
}

function literalOf(value: string): string {
  return `Literal[${text(value)}]`;
}
