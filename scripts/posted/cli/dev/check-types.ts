import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';

/** The errors of a project's own compiler, each as `file:line:column  message`; null if it has no compiler. */
export async function checkTypes(folder: string): Promise<readonly string[] | null> {
  const compiler = compilerOf(folder);
  if (compiler === null) return null;
  const child = spawn(process.execPath, [compiler, '--noEmit', '--pretty', 'false'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = await text(child.stdout);
  return output.split('\n').flatMap(formatDiagnostic);
}

function compilerOf(folder: string): string | null {
  try {
    const manifest = createRequire(resolve(folder, 'package.json')).resolve('typescript/package.json');
    return join(dirname(manifest), 'bin/tsc');
  } catch {
    return null;
  }
}

/** The first line of a diagnostic says where it is. The lines after it explain it, and are indented. */
function formatDiagnostic(line: string): readonly string[] {
  const [, file, row, column, message] = /^(.+?)\((\d+),(\d+)\): error TS\d+: (.*)$/.exec(line) ?? [];
  if (file !== undefined) return [`${file}:${row}:${column}  ${message}`];
  return line.trim() === '' ? [] : [line];
}
