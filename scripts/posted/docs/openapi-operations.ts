import { methods } from '../openapi/openapi-fields.ts';
import type { JsonObject, JsonReader } from './json-reader.ts';

export interface RestOperation {
  /** In upper case. */
  readonly method: string;
  readonly path: string;
  /** Of the place where it is drawn. */
  readonly id: string;
  /** The first of its tags; '' for none. */
  readonly tag: string;
  readonly value: JsonObject;
  /** Those of its path among them. */
  readonly parameters: readonly unknown[];
}

/** All operations of an OpenAPI document, in its order. */
export function operationsOf(reader: JsonReader): readonly RestOperation[] {
  return reader.members(reader.root.paths).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      if (item[method] === undefined) return [];
      const value = reader.follow(item[method]);
      const { operationId = `${method}-${path}`, tags, parameters } = value;
      const [tag = ''] = reader.items(tags);
      return {
        method: method.toUpperCase(),
        path,
        id: `rest-operation-${String(operationId)}`,
        tag: String(tag),
        value,
        parameters: [...reader.items(item.parameters), ...reader.items(parameters)],
      };
    }),
  );
}
