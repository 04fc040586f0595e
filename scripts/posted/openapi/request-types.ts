import { propertyKey, stringLiteral } from '../source/typescript-source.ts';
import type { BodyModel, FileModel, RestOperationModel } from './rest-model.ts';

/** Who a type is for: handlers get bodies as guards leave them, clients may pass what is easier to create. */
type Side = 'handler' | 'client';

/** Whether handlers and clients deal with one body of JSON that is always there, or with none. */
export function hasPlainBody({ contents, required }: RestOperationModel): boolean {
  const [only, ...others] = contents;
  return (
    only === undefined ||
    (others.length === 0 && only.kind === 'json' && only.contentType === 'application/json' && required.body)
  );
}

/** The types of the members of a request that come from its body, as alternatives. */
export function bodyAlternatives(operation: RestOperationModel, side: Side): readonly string[] {
  const { contents, required } = operation;
  const alternatives = contents.map((content) => ({
    content,
    members: membersOf(content, side, required.body),
  }));
  const [first, ...others] = alternatives;
  if (first === undefined) return [];
  // Clients send the first, and handlers need not know which one they got.
  if (others.every(({ members }) => String(members) === String(first.members))) {
    if (side === 'client' || others.length === 0) return [first.members.join('; ')];
    return [[contentTypes(contents, required.body), ...first.members].join('; ')];
  }
  return alternatives.map(({ content, members }, index) => {
    const isOptional = (side === 'client' && index === 0) || !required.body;
    const type = `readonly contentType${isOptional ? '?' : ''}: ${stringLiteral(content.contentType)}`;
    return [type, ...members].join('; ');
  });
}

function contentTypes(contents: readonly BodyModel[], isRequired: boolean): string {
  const types = contents.map(({ contentType }) => stringLiteral(contentType)).join(' | ');
  return `readonly contentType${isRequired ? '' : '?'}: ${types}`;
}

function membersOf(content: BodyModel, side: Side, isRequired: boolean): readonly string[] {
  const { files, hasRequiredFields, use } = content;
  const isForm = content.kind === 'multipart';
  // A form that is there has fields for handlers, if none of them is required: an empty object.
  const isBodyOptional = !isRequired || (isForm && side === 'client' && !hasRequiredFields);
  const body = bodyType(content, side);
  const members = use === null && isForm ? [] : [`readonly body${isBodyOptional ? '?' : ''}: ${body}`];
  if (files.length === 0) return members;
  const isOptional = !isRequired || (side === 'client' && !files.some((file) => file.isRequired));
  const own = files.map((file) => fileMember(file, side)).join('; ');
  return [...members, `readonly files${isOptional ? '?' : ''}: { ${own} }`];
}

function bodyType({ kind, use }: BodyModel, side: Side): string {
  if (kind === 'text') return 'string';
  if (kind === 'binary') return side === 'handler' ? 'Uint8Array' : 'Uint8Array | Blob';
  return (side === 'handler' ? use?.filledType : use?.type) ?? 'unknown';
}

function fileMember({ name, isList, isRequired }: FileModel, side: Side): string {
  const type = side === 'handler' ? 'File' : 'Blob';
  return `readonly ${propertyKey(name)}${isRequired ? '' : '?'}: ${isList ? `readonly ${type}[]` : type}`;
}

/** Whether a client must pass something that comes into the body. */
export function isBodyRequired({ contents, required }: RestOperationModel): boolean {
  const [first] = contents;
  if (first === undefined || !required.body) return false;
  return first.kind !== 'multipart' || first.hasRequiredFields || first.files.some((file) => file.isRequired);
}
