/** What the templates write TypeScript with. */
export {
  docComment,
  enclose,
  generatedFrom,
  preamble,
  propertyKey,
  separate,
  ts,
} from '../../../scripts/source/typescript-source.ts';
