/** Runs a step of the start. If it fails, the error names the setting to check. */
export async function checking<Result>(setting: string, step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (cause) {
    throw new Error(`${setting}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}
