import {
  InputMetaModel,
  JsonSchemaInputProcessor,
  TypeScriptGenerator,
  type TypeScriptOptions,
  type TypeScriptPreset,
} from '@asyncapi/modelina';
import {
  type ContractTitle,
  docComment,
  generatedFrom,
  literal,
  preamble,
  propertyKey,
  separate,
} from '../source/typescript-source.ts';
import { type ModelSchema, modelSchemasOf, propertyMark } from './model-schemas.ts';
import type { SchemaSet } from './schema-set.ts';

/** The text of models.ts: a type for every schema of a contract, made by Modelina. */
export async function generateModels(schemas: SchemaSet, title: ContractTitle): Promise<string> {
  const modelSchemas = modelSchemasOf(schemas);
  const input = new InputMetaModel();
  for (const [name, schema] of modelSchemas) {
    if (schema === null) continue;
    input.models[name] = JsonSchemaInputProcessor.convertSchemaToMetaModel(schema, {
      // Modelina would add them as a property of that name.
      interpreter: { ignoreAdditionalProperties: true },
    });
  }
  const models = await new TypeScriptGenerator({ ...options, presets: [presetOf(schemas)] }).generate(input);
  const results = new Map(models.map(({ modelName, result }) => [modelName, result]));
  const order = [...modelSchemas.keys()].filter((name) => results.has(name));
  return `${preamble(title)}\n${separate(order.map((name) => results.get(name) ?? ''))}\n`;
}

const options: Partial<TypeScriptOptions> = {
  modelType: 'interface',
  enumType: 'union',
  mapType: 'indexedObject',
  useJavascriptReservedKeywords: false,
  constraints: {
    // Models have their names already; everything in them is called as it is on the wire.
    modelName: ({ modelName }) => modelName,
    propertyKey: ({ objectPropertyModel }) =>
      propertyKey(objectPropertyModel.propertyName.slice(propertyMark.length)),
    enumKey: ({ enumKey }) => enumKey,
    enumValue: ({ enumValue }) => literal(enumValue),
    constant: ({ constrainedMetaModel }) => constrainedMetaModel.type,
  },
  typeMapping: {
    ...TypeScriptGenerator.defaultOptions.typeMapping,
    Any: ({ constrainedModel }) => schemaOf(constrainedModel)['x-type'] ?? 'unknown',
    Array: ({ constrainedModel }) => `${enclosed(constrainedModel.valueModel.type)}[]`,
    Union({ constrainedModel }) {
      const { 'x-tuple': tuple, 'x-all': isAll } = schemaOf(constrainedModel);
      const all = constrainedModel.union.map(({ type }) => type);
      if (tuple !== undefined)
        return `[${all.map((type, index) => tupleItem(type, index, all.length, tuple)).join(', ')}]`;
      const types = [...new Set(all)];
      return isAll === true ? types.map(enclosed).join(' & ') : types.join(' | ');
    },
  },
};

function tupleItem(
  type: string,
  index: number,
  length: number,
  { required, hasRest }: NonNullable<ModelSchema['x-tuple']>,
): string {
  if (hasRest && index === length - 1) return `...${enclosed(type)}[]`;
  return index < required ? type : `${enclosed(type)}?`;
}

function presetOf(schemas: SchemaSet): TypeScriptPreset {
  const declare = (content: string, model: ConstrainedModel): string => {
    const origin = schemas.definitions.get(model.name)?.origin;
    const comment = docOf(schemaOf(model), origin === undefined ? '' : generatedFrom(origin));
    return `${comment}export ${content}`;
  };
  return {
    interface: {
      self: ({ content, model }) => declare(content, model),
      property({ content, property, model }) {
        return docOf(schemaOf(model).properties?.[property.unconstrainedPropertyName]) + content;
      },
      additionalContent: ({ content, model }) =>
        schemaOf(model)['x-open'] === true ? `${content}[name: string]: unknown;` : content,
    },
    enum: {
      self: ({ content, model }) => {
        const values = model.values.map(({ value }) => String(value));
        return declare(
          content.length <= 100 ? content : `type ${model.name} =\n  | ${values.join('\n  | ')};`,
          model,
        );
      },
    },
    type: { self: ({ content, model }) => declare(content, model) },
  };
}

/** What is used of any of Modelina's models. */
interface ConstrainedModel {
  readonly name: string;
  readonly originalInput: unknown;
}

function schemaOf({ originalInput }: ConstrainedModel): ModelSchema {
  return originalInput as ModelSchema;
}

function docOf(schema: ModelSchema | undefined, origin = ''): string {
  const deprecated = schema?.deprecated === true ? '@deprecated' : '';
  const comment = docComment(
    schema?.description ?? '',
    [deprecated, origin].filter((tag) => tag !== '').join('\n'),
  );
  return comment === '' ? '' : `${comment}\n`;
}

function enclosed(type: string): string {
  return /[|&]/.test(type) ? `(${type})` : type;
}
