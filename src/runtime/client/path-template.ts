import { invalidOptions } from './client-error.ts';

const expression = /\{([^{}]+)\}/;

/** A path with its `{expressions}` filled in, percent-encoded (RFC 3986). `option` names where the values came from. */
export function fillPath(template: string, option: string, values: Readonly<Record<string, string>>): string {
  // Text and names take turns.
  const path = template
    .split(expression)
    .map((part, index) => {
      if (index % 2 === 0) return part.split('/').map(encodeURIComponent).join('/');
      const value = values[part] ?? '';
      if (value === '') throw invalidOptions(`${option}: ${part} is missing or empty.`);
      if (!value.isWellFormed()) throw invalidOptions(`${option}: ${part} holds half a surrogate pair.`);
      return encodeURIComponent(value);
    })
    .join('');
  // It would be taken for a step in the path: another address than was meant.
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) {
    throw invalidOptions(`${option}: a segment of one or two dots is no part of a path.`);
  }
  return path;
}
