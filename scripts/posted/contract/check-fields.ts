import type { ContractNode } from './contract-node.ts';

/**
 * What is done with the fields of one kind of object. Every field of the specification stands in one of the
 * three, so that none is dropped in silence; a specification's new field is refused until it is given a place.
 */
export interface Fields {
  /** What the object is called in messages: `channel`. */
  readonly object: string;
  /** What generated code is made of. */
  readonly read: readonly string[];
  /** What tells people something and changes nothing in generated code. */
  readonly documentation: readonly string[];
  /** What is not supported, each with what to do about it. */
  readonly refused: Readonly<Record<string, string>>;
}

/** Reports every field of an object that would otherwise have no effect; extensions (`x-`) are for others, unless read. */
export function checkFields(node: ContractNode, { object, read, documentation, refused }: Fields): void {
  if (typeof node.value !== 'object' || node.value === null) return;
  for (const [field, value] of Object.entries(node.value)) {
    if (field.startsWith('x-') || read.includes(field) || documentation.includes(field)) continue;
    if (isEmpty(value)) continue;
    const fix = (Object.hasOwn(refused, field) ? refused[field] : undefined) ?? 'remove it';
    node.reportAt(field, `\`${field}\` of ${object} is not supported`, fix);
  }
}

/** `[]` and `{}` say the same as no field. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
