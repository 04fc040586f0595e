/** The functions that templates write Python with. */
export {
  argument,
  call,
  dict,
  docstring,
  imports,
  joinDeclarations,
  literal,
  statement,
  text,
  tuple,
} from '../../../scripts/posted/python/python-source.ts';
export { notRequiredImport } from '../../../scripts/posted/python/typed-dict.ts';
export { preamble } from '../../../scripts/posted/source/preamble.ts';
