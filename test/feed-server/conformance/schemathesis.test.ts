import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findProgram } from '../../../scripts/dev/services/find-program.ts';
import { registerUser, startFeed } from '../../support/feed-server.ts';
import { describePostgres } from '../../support/postgres.ts';
import { requireService } from '../../support/services.ts';

const program = findProgram('schemathesis');
const skipped = requireService('schemathesis', program !== undefined);

/** Per operation and phase. More find more, but CI has no time for them. */
const examples = process.env.SCHEMATHESIS_EXAMPLES ?? '8';
const seed = process.env.SCHEMATHESIS_SEED ?? '1';

/** That of the repository, for another working folder. */
const config = readFileSync('schemathesis.toml', 'utf8').replace('hooks = "', `hooks = "${process.cwd()}/`);

interface Run {
  readonly code: number;
  readonly output: string;
}

/** Lets Schemathesis, in `folder`, send requests that openapi.yaml allows and others that it does not. */
async function run(folder: string, url: string, variables: Record<string, string>): Promise<Run> {
  await writeFile(join(folder, 'schemathesis.toml'), config);
  const options = ['--url', url, '--checks', 'all', '--max-examples', examples, '--seed', seed];
  const quiet = ['--no-color', '--continue-on-failure', '--generation-database', 'none'];
  const env = { ...process.env, ...variables, PYTHONDONTWRITEBYTECODE: '1' };
  return await new Promise((settle) => {
    const args = ['run', resolve('openapi.yaml'), ...options, ...quiet];
    execFile(program ?? '', args, { cwd: folder, env, maxBuffer: 100_000_000 }, (error, stdout, stderr) => {
      settle({ code: error === null ? 0 : Number(error.code), output: `${stdout}${stderr}` });
    });
  });
}

function itConforms(
  start: () => ReturnType<typeof startFeed>,
  ...each: readonly ('with a token' | 'without a token')[]
): void {
  it.each(each)(
    'answers as openapi.yaml says, %s',
    async (credentials) => {
      const { url, dataDir, logged } = await start();
      // Not of the users whose tokens are sent, who would delete the post.
      const author = await registerUser(url);
      const { body: post } = await author.post('hello');
      const { body: comment } = await author.comment(post, 'a comment');
      const token = credentials === 'with a token' ? { POSTED_URL: url } : {};
      const variables = { POSTED_IDS: [author.id, post, comment].join(), ...token };
      const { code, output } = await run(dataDir, url, variables);
      expect(code, output).toBe(0);
      expect(output).toContain('Tested: 20');
      expect(output.includes('Authentication failed')).toBe(credentials === 'without a token');
      expect(logged.filter(([level]) => level === 'error')).toEqual([]);
    },
    600_000,
  );
}

describe.skipIf(skipped !== null)(`the feed server on SQLite tested by Schemathesis ${skipped ?? ''}`, () => {
  itConforms(() => startFeed(), 'with a token', 'without a token');
});

describePostgres('the feed server on PostgreSQL', (server) => {
  describe.skipIf(skipped !== null)(`tested by Schemathesis ${skipped ?? ''}`, () => {
    // Without a token, hardly any request reaches the database.
    itConforms(
      async () => await startFeed({ DATABASE_URL: await server().createDatabase() }),
      'with a token',
    );
  });
});
