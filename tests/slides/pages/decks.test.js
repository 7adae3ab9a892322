// Every slide of every deck, as the room will see it.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { root } from '../../../slides/print/chromium.js';
import { printDeck } from '../../../slides/print/pdf.js';
import { accessibilityFaults, openBrowser, openPage, PHONE, shoot } from '../../browser/support/browser.js';
import { COLOURS, emptyHalf, openDeck, overflow, SHOWN, SLIDE, slideCount, smallLetters, toSlide, toSlideWith, underArrows } from '../support/deck.js';
import { startMachinery, startReal } from '../support/servers.js';

const A4_WITHIN_MARGINS = { width: 703, height: 1009 }; // slides/print/pdf.js

let browser, server, machinery, folder, decks;

before(async () => {
  browser = await openBrowser();
  server = await startReal();
  machinery = await startMachinery();
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'waymark-decks-'));
  decks = await server.decks();
});

after(async () => {
  await browser.close();
  await server.stop();
  await machinery.stop();
  fs.rmSync(folder, { recursive: true, force: true });
});

test('each deck that is written is served, lesson 01 first', () => {
  const written = fs.readdirSync(path.join(root, 'slides')).filter((name) => /^\d\d-.*\.md$/.test(name)).map((name) => name.slice(0, -3)).sort();
  assert.deepEqual(decks, written);
  assert.equal(decks[0], '01-processes');
});

const SCHEMES = [['light', undefined], ['dark', COLOURS]];

const WHOLE_PAGE = {};

// `part` is what of the page is looked at. The page is left in the last of the schemes.
async function faultsOf(page, slide, part = SHOWN, schemes = SCHEMES) {
  await shoot(page, slide);
  const faults = [...await overflow(page), ...await underArrows(page), ...await smallLetters(page), ...await page.locator('section.present .fault').allTextContents()];
  for (const [colorScheme, rules] of schemes) {
    await page.emulateMedia({ colorScheme });
    for (const fault of await accessibilityFaults(page, { ...part, rules })) faults.push(`${colorScheme}: ${fault}`);
  }
  return faults;
}

// Two decks at a time: while one waits for its page the other one is looked at.
async function forEachDeck(look) {
  const waiting = [...decks];
  const lane = async () => { while (waiting.length > 0) await look(waiting.shift()); };
  await Promise.all([lane(), lane()]);
}

async function lookThrough(name) {
  const page = await openPage(browser, { viewport: SLIDE, colorScheme: 'light' }); // with nothing in its cache
  const sizes = [];
  page.on('requestfinished', (request) => { sizes.push(request.sizes()); });
  await page.goto(`${server.address}/decks/${name}`);
  await page.waitForSelector('html[data-ready]');
  const count = await slideCount(page);
  assert.ok(count >= 10 && count <= 24, `${name} has ${count} slides`);
  const faults = [];
  for (let number = 1; number <= count; ++number) {
    await toSlide(page, number);
    // What surrounds the slides is the same on each of them: the whole page is looked at with the first.
    const schemes = number % 2 === 1 ? SCHEMES : [...SCHEMES].reverse(); // the one in which it is comes first
    for (const fault of await emptyHalf(page)) faults.push(`${name} ${number}: ${fault}`);
    for (const fault of await faultsOf(page, `${name}-${number}`, number === 1 ? WHOLE_PAGE : SHOWN, schemes)) faults.push(`${name} ${number}: ${fault}`);
  }
  assert.deepEqual(faults, []);
  assert.deepEqual(page.complaints, []);
  const bytes = (await Promise.all(sizes)).reduce((sum, { responseBodySize }) => sum + responseBodySize, 0);
  const ready = await page.evaluate(() => document.documentElement.dataset.ready);
  console.log(`${name}: ready ${ready} ms after its script started, ${Math.round(bytes / 1024)} KB with all its pictures`);
  assert.ok(bytes > 0 && bytes < 400 * 1024, `${name} loads ${bytes} bytes`);
  await page.context().close();
}

test('every slide fits, loads what it shows, is accessible in light and in dark, and says nothing on the console; a deck weighs little', async () => {
  await forEachDeck(lookThrough);
  console.log(`server start: ${Math.round(server.startedInMs)} ms`);
});

test('what cannot be read in one of the colour schemes is noticed', async () => {
  for (const bad of ['light', 'dark']) {
    const page = await openDeck(browser, `${machinery.address}/decks/90-machinery`);
    await page.addStyleTag({ content: `@media (prefers-color-scheme: ${bad}) { section.present p { color: #777; background: #888; } }` });
    const faults = await faultsOf(page, `unreadable-${bad}`);
    assert.ok(faults.some((fault) => fault.startsWith(`${bad}: color-contrast`)), faults.join('\n'));
    assert.ok(!faults.some((fault) => fault.includes('contrast') && !fault.startsWith(bad)), faults.join('\n'));
  }
});

test('a slide that is too full is noticed', async () => {
  const page = await openDeck(browser, `${machinery.address}/decks/90-machinery`);
  assert.deepEqual(await overflow(page), []);
  await page.evaluate(() => {
    const text = document.createElement('p');
    text.textContent = 'much '.repeat(600);
    document.querySelector('section.present').append(text);
  });
  assert.notDeepEqual(await overflow(page), []);
});

test('what stands below the arrows of the deck is noticed', async () => {
  const page = await openDeck(browser, `${machinery.address}/decks/90-machinery`);
  await toSlideWith(page, 'img');
  assert.deepEqual(await underArrows(page), []);
  const style = await page.addStyleTag({ content: 'section.present img { position: fixed; right: 0; bottom: -40px; }' });
  assert.match((await underArrows(page)).join(), /^a (rect|text|circle) of picture\.svg is below the arrows/);
  await style.evaluate((element) => element.remove());
  await page.evaluate(() => document.querySelector('section.present').append(Object.assign(document.createElement('p'), { textContent: 'low', style: 'position: fixed; right: 10px; bottom: 0; margin: 0' })));
  assert.deepEqual(await underArrows(page), ['"low" is below the arrows or the number of the slide']);
  await page.context().close();
});

test('a slide with an empty lower half is noticed', async () => {
  const page = await openDeck(browser, `${machinery.address}/decks/90-machinery`);
  assert.deepEqual(await emptyHalf(page), [], 'the title of a deck');
  await toSlideWith(page, '.run');
  assert.deepEqual(await emptyHalf(page), [], 'a run');
  await toSlideWith(page, 'table');
  await page.evaluate(() => document.querySelector('section.present').append(Object.assign(document.createElement('p'), { textContent: 'low', style: 'margin-top: 400px' })));
  assert.deepEqual(await emptyHalf(page), [], 'what reaches further down');
  await page.evaluate(() => document.querySelector('section.present').replaceChildren(Object.assign(document.createElement('p'), { textContent: 'short' })));
  assert.match((await emptyHalf(page)).join(), /^its lower half is empty: all ends at y=\d+;/);
  await page.context().close();
});

test('letters that the last row cannot read are noticed', async () => {
  const page = await openDeck(browser, `${machinery.address}/decks/90-machinery`);
  await toSlideWith(page, '.code');
  assert.deepEqual(await smallLetters(page), []);
  for (const [selector, says] of [['.code', /^pre has letters of 21 px/], ['.run', /^pre has letters of 21 px/], ['.run', /^button has letters of 21 px/],
    ['.run', /^span has letters of 21 px/], ['table', /^td has letters of 21 px/]]) {
    await toSlideWith(page, selector);
    const style = await page.addStyleTag({ content: '.reveal section.present :is(pre, td, button, .state) { font-size: 21px !important; }' });
    assert.ok((await smallLetters(page)).some((fault) => says.test(fault)), selector);
    await style.evaluate((element) => element.remove());
  }
  await toSlideWith(page, 'img');
  assert.deepEqual(await smallLetters(page), []);
  await page.addStyleTag({ content: '.reveal section.present img { width: 200px; }' });
  assert.ok((await smallLetters(page)).some((fault) => fault.startsWith('picture.svg has letters of')));
});

test('steps mark the lines that they name, one after another', async () => {
  const page = await openDeck(browser, `${machinery.address}/decks/90-machinery`);
  await toSlideWith(page, '.code');
  const marked = () => page.locator('section.present .line.on').evaluateAll((lines) => lines.map((line) => Number(line.dataset.number)));
  const first = Number(await page.locator('section.present .line').first().getAttribute('data-number'));
  assert.deepEqual(await marked(), [first + 1, first + 2, first + 3]);
  await page.keyboard.press('ArrowRight');
  assert.deepEqual(await marked(), [first + 4]);
  await page.keyboard.press('ArrowRight');
  assert.deepEqual(await marked(), [first + 6]);
  await page.keyboard.press('ArrowLeft');
  assert.deepEqual(await marked(), [first + 4]);
});

test('the numbers of a code slide lead to the same line of the source', async () => {
  const page = await openDeck(browser, `${server.address}/decks/01-processes`);
  await toSlideWith(page, '.code');
  const line = page.locator('section.present .line').first();
  const [number, text] = [await line.getAttribute('data-number'), (await line.textContent()).trim()];
  await page.locator('section.present figcaption a').click();
  assert.equal((await page.locator(`#L${number}`).textContent()).trim(), text);
});

test('the speaker has notes, the slide and the next one', async () => {
  const page = await openDeck(browser, `${machinery.address}/decks/90-machinery`);
  const [speaker] = await Promise.all([page.context().waitForEvent('page'), page.keyboard.press('s')]);
  const complaints = [];
  speaker.on('console', (message) => { if (message.type() === 'error') complaints.push(message.text()); });
  await speaker.waitForFunction(() => document.querySelector('.speaker-controls-notes .value')?.textContent.includes('The first slide.'));
  await page.bringToFront();
  await page.keyboard.press('ArrowRight');
  await speaker.waitForFunction(() => document.querySelector('.speaker-controls-notes .value').textContent.includes('Step 1 is the loop'));
  const frames = speaker.frames().filter((frame) => frame.url().includes('/decks/'));
  assert.equal(frames.length, 2);
  assert.deepEqual(complaints, []);
  assert.deepEqual(page.complaints, []);
});

test('home, handouts and texts are accessible and fit a phone, and paper cuts no line of a handout', async () => {
  const home = await (await fetch(`${server.address}/`)).text();
  const texts = [...home.matchAll(/href="(\/lessons\/[^"#]+)"/g)].map(([, address]) => address);
  const addresses = ['/', ...decks.map((name) => `/handouts/${name}`), ...decks.map((name) => `/students/${name}`), ...texts];
  const page = await openPage(browser);
  for (const address of addresses) {
    await page.setViewportSize(PHONE);
    const response = await page.goto(`${server.address}${address}`);
    assert.equal(response.status(), 200, address);
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= PHONE.width, `${address} is ${width} wide`);
    const small = await page.locator('main img').evaluateAll((all) => all.filter((picture) => picture.getBoundingClientRect().width < 750).map((picture) => picture.src));
    assert.deepEqual(small, [], `pictures on ${address} whose letters are too small`);
    const schemes = address.startsWith('/students/') ? SCHEMES.slice(0, 1) : SCHEMES; // they have nothing that handouts have not
    for (const [colorScheme, rules] of schemes) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await accessibilityFaults(page, { rules }), [], `${address}, ${colorScheme}`);
      await shoot(page, `phone${address.replaceAll('/', '-')}-${colorScheme}`);
    }
    if (/^\/(handouts|students)\//.test(address)) {
      await page.emulateMedia({ media: 'print' });
      await page.setViewportSize(A4_WITHIN_MARGINS);
      const cut = await page.locator('pre').evaluateAll((all) => all.filter((pre) => pre.scrollWidth > pre.clientWidth).map((pre) => pre.textContent));
      assert.deepEqual(cut, [], address);
      assert.ok(await page.locator('pre').count() > 0, address);
      await page.emulateMedia({ media: null });
    }
  }
  assert.deepEqual(page.complaints, []);
});

test('a handout shows notes and recordings without any script', async () => {
  const page = await openPage(browser, { viewport: PHONE, javaScriptEnabled: false });
  await page.goto(`${server.address}/handouts/01-processes`);
  assert.ok(await page.locator('.notes').first().isVisible());
  assert.ok(await page.locator('.transcript').first().isVisible());
  // What is coloured stays in its line: once a style for slide numbers took the numbers out of the code.
  for (const colour of ['number', 'string', 'call', 'keyword', 'comment']) {
    const piece = page.locator(`.code .${colour}`).first();
    assert.equal(await piece.evaluate((element) => getComputedStyle(element).position), 'static', colour);
  }
});

test('no link leads nowhere', async () => {
  const seen = new Set(), wrong = [];
  const queue = ['/', ...decks.map((name) => `/decks/${name}`), ...decks.map((name) => `/handouts/${name}`)];
  while (queue.length > 0) {
    const address = queue.shift();
    if (seen.has(address)) continue;
    seen.add(address);
    const response = await fetch(server.address + address);
    if (response.status !== 200) wrong.push(`${address}: ${response.status}`);
    if (!/^\/(decks|handouts|students|lessons|$)/.test(address)) continue;
    const html = await response.text();
    for (const [, link] of html.matchAll(/(?:href|src)="(\/[^"#]*)/g)) queue.push(link);
  }
  assert.deepEqual(wrong, []);
  assert.ok(seen.size > 20);
});

test('a PDF has a page for each slide and each note, and the recordings are on them', async () => {
  await forEachDeck(async (name) => {
    const { pages, wanted } = await printDeck(browser, `${server.address}/decks/${name}`, path.join(folder, `${name}.pdf`));
    assert.ok(wanted >= 20, `${name} has ${wanted}`);
    assert.equal(pages, wanted, name);
  });
});
