import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cpuOfTree } from '../../bench/process-cpu.ts';

/** Runs for this many ms, and exits. */
const busy = (ms: number): string =>
  `'${process.execPath}' -e 'const end = Date.now() + ${ms}; while (Date.now() < end);'`;

describe('the CPU time of a process tree', () => {
  it('includes children that run and children that have exited', async () => {
    const script = `${busy(300)}; echo one; ${busy(300)} & wait; echo two; cat`;
    const child = spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill());
    await once(child.stdout, 'data');
    const first = cpuOfTree(child.pid ?? 0);
    await once(child.stdout, 'data');
    const both = cpuOfTree(child.pid ?? 0);
    expect(first).toBeGreaterThan(0.05);
    expect(both - first).toBeGreaterThan(0.05);
    child.stdin.end();
    await once(child, 'exit');
    expect(cpuOfTree(child.pid ?? 0)).toBe(0);
  });
});
