/** The generator as a library: what the command `posted` does, for build scripts. */
export { GenerationError, type Problem } from './contract/generation-error.ts';
export {
  type Contracts,
  type GenerateOptions,
  generateFiles,
  type LoadOptions,
  type Reporter,
  type Target,
  targets,
} from './generate-files.ts';
