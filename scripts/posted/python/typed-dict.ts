import { isIdentifier } from './python-names.ts';
import {
  type Code,
  comment,
  docstring,
  indented,
  oneLineOf,
  statement,
  step,
  subscript,
  text,
  typeCode,
} from './python-source.ts';

/** A member of a TypedDict. */
export interface Member {
  /** The name on the wire. */
  readonly name: string;
  /** As source. */
  readonly type: string;
  readonly isRequired: boolean;
  /** The paragraphs of its description. */
  readonly about: readonly string[];
}

/** The import for members that may be absent. */
export const notRequiredImport = [
  'if sys.version_info >= (3, 11):',
  '    from typing import NotRequired',
  'else:',
  '    from typing_extensions import NotRequired',
];

/** Declares a type of objects. `typeNames` are the names of types in the module. */
export function declareTypedDict(
  name: string,
  members: readonly Member[],
  about: readonly string[],
  typeNames: ReadonlySet<string>,
): string {
  // In a class, Python mangles names with two leading underscores, and a member would hide a type of the same name.
  const fits = members.every(
    (member) => isIdentifier(member.name) && !member.name.startsWith('__') && !typeNames.has(member.name),
  );
  return (fits ? declareClass : declareByName)(name, members, docstring(...about));
}

function declareClass(name: string, members: readonly Member[], doc: readonly string[]): string {
  const body = members.flatMap((member) => [
    ...statement(`${member.name}: `, annotationOf(member), '', step)
      .split('\n')
      .map((line) => line.slice(step.length)),
    ...docstring(...member.about),
  ]);
  const lines = body.length === 0 && doc.length === 0 ? ['pass'] : body;
  const gap = doc.length > 0 && body.length > 0 ? [''] : [];
  return [`class ${name}(TypedDict):`, ...indented([...doc, ...gap, ...lines])].join('\n');
}

/** Allows members whose names are not identifiers. */
function declareByName(name: string, members: readonly Member[], doc: readonly string[]): string {
  const body = members.flatMap((member) => [
    ...comment(...member.about),
    // A string allows forward references, because only type checkers resolve the names in it.
    `${text(member.name)}: ${text(oneLineOf(annotationOf(member)))},`,
  ]);
  const open = [`${name} = TypedDict(`, `    ${text(name)},`, '    {'];
  return [...open, ...indented(body, '        '), '    },', ')', ...doc].join('\n');
}

function annotationOf({ type, isRequired }: Member): Code {
  return isRequired ? typeCode(type) : subscript('NotRequired', [typeCode(type)]);
}
