// Runs test files with node's own test runner and tells what came of it in the words of this
// project: failures in full, `SKIP: what: why` lines, and `N passed, N failed, N skipped` at the end.
//
//   node run.js units | pages | balancer | httpd
//
// `units` needs nothing but node. `pages` needs a browser ($CHROMIUM or one of the usual names),
// npm's packages ($BROWSER_MODULES) and the tracker ($TRACKER), `balancer` the same with examples/balancer
// ($BALANCER) in the tracker's place, and `httpd` with examples/httpd and examples/ca ($HTTPD, $CA). Without one of them it says so and
// ends with 77, which Meson counts as skipped; with REQUIRE_BROWSER=1 that is a failure.

import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { missing, missingBalancer, missingHttpd } from './support/needs.js';
import { runFiles } from './support/run-files.js';

const EXIT_FAILED = 1, EXIT_USAGE = 100, EXIT_SKIPPED = 77;

const here = path.dirname(fileURLToPath(import.meta.url));

function filesOf(kind) {
  const folder = path.join(here, kind);
  return fs.readdirSync(folder).filter((name) => name.endsWith('.test.js'))
    .map((name) => path.join(folder, name));
}

const kind = process.argv[2];
const reasons = { units: () => '', pages: missing, balancer: missingBalancer, httpd: missingHttpd };
if (!Object.hasOwn(reasons, kind)) {
  console.error('run.js: say which tests: units, pages, balancer or httpd');
  process.exit(EXIT_USAGE);
}
const reason = reasons[kind]();
if (reason !== '') {
  console.log(`SKIP: the pages in a browser: ${reason}`);
  process.exit(process.env.REQUIRE_BROWSER === '1' ? EXIT_FAILED : EXIT_SKIPPED);
}
const { passed, failed, skipped } = await runFiles(filesOf(kind));
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed > 0 || passed === 0 ? EXIT_FAILED : 0);
