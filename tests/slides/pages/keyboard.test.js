// A deck by keyboard alone: whatever can be pressed on a slide is reached by Tab, is in view then, and says that it has the
// focus; also where somebody has zoomed to 200 %. Keys of their own are tested where they belong (panes, buttons, demos).

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser } from '../../browser/support/browser.js';
import { openZoomed, slideCount, toSlide } from '../support/deck.js';
import { startMachinery } from '../support/servers.js';

const DECK = '/decks/90-machinery';
const MOST_STOPS = 60;

let browser, machinery;

before(async () => {
  browser = await openBrowser();
  machinery = await startMachinery();
});

after(async () => {
  await browser.close();
  await machinery.stop();
});

// What has the focus: undefined if it was met before, null if nothing has it, else what is wrong with it, in words.
const faultOfFocus = (page) => page.evaluate(() => {
  const element = document.activeElement;
  window.met ??= new Set();
  if (!element || element === document.body) return null;
  if (window.met.has(element)) return undefined;
  window.met.add(element);
  const { left, right, top, bottom } = element.getBoundingClientRect();
  const { outlineStyle, outlineWidth } = getComputedStyle(element);
  const said = `${element.localName}.${element.className} ${element.textContent.trim().slice(0, 20)}`;
  // What is larger than the window has its beginning in view.
  const isInView = left >= -1 && top >= -1 && left < innerWidth && top < innerHeight && (right <= innerWidth + 1 || right - left > innerWidth / 2)
    && (bottom <= innerHeight + 1 || bottom - top > innerHeight / 2);
  if (!isInView) return `${said} is not in view: ${[left, top, right, bottom].map(Math.round)}`;
  return outlineStyle === 'none' || parseFloat(outlineWidth) < 2 ? `${said} does not say that it has the focus` : '';
});

// What on the slide can be pressed and was not met.
const missed = (page) => page.evaluate(() => [...document.querySelectorAll('section.present :is(a[href], button, input, [tabindex="0"])')]
  .filter((element) => !element.disabled && element.checkVisibility({ visibilityProperty: true }) && !element.closest('aside') && !window.met?.has(element))
  .map((element) => `${element.localName}.${element.className} is not reached`));

async function faultsByTab(page) {
  await page.evaluate(() => { document.activeElement?.blur(); window.met = new Set(); });
  const faults = [];
  // All the way round, because it depends on the browser where a way begins that was begun nowhere.
  let ends = 0;
  for (let stop = 0; stop < MOST_STOPS && ends < 2; ++stop) {
    await page.keyboard.press('Tab');
    const fault = await faultOfFocus(page);
    if (fault === undefined) break;
    if (fault === null) ++ends;
    else if (fault !== '') faults.push(fault);
  }
  return [...faults, ...await missed(page)];
}

for (const zoom of [1, 2]) {
  test(`by Tab all that can be pressed is reached, in view and outlined, at a zoom of ${zoom}`, async () => {
    const page = await openZoomed(browser, machinery.address + DECK, zoom);
    const faults = [];
    for (let number = 1; number <= await slideCount(page); ++number) {
      await toSlide(page, number);
      for (const fault of await faultsByTab(page)) faults.push(`${number}: ${fault}`);
    }
    assert.deepEqual(faults, []);
    await page.context().close();
  });
}

test('what is hidden from the keyboard is noticed', async () => {
  const page = await openZoomed(browser, machinery.address + DECK, 1);
  await toSlide(page, 2);
  assert.deepEqual(await faultsByTab(page), []);
  await page.evaluate(() => { document.querySelector('section.present').insertAdjacentHTML('beforeend', '<button class="plain" style="outline: 0">Press</button>'); });
  assert.deepEqual(await faultsByTab(page), ['button.plain Press does not say that it has the focus']);
  await page.evaluate(() => { document.querySelector('.plain').style.cssText = 'position: fixed; left: -300px; outline: 3px solid'; });
  assert.match((await faultsByTab(page)).join(), /^button\.plain Press is not in view: -/);
  await page.evaluate(() => document.querySelector('.plain').replaceWith(Object.assign(document.createElement('a'), { href: '#', className: 'far', textContent: 'far', tabIndex: -1 })));
  assert.deepEqual(await faultsByTab(page), ['a.far is not reached']);
  await page.context().close();
});
