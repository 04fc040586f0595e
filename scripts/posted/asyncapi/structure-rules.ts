import { documentStructure } from '@asyncapi/parser/cjs/ruleset/functions/documentStructure.js';

type Check = typeof documentStructure;
type Context = Parameters<Check>[2];

/** What Spectral remembers its compiled schemas by. It is only compared. */
const allDocuments = {} as Context['documentInventory'];

/**
 * Compiles the specification's JSON Schema once per version. The parser compiles it for each document, which takes
 * longer than everything else that it does.
 */
const checkStructure = ((value, options, context) =>
  documentStructure(value, options, { ...context, documentInventory: allDocuments })) as Check;

// oxlint-disable-next-line unicorn/no-thenable -- Spectral's name for what a rule does.
const action = 'then';

const rule = { message: '{{error}}', severity: 'error', recommended: true, given: '$' } as const;

/** Replace the rules of the parser that have these names. */
export const structureRules = {
  'asyncapi-document-resolved': {
    ...rule,
    [action]: { function: checkStructure, functionOptions: { resolved: true } },
  },
  'asyncapi-document-unresolved': {
    ...rule,
    resolved: false,
    [action]: { function: checkStructure, functionOptions: { resolved: false } },
  },
};
