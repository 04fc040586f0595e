import { enclose, propertyKey, ts } from '../../source/typescript-source.ts';
import type { ProjectPlan } from './plan.ts';

/** The text of src/start.ts, which the server and the test begin with. */
export function renderStart({ channels }: ProjectPlan): string {
  const members = channels.map(({ channel, factory }) => `${propertyKey(channel.name)}: ${factory}(log)`);
  return ts`
    import { createContractServer, type Listening, listen } from 'posted/server';
    import { contract } from '../generated/asyncapi/channels.ts';
    ${channels.map(({ factory, file }) => `import { ${factory} } from './handlers/${file}.ts';`)}

    interface StartOptions {
      /** 0 picks a free one. */
      readonly port: number;
      /** Told what happens. */
      readonly log: (line: string) => void;
    }

    /** Serves the contract on this machine. */
    export function start({ port, log }: StartOptions): Promise<Listening> {
      const handlers = ${enclose('{', members, '}')};
      return listen(createContractServer(contract, handlers), { port });
    }

  `;
}

/** The text of src/server.ts. */
export const serverSource = ts`
  /** \`npm start\`: serves the contract until Ctrl-C. */
  import { PostedError } from 'posted/server';
  import { start } from './start.ts';

  try {
    const server = await start({ port: Number(process.env.PORT ?? 8080), log: console.log });
    console.log(\`Listening on \${server.url}. In another terminal: npm run client\`);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close());
  } catch (thrown) {
    if (!(thrown instanceof PostedError)) throw thrown;
    console.error(thrown.message);
    process.exitCode = 1;
  }

`;
