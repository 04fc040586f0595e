/** The source of a channel's connect function. */
import type { ArgumentType, PythonChannel } from '../../../scripts/posted/python/python-contract.ts';
import {
  argument,
  type Code,
  call,
  dict,
  docstring,
  indented,
  statement,
  step,
  subscript,
  text,
} from '../../../scripts/posted/python/python-source.ts';
import { authType, repliesClass } from './channel-types.mts';

interface Option {
  readonly name: string;
  readonly type: string;
  /** The default value as source; null if the option is required. */
  readonly preset: string | null;
  readonly about: string;
  /** The dataclass that receives the value, and its arguments. */
  readonly to: 'target' | 'client';
  readonly values: readonly Code[];
}

export function connectFunction(channel: PythonChannel): readonly string[] {
  const { model, typeName, identifier } = channel;
  const options = optionsOf(channel);
  const [url, ...named] = options;
  const passed = (to: Option['to']) =>
    options.filter((option) => option.to === to).flatMap(({ values }) => values);
  const built = call('Options', call('target=Target', ...passed('target')), ...passed('client'));
  return [
    `def connect_${identifier}(`,
    ...indented([url, null, ...named].flatMap(parameter)),
    `) -> ${typeName}Client:`,
    ...indented(
      docstring(
        `A client of channel ${model.name}, which \`async with\` connects and closes.`,
        model.description,
        ['Args:', ...options.map(({ name, about }) => `${step}${name}: ${about}`)].join('\n'),
        'Raises PostedClientError `invalid_options` for an option that cannot work.',
      ),
    ),
    ...statement('options = ', built, '', step).split('\n'),
    `${step}return ${typeName}Client(options)`,
  ];
}

/** Null marks the end of the positional parameters. */
function parameter(option: Option | null | undefined): readonly string[] {
  if (option === null || option === undefined) return ['*,'];
  const { name, type, preset } = option;
  return `${name}: ${type}${preset === null ? '' : ` = ${preset}`},`.split('\n');
}

function optionsOf(channel: PythonChannel): readonly [Option, ...Option[]] {
  const { params, query, headers } = channel;
  return [
    urlOption(channel),
    ...authOption(channel),
    ...serverOptions(channel),
    ...givenOption('params', params, 'Values for the `{parameter}` expressions of the address.'),
    ...givenOption('query', query, 'The query of the URL.'),
    ...givenOption('headers', headers, 'The handshake headers that the contract names.'),
    ...resumeOptions(channel),
    ...answerOption(channel),
    {
      ...optional('settings', 'Settings', 'The options that are the same for every channel.'),
      values: ['settings=settings or Settings()'],
    },
  ];
}

function urlOption({ model }: PythonChannel): Option {
  const about = 'The URL of the server: ws, wss, http or https. The address is appended to its path.';
  const option = { name: 'url', to: 'target', values: ['url'] } as const;
  return model.servers.length === 0
    ? { ...option, type: 'str', preset: null, about }
    : {
        ...option,
        type: 'str | None',
        preset: 'None',
        about: `${about} Default: a server of the contract.`,
      };
}

function authOption(channel: PythonChannel): readonly Option[] {
  const { credentials } = channel;
  if (credentials.length === 0) return [];
  const type = authType(channel);
  const about =
    type === `${channel.typeName}Credentials`
      ? 'Credentials by security scheme, any one of which suffices. Functions are called before every attempt.'
      : 'The credential, or a function that is called before every attempt.';
  const isRequired = credentials.every(({ required }) => required !== null);
  return [
    isRequired
      ? { name: 'auth', type, preset: null, about, to: 'client', values: ['auth=auth'] }
      : optional('auth', type, about),
  ];
}

function serverOptions({ model: { servers } }: PythonChannel): readonly Option[] {
  if (servers.length === 0) return [];
  const names = subscript(
    'Literal',
    servers.map(({ name }) => text(name)),
  );
  const type = statement('', names, ' | None = None,', step).trimStart().replace(' | None = None,', '');
  const about = 'The name of a server of the contract. Default: the first.';
  return [
    { ...optional('server', type.replaceAll(`\n${step}`, '\n'), about), to: 'target' },
    {
      ...optional('variables', 'Mapping[str, str]', 'Values for the `{variable}` expressions of the server.'),
      to: 'target',
      values: ['variables=variables or {}'],
    },
  ];
}

/** An option with values by name; none if the channel has no such values. */
function givenOption(name: string, given: ArgumentType | null, about: string): readonly Option[] {
  if (given === null) return [];
  const needed = { name, about, to: 'target' } as const;
  return given.isRequired
    ? [{ ...needed, type: given.type, preset: null, values: [`${name}=${name}`] }]
    : [{ ...needed, type: `${given.type} | None`, preset: 'None', values: [`${name}=${name} or {}`] }];
}

function resumeOptions({ reset }: PythonChannel): readonly Option[] {
  if (reset === null) return [];
  const resume =
    'Whether a new connection continues where the last one was lost, so that every message arrives exactly once. ' +
    'False: a plain connection.';
  const cursor =
    'Where to keep the cursor up to which everything is processed. A saved cursor takes precedence over the query. ' +
    'Default: in memory.';
  const onReset =
    'Called, in the order of the messages, if the server no longer has what was missed. Default: `on_error` is called.';
  return [
    { name: 'resume', type: 'bool', preset: 'True', about: resume, to: 'client', values: ['resume=resume'] },
    optional('cursor', 'CursorStore', cursor),
    optional('on_reset', `Callable[[${reset}], Awaitable[None] | None]`, onReset),
  ];
}

function answerOption({ typeName, answers }: PythonChannel): readonly Option[] {
  if (answers.length === 0) return [];
  const option = optional(
    'answer',
    `${typeName}Answers`,
    'Functions by operation that answer the requests of the server.',
  );
  const several = answers.filter(({ replies }) => replies.length > 1);
  const created = several.map(
    (answered) => [answered.member, `${repliesClass(typeName, answered)}()`] as const,
  );
  const replies = several.length > 0 ? [argument('replies', dict(created))] : [];
  return [{ ...option, values: ['answer=answer or {}', ...replies] }];
}

function optional(name: string, type: string, about: string): Option {
  return { name, type: `${type} | None`, preset: 'None', about, to: 'client', values: [`${name}=${name}`] };
}
