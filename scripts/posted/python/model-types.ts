import type { MessageModel } from '../asyncapi/contract-model.ts';
import type { PythonModels } from './python-models.ts';

/** The type of a key of the models, as source. */
export function typeNamed(key: string, models: PythonModels): string {
  return `models.${models.nameOf(key)}`;
}

/** The type of a whole message, as source. */
export function messageType({ definition }: MessageModel, models: PythonModels): string {
  return definition === null ? 'bytes' : typeNamed(definition, models);
}
