import { InputMetaModel, PythonGenerator, type PythonOptions, type PythonPreset } from '@asyncapi/modelina';
import { type ContractTitle, preamble } from '../source/preamble.ts';
import { docstring, joinDeclarations, statement, text, typeCode } from './python-source.ts';
import { type Origin, type PythonModels, propertyMark } from './python-types.ts';
import { declareTypedDict, notRequiredImport } from './typed-dict.ts';

/** The text of models.py: a type for every schema of a contract, made by Modelina. */
export async function generatePythonModels(models: PythonModels, title: ContractTitle): Promise<string> {
  const input = new InputMetaModel();
  for (const [name, model] of models.metaModels) input.models[name] = model;
  const generator = new PythonGenerator({ ...options, presets: [presetOf(models.typeNames)] });
  const results = new Map(
    (await generator.generate(input)).map(({ modelName, result }) => [modelName, result]),
  );
  const body = joinDeclarations([...models.metaModels.keys()].map((name) => results.get(name) ?? ''));
  return [
    preamble(title, 'python'),
    '"""The types of all messages, with the names that they have on the wire."""',
    '',
    'from __future__ import annotations',
    '',
    ...importsFor(body),
    ...(body.startsWith('class ') ? [''] : []),
    body,
    '',
  ].join('\n');
}

function importsFor(body: string): readonly string[] {
  const isUsed = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(body);
  const names = ['Literal', 'NoReturn', 'TypeAlias', 'TypedDict', 'Union'].filter(isUsed);
  const typing = names.length > 0 ? [`from typing import ${names.join(', ')}`, ''] : [];
  return isUsed('NotRequired') ? ['import sys', ...typing, ...notRequiredImport, ''] : typing;
}

const options: Partial<PythonOptions> = {
  constraints: {
    // Models are named before; their members keep the names that they have on the wire.
    modelName: ({ modelName }) => modelName,
    propertyKey: ({ objectPropertyModel }) => objectPropertyModel.propertyName,
    enumKey: ({ enumKey }) => enumKey,
    enumValue: ({ enumValue }) => enumValue,
    constant: ({ constrainedMetaModel }) => constrainedMetaModel.type,
  },
  typeMapping: {
    ...PythonGenerator.defaultOptions.typeMapping,
    Any: ({ constrainedModel }) => originOf(constrainedModel).type ?? 'object',
    Array: ({ constrainedModel }) => `list[${constrainedModel.valueModel.type}]`,
    Union({ constrainedModel }) {
      const types = [...new Set(constrainedModel.union.map(({ type }) => type))];
      return types.length === 1 ? (types[0] ?? '') : `Union[${types.join(', ')}]`;
    },
  },
};

function presetOf(typeNames: ReadonlySet<string>): PythonPreset {
  return {
    class: {
      self({ model }) {
        const members = Object.values(model.properties).map(
          ({ unconstrainedPropertyName, required, property }) => ({
            name: unconstrainedPropertyName.slice(propertyMark.length),
            type: property.type,
            isRequired: required,
            about: aboutOf(originOf(property)),
          }),
        );
        const origin = originOf(model);
        if (origin.isAlias !== true) {
          return declareTypedDict(model.name, members, aboutOf(origin), typeNames);
        }
        return declareAlias(model.name, members[0]?.type ?? 'object', aboutOf(origin), typeNames);
      },
    },
  };
}

function declareAlias(
  name: string,
  type: string,
  about: readonly string[],
  typeNames: ReadonlySet<string>,
): string {
  // Types may refer to each other in any order: only type checkers resolve names in a string.
  const source = namesIn(type).some((one) => typeNames.has(one) && !builtIn.has(one))
    ? text(type)
    : typeCode(type);
  return [statement(`${name}: TypeAlias = `, source), ...docstring(...about)].join('\n');
}

const builtIn: ReadonlySet<string> = new Set(
  'Literal NoReturn Union bool dict float int list object str'.split(' '),
);

function namesIn(type: string): readonly string[] {
  return type.replaceAll(/"(?:[^"\\]|\\.)*"/g, '').match(/[\p{XID_Start}_]\p{XID_Continue}*/gu) ?? [];
}

function originOf({ originalInput }: { readonly originalInput: unknown }): Origin {
  return originalInput as Origin;
}

function aboutOf({ description, deprecated }: Origin): readonly string[] {
  return [description ?? '', ...(deprecated === true ? ['Deprecated.'] : [])];
}
