import { globSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GeneratedPackage, generatePackage } from './generated-package.ts';
import { environmentOf, execute, pythonPath, reason } from './python.ts';

const minorOf = async (interpreter: string): Promise<number | null> => {
  const printed = execute(interpreter, ['-c', 'import sys; print(sys.version_info.minor)']);
  return await printed.then(
    ({ stdout }) => Number(stdout),
    () => null,
  );
};

/** The path of an interpreter, from the PATH or from pyenv; null if neither has it. */
async function findInterpreter(minor: number): Promise<string | null> {
  const pyenv = process.env.PYENV_ROOT ?? join(homedir(), '.pyenv');
  const candidates = [`python3.${minor}`, ...globSync(join(pyenv, `versions/3.${minor}.*/bin/python3`))];
  for (const candidate of candidates) if ((await minorOf(candidate)) === minor) return candidate;
  return null;
}

// All other tests run on this one.
const usual = reason === null ? await minorOf(pythonPath()) : null;
const versions = await Promise.all(
  [10, 11, 12, 13]
    .filter((minor) => minor !== usual)
    .map(async (minor) => ({ version: `3.${minor}`, interpreter: await findInterpreter(minor) })),
);

describe.skipIf(reason !== null)(`the Python client ${reason ?? ''}`, () => {
  let generated: GeneratedPackage;
  beforeAll(async () => {
    generated = await generatePackage('asyncapi.json', undefined, { install: false });
  });
  afterAll(() => generated?.remove());

  for (const { version, interpreter } of versions) {
    const note = interpreter === null ? ` (skipped: Python ${version} was not found)` : '';
    it.skipIf(interpreter === null)(
      `ends whenever it is canceled while it connects again, on Python ${version}${note}`,
      { timeout: 180_000 },
      async () => {
        const python = await environmentOf(interpreter ?? '');
        if (python === null) throw new Error('The packages that the client needs cannot be installed.');
        const program = ['-W', 'error', join(import.meta.dirname, 'cancel_app.py')];
        const env = { PYTHONPATH: generated.packages, PYTHONDONTWRITEBYTECODE: '1' };
        const { stdout } = await execute(python, program, { cwd: tmpdir(), env });
        expect(JSON.parse(stdout)).toEqual({ hanging: 0, canceled: 60, running: [] });
      },
    );
  }
});
