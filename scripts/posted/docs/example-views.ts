import { createElement as h, type ReactNode } from 'react';
import type { JsonObject, JsonReader } from './json-reader.ts';

/** A value that a schema allows; undefined where none is found. */
export type Sample = (schema: unknown) => unknown;

interface ExamplesProps {
  /** A parameter or a media type. */
  readonly holder: JsonObject;
  readonly reader: JsonReader;
  /** Makes an example where none is written. */
  readonly sample?: Sample;
}

/** The examples of a parameter or of a body. */
export function ExampleViews({ holder, reader, sample }: ExamplesProps): ReactNode {
  const { example, examples, schema } = holder;
  const written = [
    ...(example === undefined ? [] : [['Example', example] as const]),
    ...reader.members(examples).map(([name, { value }]) => [`Example: ${name}`, value] as const),
  ];
  const made = written.length > 0 || schema === undefined ? undefined : sample?.(schema);
  const shown = made === undefined ? written : [['Example, made from the schema', made] as const];
  return shown.map(([title, value]) =>
    h(
      'figure',
      { key: title, className: 'docs-example' },
      h('figcaption', null, title),
      h('pre', { tabIndex: 0 }, h('code', null, JSON.stringify(value, null, 2))),
    ),
  );
}
