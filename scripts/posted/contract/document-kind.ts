import { ContractFiles } from './contract-files.ts';

/** Whether a file is an OpenAPI document of any version. False for a file that cannot be read. */
export async function isOpenapi(file: string): Promise<boolean> {
  try {
    const { value } = await new ContractFiles().readMain(file);
    return typeof value === 'object' && value !== null && ('openapi' in value || 'swagger' in value);
  } catch {
    return false;
  }
}
