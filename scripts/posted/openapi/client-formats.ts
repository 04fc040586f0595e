import {
  defaultStyles,
  explodesByDefault,
  type ParameterFormatModel,
  type ParameterLocation,
} from './parameter-format.ts';
import type { RestOperationModel } from './rest-model.ts';

/** By part of a request and name, in the notation of RFC 6570, in which `*` means `explode`: `pipeDelimited`, `label*`. */
type ClientFormats = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** How the values of parameters and form fields are written that clients would write in another way by default. */
export function clientFormats({ formats, contents }: RestOperationModel): ClientFormats {
  const [content] = contents;
  const parts: readonly (readonly [string, ReadonlyMap<string, ParameterFormatModel>, ParameterLocation])[] =
    [
      ['params', formats.path, 'path'],
      ['query', formats.query, 'query'],
      ['headers', formats.header, 'header'],
      ['cookies', formats.cookie, 'cookie'],
      ['body', content?.kind === 'form' ? content.formats : new Map(), 'query'],
    ];
  return Object.fromEntries(
    parts.flatMap(([part, own, location]) => {
      const entries = [...own].flatMap(([name, format]) => {
        const text = notationOf(format);
        const byDefault =
          format.as === 'json'
            ? // Clients write the objects of forms as JSON.
              part === 'body'
            : text === notationOf({ ...format, ...defaultFormat(location) });
        return byDefault ? [] : [[name, text] as const];
      });
      return entries.length === 0 ? [] : [[part, Object.fromEntries(entries)] as const];
    }),
  );
}

function defaultFormat(location: ParameterLocation): Pick<ParameterFormatModel, 'style' | 'explode'> {
  const style = defaultStyles[location];
  return { style, explode: explodesByDefault(style) };
}

function notationOf({ as, style, explode }: ParameterFormatModel): string {
  if (as === 'json') return 'json';
  // Without parts, a value has nothing to explode.
  return `${style}${explode && as !== 'value' && style !== 'deepObject' ? '*' : ''}`;
}
