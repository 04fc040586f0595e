import { describe, expect, it } from 'vitest';
import { LogBuffer } from '../../../src/runtime/shared/log-buffer.ts';

/** A buffer whose output writes at most `nextLimit()` bytes at a time, or fails if that is null. */
function createBuffer(nextLimit: () => number | null) {
  let output = '';
  const recovered: number[] = [];
  const buffer = new LogBuffer({
    output: {
      async write(bytes) {
        const limit = nextLimit();
        if (limit === null) throw new Error('no space left on device');
        const written = bytes.subarray(0, limit);
        output += written.toString();
        return written.length;
      },
      writeAtExit() {},
    },
    onRecovered: (droppedRecords) => recovered.push(droppedRecords),
  });
  return { buffer, recovered, output: () => output };
}

describe('a log buffer', () => {
  it('writes all records in order to an output that accepts a few bytes at a time', async () => {
    const { buffer, output, recovered } = createBuffer(() => 3);
    const records = Array.from({ length: 2000 }, (_, index) => `record ${index}\n`);
    for (const record of records) buffer.write(record);
    await expect.poll(output).toBe(records.join(''));
    expect([buffer.droppedRecords, recovered]).toEqual([0, []]);
  });

  it('counts a record that was partly written, and starts a new line when writing works again', async () => {
    const limits = [4, null, null, 100, 100];
    const { buffer, output, recovered } = createBuffer(() => limits.shift() ?? null);
    buffer.write('first\n');
    await expect.poll(() => buffer.droppedRecords).toBe(1);
    buffer.write('second\n');
    await expect.poll(() => buffer.droppedRecords).toBe(2);
    buffer.write('third\n');
    await expect.poll(output).toBe('firs\nthird\n');
    await expect.poll(() => recovered).toEqual([2]);
  });

  it('holds at most 1 MiB, drops records beyond that, and accepts more once it has written some', async () => {
    const unblocked = Promise.withResolvers<void>();
    const written: number[] = [];
    const buffer = new LogBuffer({
      output: {
        async write(bytes) {
          await unblocked.promise;
          written.push(bytes.length);
          return bytes.length;
        },
        writeAtExit() {},
      },
      onRecovered() {},
    });
    const record = `${'x'.repeat(1023)}\n`;
    for (let count = 0; count < 1030; count += 1) buffer.write(record);
    expect(buffer.droppedRecords).toBe(6);
    unblocked.resolve();
    const sum = (): number => written.reduce((total, bytes) => total + bytes, 0);
    await expect.poll(sum).toBe(1024 * 1024);
    buffer.write(record);
    await expect.poll(sum).toBe(1025 * 1024);
  });

  it('counts records of several lines once', async () => {
    const limits = [null, 100, 100];
    const { buffer, output, recovered } = createBuffer(() => limits.shift() ?? null);
    buffer.write('first\n  at a\n  at b\n');
    await expect.poll(() => buffer.droppedRecords).toBe(1);
    buffer.write('second\n');
    await expect.poll(output).toBe('second\n');
    await expect.poll(() => recovered).toEqual([1]);
  });
});
