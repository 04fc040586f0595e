/**
 * `npm run services -- [name...]`: starts the named engines, or all that are installed, on ports of 127.0.0.1.
 * Their data is deleted when they stop.
 */
import { once } from 'node:events';
import { type Engine, prepareEngine } from './engine.ts';
import type { EngineSpec } from './engine-spec.ts';
import { kafka } from './kafka.ts';
import { nats } from './nats.ts';
import { postgres } from './postgres.ts';
import { rabbitmq } from './rabbitmq.ts';
import { redis } from './redis.ts';

const specs: readonly EngineSpec[] = [postgres, redis, rabbitmq, nats, kafka];

const names = process.argv.slice(2);
const unknown = names.find((name) => !specs.some((spec) => spec.name === name));

if (unknown === undefined) process.exitCode = await runServices();
else {
  process.stderr.write(
    `Unknown service ${unknown}. Known services: ${specs.map(({ name }) => name).join(', ')}.\n`,
  );
  process.exitCode = 2;
}

async function runServices(): Promise<number> {
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  const engines: Engine[] = [];
  let code = 0;
  try {
    for (const spec of specs.filter(({ name }) => names.length === 0 || names.includes(name))) {
      if (spec.isInstalled()) engines.push(await run(spec));
      else {
        process.stderr.write(`${spec.name} is not installed. To install it: ${spec.install}\n`);
        if (names.length > 0) code = 1;
      }
    }
    if (engines.length > 0) {
      process.stdout.write('Press Ctrl-C to stop them and delete their data.\n');
      await stopped;
    }
  } finally {
    await Promise.all(engines.map((engine) => engine.remove()));
  }
  return code;
}

async function run(spec: EngineSpec): Promise<Engine> {
  const engine = await prepareEngine(spec, { port: spec.defaultPort });
  await engine.start();
  const setting = spec === postgres ? 'DATABASE_URL' : 'BROKER_URL';
  process.stdout.write(`${setting}='${engine.url}'\n`);
  return engine;
}
