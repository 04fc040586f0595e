/** The functions with which templates write TypeScript. */
export { preamble } from '../../../scripts/posted/source/preamble.ts';
export {
  docComment,
  enclose,
  generatedFrom,
  propertyKey,
  separate,
  stringLiteral,
  ts,
} from '../../../scripts/posted/source/typescript-source.ts';
