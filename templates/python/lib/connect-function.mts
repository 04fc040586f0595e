/** The source of a channel's connect function. */
import type { ArgumentType, PythonChannel } from '../../../scripts/posted/python/python-contract.ts';
import {
  call,
  docstring,
  indented,
  statement,
  step,
  subscript,
  text,
} from '../../../scripts/posted/python/python-source.ts';

interface Option {
  readonly name: string;
  readonly type: string;
  /** The default value as source; null if the option is required. */
  readonly preset: string | null;
  readonly about: string;
  /** The dataclass that receives the value, and the argument as source. */
  readonly to: 'target' | 'client';
  readonly value: string;
}

export function connectFunction(channel: PythonChannel): readonly string[] {
  const { model, typeName, identifier } = channel;
  const options = optionsOf(channel);
  const [url, ...named] = options;
  const passed = (to: Option['to']) => options.filter((option) => option.to === to).map(({ value }) => value);
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
    `${step}return ${typeName}Client(channels.${identifier}, options)`,
  ];
}

/** Null marks the end of the positional parameters. */
function parameter(option: Option | null | undefined): readonly string[] {
  if (option === null || option === undefined) return ['*,'];
  const { name, type, preset } = option;
  return `${name}: ${type}${preset === null ? '' : ` = ${preset}`},`.split('\n');
}

function optionsOf(channel: PythonChannel): readonly [Option, ...Option[]] {
  const { parameters, query, headers } = channel;
  return [
    urlOption(channel),
    ...credentialOptions(channel),
    ...serverOptions(channel),
    ...givenOption('parameters', parameters, 'Values for the `{parameter}` expressions of the address.'),
    ...givenOption('query', query, 'The query of the URL.'),
    ...givenOption('headers', headers, 'The handshake headers that the contract names.'),
    ...resumeOptions(channel),
    ...answerOption(channel),
    {
      ...optional('settings', 'Settings', 'The options that are the same for every channel.'),
      value: 'settings=settings or Settings()',
    },
  ];
}

function urlOption({ model }: PythonChannel): Option {
  const about = 'The URL of the server: ws, wss, http or https. The address is appended to its path.';
  const option = { name: 'url', to: 'target', value: 'url' } as const;
  return model.servers.length === 0
    ? { ...option, type: 'str', preset: null, about }
    : {
        ...option,
        type: 'str | None',
        preset: 'None',
        about: `${about} Default: a server of the contract.`,
      };
}

function credentialOptions({ typeName, credentials }: PythonChannel): readonly Option[] {
  if (credentials.length === 0) return [];
  const type = {
    type: `${typeName}Credentials`,
    isRequired: credentials.every(({ required }) => required !== null),
  };
  const about =
    'By name of the security scheme; any one suffices. Functions are called before every attempt.';
  return givenOption('credentials', type, about).map((option) => ({ ...option, to: 'client' }));
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
      value: 'variables=variables or {}',
    },
  ];
}

/** An option with values by name; none if the channel has no such values. */
function givenOption(name: string, given: ArgumentType | null, about: string): readonly Option[] {
  if (given === null) return [];
  const needed = { name, about, to: 'target' } as const;
  return given.isRequired
    ? [{ ...needed, type: given.type, preset: null, value: `${name}=${name}` }]
    : [{ ...needed, type: `${given.type} | None`, preset: 'None', value: `${name}=${name} or {}` }];
}

function resumeOptions({ reset }: PythonChannel): readonly Option[] {
  if (reset === null) return [];
  const resume =
    'Whether a new connection continues where the last one was lost, so that every message arrives exactly once. ' +
    'False: a plain connection.';
  const cursors =
    'Where to keep the cursor up to which everything is processed. A saved cursor takes precedence over the query. ' +
    'Default: in memory.';
  const onReset =
    'Called, in the order of the messages, if the server no longer has what was missed. Default: `on_error` is called.';
  return [
    { name: 'resume', type: 'bool', preset: 'True', about: resume, to: 'client', value: 'resume=resume' },
    optional('cursors', 'CursorStore', cursors),
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
  return [{ ...option, value: 'answer=answer or {}' }];
}

function optional(name: string, type: string, about: string): Option {
  return { name, type: `${type} | None`, preset: 'None', about, to: 'client', value: `${name}=${name}` };
}
