// Runs test files with node's own test runner and tells what came of it in the words of this
// project: failures in full, `SKIP: what: why` lines, and `N passed, N failed, N skipped` at the end.
//
//   node run.js units | pages
//
// `units` needs nothing but node. `pages` needs a browser ($CHROMIUM or one of the usual names),
// npm's packages ($BROWSER_MODULES) and the tracker ($TRACKER). Without one of them it says so and
// ends with 77, which Meson counts as skipped; with REQUIRE_BROWSER=1 that is a failure.

import fs from 'node:fs';
import path from 'node:path';
import { run } from 'node:test';
import { fileURLToPath } from 'node:url';

import { missing } from './support/needs.js';

const EXIT_FAILED = 1, EXIT_USAGE = 100, EXIT_SKIPPED = 77;
const LONGEST_FILE_MS = 180000;

const here = path.dirname(fileURLToPath(import.meta.url));

function filesOf(kind) {
  const folder = path.join(here, kind);
  return fs.readdirSync(folder).filter((name) => name.endsWith('.test.js'))
    .map((name) => path.join(folder, name));
}

function showFailure({ name, file, details }) {
  const cause = details.error?.cause ?? details.error;
  console.log(`FAILED: ${name} (${path.relative(here, file ?? here)})`);
  console.log(cause?.stack ?? String(cause));
}

async function runFiles(files) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  const stream = run({ files, concurrency: 1, timeout: LONGEST_FILE_MS });
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

const kind = process.argv[2];
if (kind !== 'units' && kind !== 'pages') {
  console.error('run.js: say which tests: units or pages');
  process.exit(EXIT_USAGE);
}
const reason = kind === 'pages' ? missing() : '';
if (reason !== '') {
  console.log(`SKIP: the pages in a browser: ${reason}`);
  process.exit(process.env.REQUIRE_BROWSER === '1' ? EXIT_FAILED : EXIT_SKIPPED);
}
const { passed, failed, skipped } = await runFiles(filesOf(kind));
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed > 0 || passed === 0 ? EXIT_FAILED : 0);
