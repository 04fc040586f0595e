/** The functions that templates write TypeScript with. */
export { preamble } from '../../../scripts/posted/source/preamble.ts';
export {
  docComment,
  enclose,
  generatedFrom,
  literal,
  propertyKey,
  separate,
  stringLiteral,
  ts,
} from '../../../scripts/posted/source/typescript-source.ts';
