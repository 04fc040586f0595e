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
} from '../../../scripts/python/python-source.ts';
export { notRequiredImport } from '../../../scripts/python/typed-dict.ts';
