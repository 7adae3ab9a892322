// The slides in a browser: runs pages/*.test.js and counts. It needs a browser, npm's packages
// ($BROWSER_MODULES), the slide server ($SLIDES_BUILD is the build folder that has it) and the pages'
// files. Without one of them it says so and ends with 77, which Meson counts as skipped; with
// REQUIRE_BROWSER=1 that is a failure.
//
//   node run.js NAME...    the files pages/NAME.test.js

import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { runFiles } from '../browser/support/run-files.js';
import { missing } from './support/servers.js';

const EXIT_FAILED = 1, EXIT_USAGE = 100, EXIT_SKIPPED = 77;
const LONGEST_FILE_MS = 900000;

const here = path.dirname(fileURLToPath(import.meta.url));
const names = process.argv.slice(2);
if (names.length === 0) {
  console.error('run.js: name the test files');
  process.exit(EXIT_USAGE);
}
const reason = missing();
if (reason !== '') {
  console.log(`SKIP: slides in a browser (${names}): ${reason}`);
  process.exit(process.env.REQUIRE_BROWSER === '1' ? EXIT_FAILED : EXIT_SKIPPED);
}
const files = names.map((name) => path.join(here, 'pages', `${name}.test.js`));
const { passed, failed, skipped } = await runFiles(files, LONGEST_FILE_MS);
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed > 0 || passed === 0 ? EXIT_FAILED : 0);
