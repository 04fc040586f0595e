import { clientFormats } from '../openapi/client-formats.ts';
import { sentType } from '../openapi/content-kind.ts';
import { contentsOf, failuresOf } from '../openapi/rest-model.ts';
import { preamble } from '../source/preamble.ts';
import { credentialType, type PythonRest, type PythonRestOperation } from './python-rest.ts';
import {
  argument,
  type Code,
  call,
  dict,
  docstring,
  imports,
  indented,
  literal,
  method,
  statement,
  step,
  text,
  tuple,
} from './python-source.ts';
import { declareTypedDict } from './typed-dict.ts';

/** The text of rest/__init__.py. */
export function renderRestInit({ model }: PythonRest): string {
  const modules = {
    '.._runtime.rest_contract': ['RestResponse'],
    '.._runtime.rest_errors': ['RestError', 'RestErrorCode'],
    '.._runtime.rest_retry': ['RestFailure', 'Retry'],
    '.._runtime.token_source': ['TokenSource'],
    '.client': ['RestClient'],
  };
  const all = [...Object.values(modules).flat(), 'models'].toSorted();
  return [
    preamble(model, 'python'),
    ...docstring(`The REST client of ${model.title} ${model.version}.`),
    '',
    ...Object.entries(modules).flatMap(([module, names]) => imports(module, names)),
    'from . import models',
    '',
    '__all__ = [',
    ...all.map((name) => `    "${name}",`),
    ']',
    '',
  ].join('\n');
}

/** The text of rest/client.py. */
export function renderRestClientModule(rest: PythonRest): string {
  const body = [...authDeclarations(rest), operationsTable(rest), '', '', clientClass(rest)].join('\n');
  const isUsed = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(body);
  const used = (...names: readonly string[]): readonly string[] => names.filter(isUsed);
  return [
    preamble(rest.model, 'python'),
    '"""The client, with a method for every operation."""',
    '',
    'from __future__ import annotations',
    '',
    ...imports('collections.abc', used('AsyncIterator', 'Mapping', 'Sequence')),
    ...imports('typing', used('Literal', 'TypedDict', 'Union')),
    ...(used('AsyncIterator', 'Literal', 'Mapping', 'TypedDict', 'Union').length > 0 ? [''] : []),
    'import httpx',
    '',
    ...imports('.._runtime.rest_client', used('NO_BODY', 'BaseRestClient')),
    ...imports(
      '.._runtime.rest_contract',
      used('RestFile', 'RestOperation', 'RestResponse', 'RestSecurityScheme'),
    ),
    ...imports('.._runtime.rest_credentials', used('RestToken', 'RestUserPassword')),
    ...imports('.._runtime.rest_retry', ['Retry', 'ShouldRetry']),
    ...(isUsed('models\\.\\w+') ? ['from . import models'] : []),
    '',
    body,
    '',
  ].join('\n');
}

/** The type of the option `auth`: the credential of the only scheme, or credentials by scheme. */
function authType({ model: { securitySchemes } }: PythonRest): string | null {
  const [only, ...others] = securitySchemes.values();
  if (only === undefined) return null;
  return others.length === 0 ? credentialType(only) : 'RestAuth';
}

function authDeclarations(rest: PythonRest): readonly string[] {
  if (authType(rest) !== 'RestAuth') return [];
  const members = [...rest.model.securitySchemes].map(([name, scheme]) => ({
    name,
    type: credentialType(scheme),
    isRequired: true,
    about: [],
  }));
  const about = 'Credentials by name of the security scheme.';
  const typeNames = new Set(['RestToken', 'RestUserPassword']);
  const declared = declareTypedDict('RestAuth', members, [about], typeNames);
  // All of them are optional.
  const partial = declared.startsWith('class ')
    ? declared.replace('(TypedDict):', '(TypedDict, total=False):')
    : declared.replace(/\n\)(?=\n|$)/, '\n    total=False,\n)');
  return ['', partial, '', ''];
}

function operationsTable({ model, operations }: PythonRest): string {
  const schemes = [...model.securitySchemes].map(([name, { kind, parameter }]): [string, Code] => [
    name,
    call('RestSecurityScheme', text(kind), ...(parameter === null ? [] : [text(parameter)])),
  ]);
  const items = operations.map(({ model: operation }): Code => {
    const {
      operationId,
      method: verb,
      path,
      url,
      security,
      isOpen,
      idempotencyKey,
      responses,
      contents: [content],
    } = operation;
    const contentType =
      content === undefined ? 'application/json' : sentType(content.contentType, content.kind);
    const formats = Object.entries(clientFormats(operation)).map(([part, own]): [string, Code] => [
      part,
      dict(Object.entries(own).map(([name, format]) => [name, text(format)])),
    ]);
    const headers = [...operation.responseHeaderTypes].map(([name, type]): [string, Code] => [
      name,
      text(type),
    ]);
    const contents = [...contentsOf(responses)].map(([status, checked]): [string, Code] => [
      status,
      typeof checked === 'string' ? text(checked) : tuple(checked.map(text)),
    ]);
    return call(
      'RestOperation',
      text(operationId),
      text(verb),
      text(path),
      dict(contents),
      ...(url === null ? [] : [argument('url', text(url))]),
      ...(security.length === 0 ? [] : [argument('security', tuple(security.map(requirement)))]),
      ...(security.length > 0 && isOpen ? [argument('is_open', literal(true))] : []),
      ...(idempotencyKey === null ? [] : [argument('idempotency_key', text(idempotencyKey))]),
      ...(contentType === 'application/json' ? [] : [argument('content_type', text(contentType))]),
      ...(formats.length === 0 ? [] : [argument('formats', dict(formats))]),
      ...(headers.length === 0 ? [] : [argument('response_headers', dict(headers))]),
    );
  });
  return [
    statement('_SCHEMES: dict[str, RestSecurityScheme] = ', dict(schemes)),
    `_OPERATIONS = {`,
    `${step}operation.operation_id: operation`,
    `${step}for operation in (`,
    ...items.flatMap((item) => statement('', item, ',', step + step).split('\n')),
    `${step})`,
    '}',
  ].join('\n');
}

function requirement(names: string | readonly string[]): Code {
  return typeof names === 'string' ? text(names) : tuple(names.map(text));
}

function clientClass(rest: PythonRest): string {
  const { model, operations } = rest;
  const auth = authType(rest);
  const url = model.url === null ? 'url: str' : 'url: str | None = None';
  const options = [
    'self',
    url,
    '*',
    ...(auth === null ? [] : [`auth: ${auth} | None = None`]),
    'timeout: float = 15.0',
    'retry: Retry | None = Retry()',
    'should_retry: ShouldRetry | None = None',
    'max_response_bytes: int = 16_777_216',
    'http: httpx.AsyncClient | None = None',
  ];
  const about = [
    'Args:',
    `${step}url: The URL of the server, to which the paths of the contract are appended.${model.url === null ? '' : ' Default: that of the contract.'}`,
    ...(auth === null
      ? []
      : [
          `${step}auth: The credential, or a function that returns it. It is called for the first request, and once after a 401.`,
        ]),
    `${step}timeout: Seconds for each attempt, and for a credential.`,
    `${step}retry: When to send a request again; None: never.`,
    `${step}should_retry: Decides after each failed attempt but the last. Default: unless \`is_final\`.`,
    `${step}max_response_bytes: A larger response is an error.`,
    `${step}http: Sends the requests, for a proxy or certificates. It is not closed with this client.`,
  ].join('\n');
  const passed = [
    model.url === null ? 'url' : `${text(model.url)} if url is None else url`,
    '_SCHEMES',
    auth === null ? 'None' : 'auth',
    'timeout',
    'retry',
    'should_retry',
    'max_response_bytes',
    'http',
    ...(model.url !== null && operations.some((operation) => operation.model.url !== null)
      ? [argument('uses_contract_url', 'url is None')]
      : []),
  ];
  return [
    'class RestClient(BaseRestClient):',
    ...indented([
      ...docstring(
        `The REST API of ${model.title}: a method for each operation.`,
        'Use it with `async with`, or call `aclose` at the end.',
      ),
      '',
      ...method('def', '__init__', options, 'None'),
      ...indented([
        ...docstring(about, 'Raises RestError `invalid_options` for an option that cannot work.'),
        ...inMethod(call('super().__init__', ...passed)),
      ]),
      ...operations.flatMap((operation) => ['', ...operationMethod(operation)]),
    ]),
  ].join('\n');
}

function operationMethod({
  model,
  member,
  arguments: parts,
  result,
}: PythonRestOperation): readonly string[] {
  const { operationId, summary, description, responses } = model;
  const parameters = [
    'self',
    '*',
    ...parts.map(({ name, type, isRequired }) => `${name}: ${type}${isRequired ? '' : ' | None = None'}`),
    'timeout: float | None = None',
  ];
  const errors = failuresOf(responses).map(({ status }) => status);
  const sent = parts.map(({ name, isRequired }) =>
    argument(name, name === 'body' && !isRequired ? 'NO_BODY if body is None else body' : name),
  );
  const code = call(
    'self._call',
    `_OPERATIONS[${text(operationId)}]`,
    ...sent,
    argument('timeout', 'timeout'),
  );
  return [
    ...method('async def', member, parameters, result),
    ...indented([
      ...docstring(
        summary,
        description,
        `Raises RestError${errors.length === 0 ? '' : `, with the status ${errors.join(', ')} if the server refuses`}.`,
        `@generated from operation ${operationId}`,
      ),
      ...inMethod(code, result === 'None' ? 'await ' : 'return await '),
    ]),
  ];
}

/** A statement in a method, without its indentation. */
function inMethod(code: Code, before = ''): readonly string[] {
  return statement(before, code, '', step + step)
    .split('\n')
    .map((line) => line.slice(step.length * 2));
}
