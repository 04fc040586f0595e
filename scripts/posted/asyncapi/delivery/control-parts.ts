import { pointerOfReference, splitPointer } from '../../contract/json-pointer.ts';
import { isSchemaObject, type SchemaObject } from '../../schemas/json-schema.ts';
import type { Action } from '../contract-model.ts';
import controlFrames from './control-frames.json' with { type: 'json' };

/** The parts of an AsyncAPI document that `x-delivery` adds. They refer to each other as components. */
interface ControlParts {
  /** `x-resume`. */
  readonly resume: Readonly<Record<string, string>>;
  /** Message Objects. */
  readonly messages: Readonly<Record<string, SchemaObject>>;
  /** Operations with the names of their messages, by the end of their own names. */
  readonly operations: Readonly<Record<string, ControlOperation>>;
  readonly schemas: Readonly<Record<string, SchemaObject>>;
  readonly query: SchemaObject;
}

interface ControlOperation {
  readonly action: Action;
  readonly title: string;
  readonly description: string;
  readonly messages: readonly string[];
}

export const controlParts = controlFrames as ControlParts;

/** The name of the component that a part refers to; null if it is not a reference. */
export function componentOf(part: unknown): string | null {
  const pointer = referencedPointer(part);
  return pointer === null ? null : (splitPointer(pointer).at(-1) ?? null);
}

/** The pointer of a local reference; null for any other value. */
export function referencedPointer(value: unknown): string | null {
  return isSchemaObject(value) && typeof value.$ref === 'string' ? pointerOfReference(value.$ref) : null;
}

export function referenceTo(pointer: string): { readonly $ref: string } {
  return { $ref: `#${pointer.replaceAll('%', '%25')}` };
}
