// A deck in the browser: to a slide, to its run pane, and whether what is on it fits.

import { openPage } from '../../browser/support/browser.js';

export const SLIDE = { width: 1280, height: 720 };

// What axe looks at where nothing but the slide that is shown is wanted (accessibilityFaults).
export const SHOWN = { within: 'section.present', without: '.slides section:not(.present, :has(.present))' };

// A scheme changes colours and nothing else, so where a page has been looked at in one, only they are in the other.
export const COLOURS = ['color-contrast'];

export async function openDeck(browser, address, options = {}) {
  const page = await openPage(browser, { viewport: SLIDE, ...options });
  await page.goto(address);
  await page.waitForSelector('html[data-ready]');
  return page;
}

// The same in a window of the size `outer`, of which the page need not have all: somebody has zoomed, or a panel is open beside it.
export async function openInWindow(browser, address, outer, options) {
  const page = await openPage(browser, { colorScheme: 'light', ...options });
  await page.addInitScript(({ width, height }) => Object.defineProperties(window, { outerWidth: { get: () => width }, outerHeight: { get: () => height } }), outer);
  await page.goto(address);
  await page.waitForSelector('html[data-ready]');
  return page;
}

export const openZoomed = (browser, address, zoom) => openInWindow(browser, address, SLIDE,
  { viewport: { width: SLIDE.width / zoom, height: SLIDE.height / zoom }, deviceScaleFactor: zoom });

export const slideCount = (page) => page.evaluate(() => window.Reveal.getTotalSlides());

// `number` counts from 1, as people do.
export async function toSlide(page, number) {
  await page.evaluate((index) => window.Reveal.slide(index), number - 1);
}

// The numbers of the slides that have something of this kind.
export const slidesWith = (page, selector) => page.evaluate((wanted) => window.Reveal.getSlides()
  .flatMap((slide, index) => (slide.querySelector(wanted) ? [index + 1] : [])), selector);

export async function toSlideWith(page, selector) {
  await page.evaluate((wanted) => {
    const slides = window.Reveal.getSlides();
    window.Reveal.slide(slides.findIndex((slide) => slide.querySelector(wanted)));
  }, selector);
}

// The pane on the slide that is shown.
export function pane(page) {
  const find = (selector) => page.locator(`section.present .run ${selector}`);
  return {
    box: page.locator('section.present .run'), go: find('.go'), stop: find('.stop'), next: find('.next'), slider: find('.timeline input'), play: find('.timeline button'),
    place: find('.timeline .place'), call: find('.call'), state: find('.state'),
    screen: find('.screen').first(), client: find('.client .screen'), tree: find('.tree'), sockets: find('.sockets'), frames: find('.frames'), load: find('.load'),
    line: find('.input input'), transcript: find('.transcript'),
  };
}

// Waits until the pane can be run again: told by the button itself, as to look with every frame of a run of many
// seconds keeps a processor busy.
export async function ended(page, limitMs = 300000) {
  await page.evaluate((limit) => new Promise((resolve, reject) => {
    const go = document.querySelector('section.present .run .go');
    const look = () => { if (!go.disabled) resolve(); };
    new MutationObserver(look).observe(go, { attributes: true });
    setTimeout(() => reject(new Error(`the run has not ended within ${limit} ms`)), limit);
    look();
  }), limitMs);
}

// The same, and whenever the program waits at the end of a step, Next is pressed.
export async function goOnUntilEnded(page, limitMs = 300000) {
  await page.evaluate(() => {
    const box = document.querySelector('section.present .run');
    const deeds = [...box.querySelectorAll('.deeds button')];
    const press = () => { if (!box.querySelector('.next').disabled) (deeds.shift() ?? box.querySelector('.next')).click(); };
    window.pressing = new MutationObserver(press);
    window.pressing.observe(box.querySelector('.next'), { attributes: true });
    press();
  });
  await ended(page, limitMs);
  await page.evaluate(() => window.pressing.disconnect()); // the next run of this slide is its own
}

// By keys alone, as a lecturer does: to that slide, going on from the one that is shown.
export async function toSlideByKeys(page, number) {
  const MOST_PRESSES = 200;
  for (let press = 0; press < MOST_PRESSES; ++press) {
    if (await page.evaluate(() => window.Reveal.getState().indexh + 1) === number) return;
    await page.keyboard.press('PageDown');
  }
  throw new Error(`slide ${number} is not reached by PageDown`);
}

// Who runs, sleeps or is stopped, and whose box ends below the pane of the processes, by name. Those above are ancestors of who is in
// view. Beside a pane of sockets, frames or load there is no room for all.
export function outOfView(page) {
  return page.evaluate(() => {
    const SLACK = 4;
    if (document.querySelector('section.present .run :is(.sockets, .frames, .load)')) return [];
    const tree = document.querySelector('section.present .run .tree');
    const { bottom } = tree.getBoundingClientRect();
    const all = [...tree.querySelectorAll('.process')].filter(({ dataset }) => ['runs', 'sleeps', 'stopped'].includes(dataset.state));
    return all.filter((box) => box.getBoundingClientRect().bottom > bottom + SLACK).map((box) => box.querySelector('.name').textContent);
  });
}

// R, then a key at the end of each step, or a digit where the demo has buttons; until the run has ended. `atStep` is
// called before that key.
export async function runByKeys(page, limitMs = 300000, atStep = async () => {}) {
  await page.keyboard.press('r');
  const look = (last) => page.waitForFunction((before) => {
    const box = document.querySelector('section.present .run');
    const step = box.querySelector('.state').textContent;
    if (!box.querySelector('.go').disabled) return { hasEnded: true };
    // The button is told at once, and the words are drawn with the next frame.
    return box.querySelector('.next').matches(':enabled:not([hidden])') && /^step \d+/.test(step) && step !== before && { step, deeds: box.querySelectorAll('.deeds button').length };
  }, last, { timeout: limitMs, polling: 20 });
  const isAtStep = () => page.evaluate(() => document.querySelector('section.present .run .next').matches(':enabled:not([hidden])'));
  for (let steps = 0, last = ''; ; ++steps) {
    const { hasEnded, step, deeds } = await (await look(last)).jsonValue();
    if (hasEnded) return;
    last = step;
    await atStep(step);
    if (!await isAtStep()) throw new Error(`${step} was over before a key was pressed`);
    await page.keyboard.press(steps < deeds ? `Digit${steps + 1}` : ['n', 'PageDown', ' '][steps % 3]);
  }
}

// What sticks out of the slide that is shown, in words.
export function overflow(page) {
  return page.evaluate(() => {
    const slide = document.querySelector('section.present');
    const faults = [];
    const right = innerWidth + 1, bottom = innerHeight - 8;
    for (const element of slide.querySelectorAll('*')) {
      if (element.closest('aside, .screen, .tree, .sockets > *, .frames > *, .load > *, .transcript') || element.offsetParent === null) continue;
      const box = element.getBoundingClientRect();
      const name = `${element.tagName.toLowerCase()}.${element.className}`;
      if (box.right > right && !element.closest('pre')) faults.push(`${name} ends at x=${Math.round(box.right)}`);
      if (box.bottom > bottom) faults.push(`${name} ends at y=${Math.round(box.bottom)}`);
    }
    for (const pre of slide.querySelectorAll('pre:not(.screen)')) {
      if (pre.closest('aside, .transcript') || pre.offsetParent === null) continue;
      if (pre.scrollWidth > pre.clientWidth + 1) faults.push(`code is ${pre.scrollWidth} wide, and has ${pre.clientWidth}`);
      if (pre.scrollHeight > pre.clientHeight + 1) faults.push(`code is ${pre.scrollHeight} high, and has ${pre.clientHeight}`);
    }
    for (const text of slide.querySelectorAll('p, li, td, h2')) {
      if (/<[a-z]+ |!\[/.test(text.textContent)) faults.push(`Markdown that was not understood: ${text.textContent}`);
    }
    for (const picture of slide.querySelectorAll('img')) {
      if (picture.naturalWidth === 0) faults.push(`${picture.src} is not there`);
    }
    return faults;
  });
}

// What stands below the deck's arrows or its number: letters, and boxes of pictures (of which an <img> does not tell, so its file
// is laid out once more in the same place).
export function underArrows(page) {
  return page.evaluate(async () => {
    const slide = document.querySelector('section.present');
    const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    const bars = [...document.querySelectorAll('.controls button.enabled, .slide-number')].map((bar) => bar.getBoundingClientRect());
    const faults = new Set();
    const look = (what, boxes) => { if (boxes.some((box) => bars.some((bar) => meet(box, bar)))) faults.add(`${what} is below the arrows or the number of the slide`); };
    const texts = document.createTreeWalker(slide, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      if (text.data.trim() === '' || text.parentElement.closest('aside, script, .spoken, .screen, .tree, .sockets, .frames, .load')) continue; // not seen, or it scrolls
      const range = document.createRange();
      range.selectNodeContents(text);
      look(`"${text.data.trim().slice(0, 30)}"`, [...range.getClientRects()]);
    }
    for (const picture of slide.querySelectorAll('img[src$=".svg"]')) {
      const { left, top, width } = picture.getBoundingClientRect();
      const host = document.body.appendChild(document.createElement('div'));
      host.style.cssText = `position: fixed; left: ${left}px; top: ${top}px; width: ${width}px`;
      const inside = host.attachShadow({ mode: 'open' });
      inside.innerHTML = await (await fetch(picture.src)).text();
      inside.querySelector('svg').style.cssText = 'display: block; width: 100%';
      for (const shape of inside.querySelectorAll('text, circle, rect:not(.paper)')) look(`a ${shape.localName} of ${picture.src.split('/').at(-1)}`, [shape.getBoundingClientRect()]);
      host.remove();
    }
    return [...faults];
  });
}

// What says too little for a slide of its own: nothing but its title, and the lower half empty. Titles of decks and
// slides with a run (it fills the slide when it runs) are others.
export function emptyHalf(page) {
  return page.evaluate(() => {
    const slide = document.querySelector('section.present');
    if (slide.querySelector('.run, h1')) return [];
    const bottoms = [...slide.querySelectorAll('p, li, table, pre, img')]
      .filter((element) => !element.closest('aside') && element.offsetParent !== null)
      .map((element) => element.getBoundingClientRect().bottom);
    const lowest = Math.round(Math.max(0, ...bottoms));
    return lowest < innerHeight / 2 ? [`its lower half is empty: all ends at y=${lowest}; say the whole thing, or join it with another`] : [];
  });
}

export const SMALLEST_LETTERS = 22;

// What on the slide that is shown is too small for the last row, in words: code, output, processes,
// sockets, questions, tables, and the letters of pictures as they are drawn. An <img> does not show its
// inside, so its file is laid out once more, with the same width, where it can be measured.
export function smallLetters(page) {
  return page.evaluate(async (smallest) => {
    const slide = document.querySelector('section.present');
    const scale = window.Reveal.getScale();
    const faults = new Set();
    const look = (element, factor, where) => {
      const size = Math.round(10 * factor * parseFloat(getComputedStyle(element).fontSize)) / 10;
      if (size < smallest) faults.add(`${where} has letters of ${size} px: ${element.textContent.trim().slice(0, 40)}`);
    };
    for (const element of slide.querySelectorAll('pre, td, th, .screen, .run :is(.bar, .timeline) :is(button, .state, .clock, .place), .question :is(.ask, .after, .choice), .tree :is(p, .process *), :is(.sockets, .frames) :is(p, p *, .actor, .picture *), .load :is(p, .name, .now)')) {
      if (!element.closest('aside') && element.offsetParent !== null) look(element, scale, element.localName);
    }
    for (const picture of slide.querySelectorAll('img[src$=".svg"]')) {
      const host = document.body.appendChild(document.createElement('div'));
      const inside = host.attachShadow({ mode: 'open' });
      inside.innerHTML = await (await fetch(picture.src)).text();
      const drawing = inside.querySelector('svg');
      const factor = picture.getBoundingClientRect().width / drawing.viewBox.baseVal.width;
      for (const text of drawing.querySelectorAll('text, tspan')) look(text, factor, picture.src.split('/').at(-1));
      host.remove();
    }
    return [...faults];
  }, SMALLEST_LETTERS);
}
