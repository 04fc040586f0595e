/** The part of @asyncapi/generator that is used; it ships no types. */
declare module '@asyncapi/generator' {
  import type { AsyncAPIDocumentInterface } from '@asyncapi/parser';

  interface GeneratorOptions {
    readonly forceWrite: boolean;
    readonly templateParams: Readonly<Record<string, unknown>>;
  }

  export default class Generator {
    constructor(template: string, targetFolder: string, options: GeneratorOptions);
    generate(document: AsyncAPIDocumentInterface): Promise<void>;
  }
}
