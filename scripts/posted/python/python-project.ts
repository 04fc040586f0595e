import { type ContractTitle, preamble } from '../source/preamble.ts';
import { printable } from '../source/printable.ts';
import { oneLine } from '../source/typescript-source.ts';
import type { PythonChannel, PythonContract } from './python-contract.ts';
import { kebabCase, packageName } from './python-names.ts';
import { text } from './python-source.ts';

/** Which clients a package has. */
export type PythonClients = 'channels' | 'rest' | 'both';

/** The text of README.md of a package without channels. */
export function renderRestReadme(title: ContractTitle): string {
  return [
    preamble(title, 'markdown'),
    `# ${oneLine(title.title)}`,
    '',
    'A typed Python client on httpx, generated from the OpenAPI document.',
    '',
    '```sh',
    'pip install .',
    '```',
    '',
    `\`${packageName(title.title)}.rest\` has the class \`RestClient\`, with a method for each operation.`,
    '',
  ].join('\n');
}

/** The text of pyproject.toml. Hatchling leaves no build files in the folder. */
export function renderProject(title: ContractTitle, clients: PythonClients, hasMsgpack = false): string {
  return [
    preamble(title, 'toml'),
    '[build-system]',
    'requires = ["hatchling>=1.21"]',
    'build-backend = "hatchling.build"',
    '',
    '[project]',
    `name = ${tomlText(kebabCase(title.title))}`,
    `version = ${tomlText(releaseOf(title.version))}`,
    `description = ${tomlText(oneLine(`A client of ${title.title}.`))}`,
    'readme = "README.md"',
    'requires-python = ">=3.10"',
    'dependencies = [',
    ...(clients === 'channels' ? [] : ['    "httpx>=0.27,<1",']),
    ...(hasMsgpack ? ['    "msgpack>=1.0.5,<2",'] : []),
    '    "typing-extensions>=4.6; python_version < \'3.11\'",',
    ...(clients === 'rest' ? [] : ['    "websockets>=15.0,<18",']),
    ']',
    '',
    '[tool.hatch.build.targets.wheel]',
    `packages = [${tomlText(packageName(title.title))}]`,
    '',
  ].join('\n');
}

/** The text of README.md. */
export function renderReadme(contract: PythonContract, hasRest: boolean): string {
  const [channel] = contract.channels;
  const name = packageName(contract.title);
  return [
    preamble(contract, 'markdown'),
    `# ${oneLine(contract.title)}`,
    '',
    'Typed Python clients, generated from the AsyncAPI document. They check every message against the contract,',
    'reconnect, and resume channels that support it.',
    '',
    '```sh',
    'pip install .',
    '```',
    '',
    ...(channel === undefined ? [] : exampleOf(name, channel)),
    ...(hasRest
      ? [
          `\`${name}.rest\` has a client of the REST API, \`RestClient\`, with a method for each operation.`,
          '',
        ]
      : []),
  ].join('\n');
}

function exampleOf(
  name: string,
  { identifier, credentials, params, model }: PythonChannel,
): readonly string[] {
  const [required] = credentials;
  const scheme = required?.required;
  const value = scheme?.credentials === 'basic' ? 'UserPassword("user", "password")' : '"…"';
  const isOnly = credentials.length === 1 && required?.optional.length === 0;
  const args = [
    ...(model.servers.length === 0 ? ['"ws://localhost:8080"'] : []),
    ...(scheme ? [`auth=${isOnly ? value : `{${text(scheme.name)}: ${value}}`}`] : []),
    ...(params?.isRequired === true ? ['params={…}'] : []),
  ];
  const names = [...(scheme?.credentials === 'basic' ? ['UserPassword'] : []), `connect_${identifier}`];
  return [
    '```python',
    'import asyncio',
    '',
    `from ${name} import ${names.join(', ')}`,
    '',
    '',
    'async def main() -> None:',
    `    async with connect_${identifier}(${args.join(', ')}) as client:`,
    '        async for message in client.messages():',
    '            print(message)',
    '',
    '',
    'asyncio.run(main())',
    '```',
    '',
    'Operations are methods of the client, and `client.on` has a method for each message that registers a function.',
    'Editors show what they take, return and raise.',
    '',
  ];
}

/** The contract's version as a version of a Python package (PEP 440), without parts that have no equivalent. */
function releaseOf(version: string): string {
  const [, release = '0', letter, number = '0'] =
    /^v?(\d+(?:\.\d+)*)(?:[-.]?(alpha|beta|rc|a|b)[-.]?(\d+)?)?/i.exec(version) ?? [];
  const kind =
    letter === undefined ? '' : ({ a: 'a', b: 'b', r: 'rc' }[letter[0]?.toLowerCase() ?? ''] ?? '');
  return kind === '' ? release : `${release}${kind}${number}`;
}

/** A basic string of TOML, which has the escapes of JSON except for halves of characters. */
function tomlText(value: string): string {
  return printable(JSON.stringify(value.toWellFormed()));
}
