// The load of a server: what the events add up to, and how it is drawn.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { loadInWords, Loads, timeInWords } from '../../../slides/web/loads.js';
import { ended } from '../support/deck.js';
import { inMachinery, slideTo } from '../support/machinery.js';

test('each moment is kept, with the most of each number, and the last sixty are shown', () => {
  const loads = new Loads();
  loads.hear({ name: 'load', at: 1, inside: 10, limit: 12, waiting: 5, refused: 3, answer_ms: 1.8 });
  loads.hear({ name: 'output', at: 1, text: 'inside 99' });
  loads.hear({ name: 'load', at: 2, inside: 4, waiting: 7, refused: 3 });
  loads.hear({ name: 'load_refused', at: 2, why: 'a line that is none' });
  assert.deepEqual(loads.largest, { inside: 12, waiting: 7, refused: 3, answer: 1.8 });
  assert.deepEqual(loads.all.map(loadInWords), [
    'Inside: 10 of 12; 5 in the queue, 3 refused. A good client: 1.8 ms',
    'Inside: 4, no limit; 7 in the queue, 3 refused. A good client: no answer yet']);
  assert.deepEqual(loads.refused, ['a line that is none']);
  for (let i = 0; i < 80; ++i) loads.hear({ name: 'load', at: 3, inside: i, waiting: 0, refused: 0 });
  assert.deepEqual([loads.shown.length, loads.shown[0].inside, loads.all.length], [60, 20, 82]);
  loads.clear();
  assert.deepEqual([loads.all, loads.refused, loads.largest.inside], [[], [], 0]);
});

test('a time is told in the unit that fits it', () => {
  assert.deepEqual([0.4, 9.94, 40.25, 999.4, 2100].map(timeInWords), ['0.4 ms', '9.9 ms', '40 ms', '999 ms', '2.1 s']);
});

const machinery = inMachinery();

// How high the columns of a row are, as shares of the highest; 'open' where a good client waits.
const heights = (load, row) => load.locator(`.strip[data-row="${row}"] .moment`).evaluateAll((columns) => columns.map((column) => {
  if (column.dataset.open === 'true') return 'open';
  const part = parseFloat(getComputedStyle(column, '::before').height) / column.getBoundingClientRect().height * window.Reveal.getScale();
  return Math.round(100 * part) / 100;
}));

test('each moment is a column in each row, as high as its share of the most', async () => {
  const { next, load, slider } = await machinery.run('h-load');
  const { page } = machinery;
  await page.waitForFunction(() => document.querySelectorAll('section.present .strip[data-row="inside"] .moment').length === 4 && !document.querySelector('section.present .next').disabled);
  assert.deepEqual(await heights(load, 'inside'), [0, 1, 0, 0.13]);
  assert.deepEqual(await heights(load, 'refused'), [0, 0, 0, 1]);
  assert.deepEqual(await heights(load, 'answer'), ['open', 1, 'open', 0.12]);
  assert.deepEqual(await load.locator('.strip[data-row="inside"] .moment').evaluateAll((all) => all.map(({ dataset }) => dataset.limited)), ['false', 'false', 'true', 'true']);
  assert.deepEqual(await load.locator('.now').allTextContents(), ['5 of 5', '0', '35', '4.9 ms']);
  assert.match(await load.textContent(), /Left out: a line that is not inside N of N/);
  for (const scheme of ['dark', 'light']) assert.deepEqual(await machinery.faults(scheme), [], scheme);
  await next.click();
  await ended(page);
  assert.equal(await load.locator('.moment').count(), 16, 'the last picture stays');
  await slideTo(slider, 0);
  assert.equal(await load.locator('.moment').count(), 0);
});

test('without its server the recorded load is drawn', async () => {
  const { load } = await machinery.runAlone('h-load');
  assert.deepEqual(await load.locator('.now').allTextContents(), ['5 of 5', '0', '35', '4.9 ms']);
});
