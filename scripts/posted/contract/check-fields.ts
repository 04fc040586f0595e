import type { ContractNode } from './contract-node.ts';

/**
 * How the fields of one kind of object are treated. Each field of the specification is in one of the three groups, so
 * that no field is ignored silently. Unknown fields are refused.
 */
export interface Fields {
  /** The object's name in problems: `a channel`. */
  readonly object: string;
  /** Fields that affect generated code. */
  readonly read: readonly string[];
  /** Fields for people, without an effect on generated code. */
  readonly documentation: readonly string[];
  /** Unsupported fields, each with what to do instead. */
  readonly refused: Readonly<Record<string, string>>;
}

/** Reports every field of an object that would have no effect. Extensions (`x-`) belong to other tools, unless they are read. */
export function checkFields(node: ContractNode, { object, read, documentation, refused }: Fields): void {
  if (typeof node.value !== 'object' || node.value === null) return;
  for (const [field, value] of Object.entries(node.value)) {
    if (field.startsWith('x-') || read.includes(field) || documentation.includes(field)) continue;
    if (isEmpty(value)) continue;
    const fix = (Object.hasOwn(refused, field) ? refused[field] : undefined) ?? 'remove it';
    node.reportAt(field, `\`${field}\` of ${object} is not supported`, fix);
  }
}

/** `[]` and `{}` mean the same as no field. */
function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
