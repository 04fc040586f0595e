import { createElement as h, type ReactNode } from 'react';
import { isSchemaObject, type JsonSchema } from '../schemas/json-schema.ts';
import { Description, useDocument } from './document-context.ts';
import { constraintsOf, flagsOf, type Subschema, shownSubschemasOf, typeOf } from './schema-description.ts';

interface SchemaViewProps {
  readonly label: ReactNode;
  readonly schema: unknown;
  /** The schemas that contain this one, outermost first. A component inside another schema is shown as a link. */
  readonly within?: readonly JsonSchema[];
  /** Whether to show only the name of a component. */
  readonly isBrief?: boolean;
  readonly isRequired?: boolean;
  /** A remark before the type. */
  readonly note?: string;
}

/** Deeper schemas that are not components are better read in the document. */
const maxDepth = 12;

/** Schemas with more children are collapsed initially. */
const maxOpenChildren = 12;

/** A schema with its name, type, constraints and subschemas; nothing if the value is not a schema. */
export function SchemaView(props: SchemaViewProps): ReactNode {
  const { label, schema: value, within = [], isBrief = false, isRequired = false, note } = props;
  const { resolve, idOf } = useDocument();
  if (!isSchema(value)) return null;
  const { schema, name } = resolve(value);
  const isElsewhere = name !== null && (isBrief || within.length > 0);
  const isExpanded = !isElsewhere && !within.includes(schema) && within.length < maxDepth;
  const subschemas = isExpanded ? shownSubschemasOf(schema) : [];
  const description = typeof schema === 'boolean' ? undefined : schema.description;
  const nameOf = (item: JsonSchema) => resolve(item).name;
  const raw = rawValueOf(schema);
  return h(
    'div',
    { className: 'docs-schema' },
    h(
      'div',
      { className: 'docs-schema-head' },
      h('span', { className: 'docs-name' }, label),
      note === undefined ? null : h('span', { className: 'docs-flag' }, note),
      raw === null ? h('span', { className: 'docs-type' }, typeOf(schema, nameOf)) : h('code', null, raw),
      name === null || name === label ? null : h('a', { href: fragment(idOf(name)) }, name),
      isRequired ? h('strong', { className: 'docs-flag docs-required' }, 'required') : null,
      ...flagsOf(schema).map((flag) => h('span', { className: 'docs-flag', key: flag }, flag)),
    ),
    isBrief ? null : h(Description, { text: description }),
    raw !== null || isBrief ? null : h(Constraints, { schema }),
    subschemas.length === 0 ? null : h(Subschemas, { schema, subschemas, within: [...within, schema] }),
  );
}

/** The `href` of an element of this page. */
export function fragment(id: string): string {
  return `#${encodeURIComponent(id)}`;
}

function Constraints({ schema }: { readonly schema: JsonSchema }): ReactNode {
  const constraints = constraintsOf(schema);
  if (constraints.length === 0) return null;
  const items = constraints.map(([keyword, value], index) =>
    h('li', { key: index }, `${keyword} `, h('code', null, value)),
  );
  return h('ul', { className: 'docs-constraints' }, ...items);
}

interface SubschemasProps {
  readonly schema: JsonSchema;
  readonly subschemas: readonly Subschema[];
  readonly within: readonly JsonSchema[];
}

function Subschemas({ schema, subschemas, within }: SubschemasProps): ReactNode {
  const required = isSchemaObject(schema) && Array.isArray(schema.required) ? schema.required : [];
  const items = subschemas.map(([keys, subschema]) =>
    h(
      'li',
      { key: keys.join('/') },
      h(SchemaView, {
        label: labelOf(keys),
        schema: subschema,
        within,
        isRequired: keys[0] === 'properties' && required.includes(keys[1]),
      }),
    ),
  );
  return h(
    'details',
    { open: items.length <= maxOpenChildren },
    h('summary', null, summaryOf(subschemas)),
    h('ul', { className: 'docs-children' }, ...items),
  );
}

function labelOf([keyword = '', key]: readonly string[]): ReactNode {
  if (key === undefined) return keyword;
  if (keyword === 'properties') return h('code', null, key);
  if (/^\d+$/.test(key)) return `${keyword} ${Number(key) + 1}`;
  return h('span', null, `${keyword} `, h('code', null, key));
}

/** `3 properties, items` */
function summaryOf(subschemas: readonly Subschema[]): string {
  const byKeyword = Map.groupBy(subschemas, ([[keyword = '']]) => keyword);
  return [...byKeyword]
    .map(([keyword, group]) => {
      if (keyword !== 'properties') return keyword;
      return `${group.length} ${group.length === 1 ? 'property' : 'properties'}`;
    })
    .join(', ');
}

/** The value of a binding or an extension, which react-component wraps in a schema. */
function rawValueOf(schema: JsonSchema): string | null {
  if (!isSchemaObject(schema) || schema['x-schema-private-raw-value'] !== true) return null;
  return String(schema.const);
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'boolean' || isSchemaObject(value);
}
