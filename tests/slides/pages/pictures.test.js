// The pictures of the lessons, which decks and texts show: for those who do not see them, for a dark room, and readable
// in both schemes. How high their letters are is measured on the slides (decks.test.js).

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { root } from '../../../slides/print/chromium.js';
import { openBrowser, openPage } from '../../browser/support/browser.js';
import { SLIDE } from '../support/deck.js';
import { lettersOf } from '../support/picture.js';

const lessons = path.join(root, 'lessons');
const pictures = fs.readdirSync(lessons).filter((name) => /^\d\d-/.test(name))
  .flatMap((name) => fs.readdirSync(path.join(lessons, name)).filter((file) => file.endsWith('.svg')).map((file) => path.join(name, file)));
const sourceOf = (file) => fs.readFileSync(path.join(lessons, file), 'utf8');

let browser, page;

before(async () => {
  browser = await openBrowser();
  page = await openPage(browser, { viewport: SLIDE });
});

after(() => browser.close());

function lacks(svg) {
  const wanted = [['a title', /<title\b[^>]*>[^<]+<\/title>/], ['a description', /<desc\b[^>]*>[^<]+<\/desc>/],
    ['colours for dark', /@media \(prefers-color-scheme: dark\)/]];
  return wanted.filter(([, pattern]) => !pattern.test(svg)).map(([what]) => `lacks ${what}`);
}

test('each picture of a lesson has a title, a description and colours for a dark room', () => {
  assert.ok(pictures.length > 20);
  assert.deepEqual(pictures.flatMap((file) => lacks(sourceOf(file)).map((fault) => `${file} ${fault}`)), []);
  const plain = fs.readFileSync(path.join(root, 'tests/slides/course/lessons/90-machinery/picture.svg'), 'utf8');
  assert.deepEqual(lacks(plain), ['lacks a description', 'lacks colours for dark']);
  assert.equal(lacks('<svg></svg>').length, 3);
});

test('the letters of each picture can be read, in light and in dark', async () => {
  const faults = [];
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    for (const file of pictures) faults.push(...(await lettersOf(page, sourceOf(file))).map((fault) => `${file}, ${colorScheme}: ${fault}`));
  }
  assert.deepEqual(faults, []);
});

const drawing = (inside) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 200"><style>
  svg { --ink: #111; } @media (prefers-color-scheme: dark) { svg { --ink: #ddd; } }
  text { font: 22px sans-serif; fill: var(--ink); } .line { fill: none; stroke: #000; stroke-width: 2; }</style>
  <rect width="400" height="200" fill="#fff"/>${inside}</svg>`;

test('letters that cannot be read are noticed, in the scheme in which they cannot', async () => {
  const said = async (inside, colorScheme = 'light') => {
    await page.emulateMedia({ colorScheme });
    return (await lettersOf(page, drawing(inside))).join('\n');
  };
  const plain = '<text x="20" y="60">plain</text>';
  assert.equal(await said(`<path class="line" d="M10 80 H300"/><rect class="line" x="10" y="30" width="300" height="50"/>${plain}`), '');
  assert.equal(await said(`<path class="line" d="M10 54 H300"/><rect x="10" y="30" width="300" height="50" fill="#eee"/>${plain}`), '', 'hidden by a box');
  assert.equal(await said(plain, 'dark'), '"plain" has a contrast of 1.4 only');
  assert.equal(await said(`<rect x="10" y="30" width="300" height="50" fill="#888"/><text x="20" y="60" style="fill: #555">grey</text>`),
    '"grey" has a contrast of 2.1 only');
  assert.equal(await said(`<path class="line" d="M10 54 H300"/>${plain}`), 'a line goes through "plain"');
  assert.equal(await said(`<rect class="line" x="10" y="30" width="40" height="50"/>${plain}`), 'a line goes through "plain"');
  assert.equal(await said(`${plain}<rect x="10" y="30" width="300" height="50" fill="#eee"/>`), '"plain" is under a rect');
  assert.equal(await said(`${plain}<text x="50" y="65">other</text>`), '"plain" meets "other"');
  assert.equal(await said('<text x="380" y="60">outside</text>'), '"outside" is cut off at the edge');
  assert.equal(await said(`<rect class="line" x="16" y="30" width="300" height="50"/>${plain}`), '"plain" is 4.0 from the side of a box');
  assert.equal(await said(`<rect class="line" x="240" y="30" width="50" height="50"/><text x="237" y="60" text-anchor="end">plain</text>`), '"plain" is 3.0 from the side of a box');
  assert.equal(await said(`<path class="line" d="M300 54 H92" marker-end="url(#tip)"/>${plain}`), '');
  assert.equal(await said(`<path class="line" d="M300 66 H60" marker-end="url(#tip)"/>${plain}`), 'the tip of an arrow meets "plain"');
  assert.equal(await said(`<path class="line" d="M60 66 H300" marker-start="url(#tip)"/>${plain}`), 'the tip of an arrow meets "plain"');
});
