// Slide servers for tests: one with the real decks, one with the course whose programs misbehave on
// purpose (tests/slides/course).

import fs from 'node:fs';
import path from 'node:path';

import { missing as missingBrowser, root } from '../../../slides/print/chromium.js';
import { SlideServer } from '../../../slides/print/server.js';

const build = path.resolve(root, process.env.SLIDES_BUILD ?? 'build');
const program = path.join(build, 'slides/waymark-slides');
const assets = path.join(build, 'slides/site');

const REAL = { root, manifest: process.env.SLIDES_MANIFEST ?? path.join(build, 'slides/manifest.json') };
const MACHINERY = { root: path.join(root, 'tests/slides/course'), manifest: path.join(build, 'tests/slides/manifest.json') };

export function missing() {
  const browser = missingBrowser();
  if (browser !== '') return browser;
  const file = [program, path.join(assets, 'assets/vendor/reveal/reveal.js'), REAL.manifest, MACHINERY.manifest]
    .find((each) => !fs.existsSync(each));
  return file ? `no ${file}: build it, or set SLIDES_BUILD` : '';
}

const start = (course, variables) => SlideServer.start([program, 'serve', '--root', course.root,
  '--manifest', course.manifest, '--assets', assets, '--listen', '127.0.0.1:0'], variables);

export const startReal = (variables) => start(REAL, variables);
// The same course in a copy for learners, in `folder`.
export const startHandedOut = (folder) => {
  fs.cpSync(MACHINERY.root, folder, { recursive: true });
  fs.writeFileSync(path.join(folder, 'HANDOUT.md'), '# A copy\n');
  return start({ ...MACHINERY, root: folder });
};
export const startMachinery = (variables) => start(MACHINERY, variables);
export const programOf = { file: program, manifest: REAL.manifest, assets };
