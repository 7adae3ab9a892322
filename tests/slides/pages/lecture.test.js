// The lecturer's side: time, the speaker's window, what is given out and printed, zoom.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { printSheets } from '../../../slides/print/pdf.js';
import { openBrowser, openPage } from '../../browser/support/browser.js';
import { ended, openDeck, openInWindow, openZoomed, pane, SLIDE, toSlide, toSlideWith } from '../support/deck.js';
import { until } from '../support/processes.js';
import { startHandedOut, startMachinery, startReal } from '../support/servers.js';

const MACHINERY = '/decks/90-machinery';

let browser, machinery, server;

before(async () => {
  browser = await openBrowser();
  machinery = await startMachinery();
  server = await startReal();
});

after(async () => {
  await browser.close();
  await machinery.stop();
  await server.stop();
});

const get = async (address) => (await fetch(address)).text();

test('the home page tells how long a lecture is, beside learning alone', async () => {
  assert.match(await get(`${machinery.address}/`), /lecture 20 min; alone 6 min: text 1, demos 2, exercise 3/);
  const home = await get(`${server.address}/`);
  assert.equal([...home.matchAll(/lecture \d+ min; alone/g)].length, (await server.decks()).length);
});

test('the slides of a deck together take as long as its lecture, and each note says where one is', async () => {
  const deck = await get(machinery.address + MACHINERY);
  const times = [...deck.matchAll(/<section data-timing="(\d+)">/g)].map(([, seconds]) => Number(seconds));
  assert.equal(times.reduce((sum, each) => sum + each, 0), 20 * 60);
  const notes = [...deck.matchAll(/<p class="time">About [^<]* after it (\d+) of 20 min have passed\.<\/p><\/aside>/g)];
  assert.equal(notes.length, times.length);
  assert.equal(notes.at(-1)[1], '20');
});

test("the speaker's window shows the run of the presented page, and its clock has the slide's time", async () => {
  const page = await openDeck(browser, machinery.address + MACHINERY);
  await toSlideWith(page, '[data-demo="1-lines"]');
  const [speaker] = await Promise.all([page.context().waitForEvent('page'), page.keyboard.press('s')]);
  await speaker.waitForFunction(() => document.querySelectorAll('iframe').length === 2);
  await page.bringToFront();
  await pane(page).go.click();
  await ended(page);
  const shown = () => Promise.all(speaker.frames().map((frame) => frame.evaluate(() => document.querySelector('[data-demo="1-lines"] .screen')?.textContent).catch(() => '')));
  await until(async () => (await shown()).filter((text) => /line 3 of 3/.test(text ?? '')).length === 2, 'both frames have followed');
  await speaker.waitForFunction(() => {
    const pacing = document.querySelector('.pacing');
    return pacing.style.display !== 'none' && /\d/.test(pacing.textContent);
  });
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test('the handout for students has no notes, no recording and no answer, and room to write', async () => {
  const address = `${machinery.address}/students/90-machinery`;
  const [given, full] = [await get(address), await get(`${machinery.address}/handouts/90-machinery`)];
  for (const words of ['The dashed one is the zombie', 'line 3', 'The zombie has a dashed border', 'class="notes"', 'class="transcript"']) {
    assert.ok(!given.includes(words), words);
  }
  assert.ok(full.includes('The dashed one is the zombie') && full.includes('class="transcript"'), 'they are in the other one');
  for (const words of ['A zombie', 'class="room"', 'What do you expect?', 'build/lessons/90-machinery/2-family']) assert.ok(given.includes(words), words);
  const page = await openPage(browser, {});
  await page.goto(address);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
  assert.equal((await fetch(`${machinery.address}/students/91-nothing`)).status, 404);
});

test('it is printed on pages of its own', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'waymark-sheets-'));
  const file = path.join(folder, 'sheets.pdf');
  assert.ok(await printSheets(browser, `${machinery.address}/students/90-machinery`, file) >= 2);
  assert.ok(fs.statSync(file).size > 10000);
  fs.rmSync(folder, { recursive: true });
});

test('on paper stands the last picture of the recording, and where there is none what was printed', async () => {
  const page = await openPage(browser, { colorScheme: 'light' });
  await page.goto(`${machinery.address}${MACHINERY}?print-pdf&showNotes=separate-page`);
  await page.waitForSelector('html[data-printable]');
  const recorded = page.locator('[data-demo="1-lines"]');
  assert.match(await recorded.locator('.screen').textContent(), /line 3 of 3/);
  assert.match(await recorded.locator('.tree').textContent(), /programgoneexit status 7/);
  assert.ok(await recorded.locator('.panes').isVisible());
  assert.ok(!await recorded.locator('.transcript').isVisible());
  const other = page.locator('[data-demo="9-missing"]');
  assert.ok(await other.locator('.transcript').isVisible());
  assert.ok(!await other.locator('.panes').isVisible());
  await page.context().close();
});

test("in a learner's copy a demo that cannot yet be as recorded shows the recording, and any other runs", async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'waymark-copy-'));
  const copy = await startHandedOut(folder);
  const page = await openDeck(browser, copy.address + MACHINERY);
  await toSlideWith(page, '[data-demo="1-lines"]');
  const { go, state, screen } = pane(page);
  await go.click();
  await ended(page);
  assert.match(await state.textContent(), /^exit status 7 after/);
  // As if it had been recorded in a whole copy, where it ends well.
  await page.evaluate(() => {
    const recording = document.querySelector('section.present .recording');
    recording.textContent = recording.textContent.replaceAll('exit status 7', 'exit status 0').replaceAll('line ', 'row ');
  });
  await go.click();
  await ended(page);
  assert.equal(await state.textContent(), 'This demo stands on what is yours to write: it ended otherwise. Below is a recording.');
  await page.waitForFunction(() => /row/.test(document.querySelector('section.present .screen').textContent));
  assert.match(await screen.textContent(), /of 3/);
  await page.context().close();
  await copy.stop();
  fs.rmSync(folder, { recursive: true });
  const whole = await openDeck(browser, machinery.address + MACHINERY);
  assert.equal(await whole.locator('[data-to-be-written]').count(), 0);
  await whole.context().close();
});

// How far a page, or a frame, can be scrolled.
const windowsWide = (page) => page.evaluate(() => {
  const { scrollWidth, clientWidth } = document.querySelector('.reveal-viewport');
  return scrollWidth / clientWidth;
});

const isZoomed = (page) => page.evaluate(() => document.documentElement.classList.contains('is-zoomed'));

test('a panel beside the page is no zoom, nor is a window with many bars', async () => {
  for (const [what, outer, wanted] of [['a panel', { width: 1.6 * SLIDE.width, height: 1.1 * SLIDE.height }, false],
    ['many bars', { width: SLIDE.width, height: 1.5 * SLIDE.height }, false], ['a zoom', { width: 1.6 * SLIDE.width, height: 1.8 * SLIDE.height }, true]]) {
    const page = await openInWindow(browser, machinery.address + MACHINERY, outer, { viewport: SLIDE });
    assert.equal(await isZoomed(page), wanted, what);
    await page.context().close();
  }
});

test("in the speaker's window each slide is whole", async () => {
  const page = await openDeck(browser, machinery.address + MACHINERY);
  const [speaker] = await Promise.all([page.context().waitForEvent('page'), page.keyboard.press('s')]);
  const frames = () => speaker.frames().filter((frame) => frame.url().includes(MACHINERY));
  await until(async () => frames().length === 2, 'both frames are there');
  for (const frame of frames()) {
    await frame.waitForSelector('html[data-ready]');
    assert.ok(await frame.evaluate(() => window.outerWidth > 1.2 * window.innerWidth), 'a frame is less than its window');
    const reach = await windowsWide(frame);
    assert.ok(reach < 1.01, `${reach} windows wide`);
  }
  await page.context().close();
});

test('who zooms sees a larger slide, and can scroll to the rest of it', async () => {
  const sizes = [];
  for (const zoom of [1, 2]) {
    const page = await openZoomed(browser, machinery.address + MACHINERY, zoom);
    await toSlide(page, 2);
    const box = await page.locator('section.present h2').boundingBox();
    sizes.push(box.height * zoom); // in pixels of the screen
    const reach = await windowsWide(page);
    assert.ok(Math.abs(reach - zoom) < 0.1, `${reach} windows wide at a zoom of ${zoom}`);
    assert.ok(box.x >= 0 && box.y >= 0);
    const place = () => page.evaluate(() => {
      const { scrollLeft, scrollTop } = document.querySelector('.reveal-viewport');
      return [window.Reveal.getState().indexh, scrollLeft > 0, scrollTop > 0];
    });
    await page.keyboard.press('ArrowDown');
    assert.deepEqual(await place(), [1, false, zoom > 1], 'down');
    await page.keyboard.press('ArrowUp');
    assert.deepEqual(await place(), [1, false, false], 'and up');
    if (zoom > 1) {
      await page.keyboard.press('Shift+ArrowRight');
      assert.deepEqual(await place(), [1, true, false], 'to the right');
      await toSlide(page, 3);
      assert.deepEqual(await place(), [2, false, false], 'the next slide from its beginning');
    }
    await page.context().close();
  }
  assert.ok(sizes[1] > 1.8 * sizes[0], `${sizes}`);
});
