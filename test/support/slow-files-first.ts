import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that start engines, compilers or several servers. */
const slow = [
  /^test\/runtime\/log\/hints\/.*-broker\.test\.ts$/,
  /^test\/runtime\/log\/.*-engine\.test\.ts$/,
  /^test\/feed-server\/(?:faults|history)\//,
  /^test\/(?:corpus|docs|fuzz|python)\//,
  /^test\/bench\/bench\.test\.ts$/,
  /^test\/scripts\/(?:cli|dev|documents|init|linters|package)\.test\.ts$/,
  /^test\/runtime\/(?:log\/postgres|node\/workers)\//,
];

/**
 * Starts the slow files first: one that starts last runs alone in the end. Vitest knows durations only of earlier runs,
 * which a fresh machine does not have, or in which the slow files were skipped.
 */
export class SlowFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- This is not an array's method.
    const sorted = await super.sort(files);
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}

function isSlow({ moduleId, project }: TestSpecification): boolean {
  return slow.some((pattern) => pattern.test(moduleId.slice(project.config.root.length + 1)));
}
