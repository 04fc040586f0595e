import { propertyKey, stringLiteral } from '../source/typescript-source.ts';
import type { ParameterFormatModel } from './parameter-format.ts';
import { hasPlainBody } from './request-types.ts';
import type { BodyModel, RestModel, RestOperationModel, SecuritySchemeModel } from './rest-model.ts';

/** The properties of an operation's descriptor that only some operations have. */
export function extraProperties(
  { securitySchemes }: RestModel,
  operation: RestOperationModel,
): readonly string[] {
  const { security, isOpen, scopes, cookies, responses, required } = operation;
  const names = [...new Set(security.flat())];
  const schemes = names.flatMap((name): [string, string][] => {
    const scheme = securitySchemes.get(name);
    return scheme === undefined || scheme.kind === 'bearer' ? [] : [[name, sourceOf(scheme)]];
  });
  const types = responses.flatMap(({ status, content, contentType }): [string, string][] =>
    content === 'json' && contentType !== null && contentType !== 'application/json'
      ? [[status, stringLiteral(contentType)]]
      : [],
  );
  const needsContents = !hasPlainBody(operation) && !isOptionalJson(operation);
  return [
    ...(security.length > 0 && isOpen ? ['isOpen: true'] : []),
    ...property('schemes', schemes),
    ...property(
      'scopes',
      [...scopes].map(([name, all]) => [name, `[${all.map(stringLiteral).join(', ')}]`]),
    ),
    ...(cookies === null ? [] : [`cookies: validators.${cookies.guard}`]),
    ...formatsProperty(operation),
    ...(needsContents ? [`contents: [${operation.contents.map(contentOf).join(', ')}]`] : []),
    ...(operation.contents.length > 0 && !required.body ? ['isBodyOptional: true'] : []),
    ...property('contentTypes', types),
  ];
}

function isOptionalJson({ contents }: RestOperationModel): boolean {
  const [only, ...others] = contents;
  return others.length === 0 && only?.kind === 'json' && only.contentType === 'application/json';
}

function sourceOf({ kind, parameter }: SecuritySchemeModel): string {
  if (kind === 'basic' || kind === 'bearer') return stringLiteral(kind);
  return `{ in: ${stringLiteral(kind)}, name: ${stringLiteral(parameter ?? '')} }`;
}

function formatsProperty({ formats }: RestOperationModel): readonly string[] {
  const locations = [
    ['path', formats.path],
    ['query', formats.query],
    ['headers', formats.header],
    ['cookies', formats.cookie],
  ] as const;
  return property(
    'formats',
    locations.flatMap(([location, own]): [string, string][] =>
      own.size === 0 ? [] : [[location, formatsOf(own)]],
    ),
  );
}

function formatsOf(formats: ReadonlyMap<string, ParameterFormatModel>): string {
  return object([...formats].map(([name, format]) => [name, formatSource(format)]));
}

function formatSource({ as, style, explode, properties, isRequired }: ParameterFormatModel): string {
  const isWhole = as === 'json' || (as === 'value' && (style === 'form' || style === 'simple'));
  const isAbsentIfEmpty = (as === 'object' || as === 'list') && style === 'form' && explode;
  const list = properties?.map(stringLiteral).join(', ');
  return object([
    ['as', stringLiteral(as)],
    ...(isWhole ? [] : [['style', stringLiteral(style)] as const, ['explode', String(explode)] as const]),
    ...(as !== 'object' || list === undefined ? [] : [['properties', `[${list}]`] as const]),
    ...(isRequired && isAbsentIfEmpty ? [['isRequired', 'true'] as const] : []),
  ]);
}

function contentOf({ contentType, kind, use, formats, files }: BodyModel): string {
  return object([
    ['type', stringLiteral(contentType)],
    ['kind', stringLiteral(kind)],
    ...(use === null ? [] : [['guard', `validators.${use.guard}`] as const]),
    ...(formats.size === 0 ? [] : [['formats', formatsOf(formats)] as const]),
    ...(files.length === 0
      ? []
      : [
          [
            'files',
            object(
              files.map(({ name, isList, isRequired }) => [
                name,
                object([
                  ...(isList ? [['isList', 'true'] as const] : []),
                  ...(isRequired ? [['isRequired', 'true'] as const] : []),
                ]),
              ]),
            ),
          ] as const,
        ]),
  ]);
}

function property(name: string, entries: readonly (readonly [string, string])[]): readonly string[] {
  return entries.length === 0 ? [] : [`${name}: ${object(entries)}`];
}

function object(entries: readonly (readonly [string, string])[]): string {
  if (entries.length === 0) return '{}';
  return `{ ${entries.map(([name, value]) => `${propertyKey(name)}: ${value}`).join(', ')} }`;
}
