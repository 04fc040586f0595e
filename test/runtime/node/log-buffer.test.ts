import { expect, it } from 'vitest';
import { LogBuffer } from '../../../src/runtime/node/log-buffer.ts';

/** A buffer on an output that takes at most `takes()` bytes at a time, or fails where that is null. */
function createBuffer(takes: () => number | null) {
  let output = '';
  const recovered: number[] = [];
  const buffer = new LogBuffer({
    async write(bytes) {
      const limit = takes();
      if (limit === null) throw new Error('no space left on device');
      const taken = bytes.subarray(0, limit);
      output += taken.toString();
      return taken.length;
    },
    onRecovered: (droppedRecords) => recovered.push(droppedRecords),
  });
  return { buffer, recovered, output: () => output };
}

it('a log buffer writes all records in order to an output that takes a few bytes at a time', async () => {
  const { buffer, output, recovered } = createBuffer(() => 3);
  const records = Array.from({ length: 2000 }, (_, index) => `record ${index}\n`);
  for (const record of records) buffer.write(record);
  await expect.poll(output).toBe(records.join(''));
  expect([buffer.droppedRecords, recovered]).toEqual([0, []]);
});

it('a log buffer counts a record that was cut in half, and begins a new line when writing works again', async () => {
  const answers = [4, null, null, 100, 100];
  const { buffer, output, recovered } = createBuffer(() => answers.shift() ?? null);
  buffer.write('first\n');
  await expect.poll(() => buffer.droppedRecords).toBe(1);
  buffer.write('second\n');
  await expect.poll(() => buffer.droppedRecords).toBe(2);
  buffer.write('third\n');
  await expect.poll(output).toBe('firs\nthird\n');
  await expect.poll(() => recovered).toEqual([2]);
});

it('a log buffer holds at most 1 MiB, drops the records beyond, and takes more once it has written', async () => {
  const unblocked = Promise.withResolvers<void>();
  const written: number[] = [];
  const buffer = new LogBuffer({
    async write(bytes) {
      await unblocked.promise;
      written.push(bytes.length);
      return bytes.length;
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
