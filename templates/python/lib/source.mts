/** What the templates write Python with. */
export {
  argument,
  call,
  dict,
  docstring,
  imports,
  indented,
  joinDeclarations,
  literal,
  method,
  pythonPreamble,
  statement,
  text,
  tuple,
} from '../../../scripts/posted/python/python-source.ts';
export { notRequiredImport } from '../../../scripts/posted/python/typed-dict.ts';
