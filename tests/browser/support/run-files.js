// Runs test files with node's own test runner and shows what failed, in full.

import path from 'node:path';
import { run } from 'node:test';

const LONGEST_FILE_MS = 900000; // of one that hangs; on a busy machine five minutes are none

function showFailure({ name, file, details }) {
  const cause = details.error?.cause ?? details.error;
  console.log(`FAILED: ${name} (${path.relative('.', file ?? '.')})`);
  console.log(cause?.stack ?? String(cause));
}

// Returns how many tests {passed, failed, skipped}. A file that takes longer than its limit has failed.
export async function runFiles(files, longestFileMs = LONGEST_FILE_MS) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  const stream = run({ files, concurrency: 1, timeout: longestFileMs });
  for await (const { type, data } of stream) {
    if (type === 'test:stdout') process.stdout.write(data.message);
    if (type === 'test:stderr') process.stderr.write(data.message);
    if (type === 'test:pass') count[data.skip === undefined ? 'passed' : 'skipped'] += 1;
    if (type === 'test:fail') {
      count.failed += 1;
      showFailure(data);
    }
  }
  return count;
}
