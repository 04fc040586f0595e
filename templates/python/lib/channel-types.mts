/** The source of the types of a channel's client. */
import type { CredentialChoice, PythonChannel } from '../../../scripts/posted/python/python-contract.ts';
import type { AnsweredOperation, CalledOperation } from '../../../scripts/posted/python/python-operations.ts';
import {
  type Code,
  docstring,
  indented,
  method,
  statement,
  subscript,
  text,
} from '../../../scripts/posted/python/python-source.ts';
import { declareTypedDict, type Member } from '../../../scripts/posted/python/typed-dict.ts';

/** The type without values. */
const nothing = 'NoReturn';

const names: ReadonlySet<string> = new Set(
  (
    'Awaitable Callable Client CursorStore Handler Handlers Literal NoReturn NotRequired Options Reply Sender ' +
    'Settings Stop Target TextCredential TypeAlias TypedDict Union UserPasswordCredential WhenOffline annotations ' +
    'bool bytes float int models None object channels str sys tuple'
  ).split(' '),
);

/** The declarations before a channel's client. */
export function channelTypes(channel: PythonChannel): readonly string[] {
  const { typeName, receives, answers } = channel;
  const named = receives.map(({ name, type }) => subscript('tuple', [literalOf(name), type]));
  return [
    alias(
      `${typeName}Message`,
      receives.map(({ type }) => type),
      'Any message that the client receives.',
    ),
    alias(`${typeName}Named`, named, 'Any message that the client receives, with its name.'),
    ...credentialTypes(channel),
    ...answers.flatMap((answered) => replyTypes(typeName, answered)),
    ...answerType(channel),
  ];
}

/** The type that an operation's reply has for its caller. */
export function resultType({ reply }: CalledOperation): string {
  if (reply === null) return 'None';
  const { messages, isNamed } = reply;
  return unionOf(messages.map(({ name, type }) => (isNamed ? `tuple[${literalOf(name)}, ${type}]` : type)));
}

/** The type of the option `auth`: the credential of the only scheme, or credentials by scheme. */
export function authType({ typeName, credentials }: PythonChannel): string {
  const [only, ...others] = credentials.flatMap(schemesOf);
  return only !== undefined && others.length === 0 ? credentialOf(only) : `${typeName}Credentials`;
}

/** The class that creates one of several replies. */
export function repliesClass(typeName: string, { name }: AnsweredOperation): string {
  return `${typeName}${pascal(name)}Replies`;
}

/** The types of one of several replies; none if there is only one. */
export function replyNames(typeName: string, answered: AnsweredOperation): readonly string[] {
  return answered.replies.length === 1
    ? []
    : [repliesClass(typeName, answered), replyName(typeName, answered)];
}

/** The class of an operation with several messages. */
export function operationClass(typeName: string, { name }: CalledOperation): string {
  return `${typeName}${pascal(name)}Operation`;
}

/** A union type on one line. */
function unionOf(types: readonly string[]): string {
  const once = [...new Set(types)];
  return once.length === 1 ? (once[0] ?? nothing) : `Union[${once.join(', ')}]`;
}

function alias(name: string, types: readonly Code[], about: string): string {
  const once = [...new Map(types.map((type) => [JSON.stringify(type), type])).values()];
  const [only] = once;
  const type = once.length > 1 ? subscript('Union', once) : (only ?? nothing);
  return `${statement(`${name}: TypeAlias = `, type)}\n"""${about}"""`;
}

type Scheme = CredentialChoice['optional'][number];

function schemesOf({ required, optional }: CredentialChoice): readonly Scheme[] {
  return required === null ? optional : [required, ...optional];
}

function credentialOf({ credentials }: Scheme): string {
  return credentials === 'basic' ? 'UserPasswordCredential' : 'TextCredential';
}

function credentialTypes(channel: PythonChannel): readonly string[] {
  const { typeName, credentials } = channel;
  const name = `${typeName}Credentials`;
  if (credentials.length === 0 || authType(channel) !== name) return [];
  const about = 'By name of the security scheme.';
  const [only] = credentials;
  if (only !== undefined && credentials.length === 1) return [credentialType(name, only, about)];
  const parts = credentials.map((choice, index) => credentialType(`${name}${index + 1}`, choice, about));
  const union = alias(
    name,
    credentials.map((_, index) => `${name}${index + 1}`),
    'Any one of them suffices.',
  );
  return [...parts, union];
}

function credentialType(name: string, choice: CredentialChoice, about: string): string {
  const members = schemesOf(choice).map(
    (scheme): Member => ({
      name: scheme.name,
      type: credentialOf(scheme),
      isRequired: scheme === choice.required,
      about: [scheme.description],
    }),
  );
  return declareTypedDict(name, members, [about], names);
}

function replyTypes(typeName: string, answered: AnsweredOperation): readonly string[] {
  const { name, replies } = answered;
  if (replies.length === 1) return [];
  const methods = replies.flatMap((reply) => [
    '',
    ...method('def', reply.member, ['self', `content: ${reply.type}`], `Reply[${literalOf(reply.name)}]`),
    ...indented([...docstring(reply.description), `return Reply(${text(reply.name)}, content)`]),
  ]);
  const about = docstring(`Creates the replies to operation ${name}.`);
  return [
    [`class ${repliesClass(typeName, answered)}:`, ...indented([...about, ...methods])].join('\n'),
    alias(
      replyName(typeName, answered),
      [
        subscript('Reply', [
          subscript(
            'Literal',
            replies.map((reply) => text(reply.name)),
          ),
        ]),
      ],
      'One of these replies.',
    ),
  ];
}

function answerType({ typeName, answers }: PythonChannel): readonly string[] {
  if (answers.length === 0) return [];
  const members = answers.map((answered): Member => {
    const { member, description, requestTypes, replies } = answered;
    const [only, ...others] = replies;
    const isOne = only !== undefined && others.length === 0;
    const reply = isOne ? only.type : replyName(typeName, answered);
    const taken = [unionOf(requestTypes), ...(isOne ? [] : [repliesClass(typeName, answered)])];
    const type = `Callable[[${taken.join(', ')}], Union[${reply}, Awaitable[${reply}]]]`;
    return { name: member, type, isRequired: false, about: [description] };
  });
  const about = 'Functions by operation that answer the requests of the server.';
  return [declareTypedDict(`${typeName}Answers`, members, [about], names)];
}

function replyName(typeName: string, { name }: AnsweredOperation): string {
  return `${typeName}${pascal(name)}Reply`;
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
