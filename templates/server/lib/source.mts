/** What the templates write TypeScript with. */
export {
  docComment,
  enclose,
  generatedFrom,
  literal,
  preamble,
  propertyKey,
  separate,
  stringLiteral,
  ts,
} from '../../../scripts/posted/source/typescript-source.ts';
