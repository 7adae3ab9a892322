// The question before a run: its choices, the room's hands, and the answer that is shown afterwards and
// nowhere before.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser } from '../../browser/support/browser.js';
import { goOnUntilEnded, openDeck, overflow, pane, toSlide, toSlideWith } from '../support/deck.js';
import { startReal } from '../support/servers.js';

const DECK = '01-processes', DEMO = '[data-demo="2-one-wait"]';

let browser, server;

before(async () => {
  browser = await openBrowser();
  server = await startReal();
});

after(async () => {
  await browser.close();
  await server.stop();
});

const question = (page) => page.locator('section.present .question');
const hands = (page) => question(page).locator('input').evaluateAll((inputs) => inputs.map((input) => input.value));
// What can be read on the slide.
const visibleText = (page) => page.locator('section.present').evaluate((slide) => slide.innerText);

async function openQuestion(options) {
  const page = await openDeck(browser, `${server.address}/decks/${DECK}`, options);
  await toSlideWith(page, DEMO);
  return page;
}

// Of all runs of a deck; decks.test.js looks whether each slide fits.
const runsOf = (page) => page.evaluate(() => [...document.querySelectorAll('.run')].map((run) => {
  const question = run.previousElementSibling;
  const shown = (selector) => getComputedStyle(question.querySelector(selector)).display !== 'none';
  return {
    demo: run.dataset.demo, state: question.dataset.state, choices: question.querySelectorAll('.choices li').length,
    answered: shown('.after'), words: question.querySelector('.right').textContent,
    looksTwice: getComputedStyle(run.querySelector('.look')).display !== 'none',
    panes: getComputedStyle(run.querySelector('.panes')).display !== 'none',
  };
}));

test('every run is asked about before it, and the answer is not there yet', async () => {
  let count = 0;
  for (const deck of await server.decks()) {
    const page = await openDeck(browser, `${server.address}/decks/${deck}`);
    for (const { demo, choices, ...rest } of await runsOf(page)) {
      assert.deepEqual(rest, { state: 'asked', answered: false, words: '', looksTwice: false, panes: false }, demo);
      assert.ok([3, 4].includes(choices), demo);
      count += 1;
    }
    await page.context().close();
  }
  assert.ok(count >= 25);
});

test('hands are counted by key, button and number, and stay', async () => {
  const page = await openQuestion();
  for (const key of ['Digit1', 'Digit2', 'Digit2', 'Shift+Digit2', 'Digit4', 'Digit4']) await page.keyboard.press(key);
  const most = await question(page).locator('.choices li').count();
  assert.deepEqual(await hands(page), ['1', '1', '0', '2'].slice(0, most));
  await question(page).getByRole('button', { name: '+1 hand for C' }).click();
  await question(page).getByRole('spinbutton', { name: /^Hands for A: / }).fill('17');
  await page.keyboard.press('Digit2');  // into the number that is being typed, not to B
  const counted = ['172', '1', '1', '2'].slice(0, most);
  assert.deepEqual(await hands(page), counted);
  await toSlide(page, 1);
  await toSlideWith(page, DEMO);
  assert.deepEqual(await hands(page), counted);
  await page.context().close();
});

test('the run takes the place of the choices, and its end brings the answer', async () => {
  const page = await openQuestion();
  await page.keyboard.press('Digit3');
  await pane(page).go.click();
  await page.waitForFunction(() => document.querySelector('section.present .question').dataset.state === 'running');
  assert.deepEqual(await overflow(page), []);
  await goOnUntilEnded(page);
  await page.waitForFunction(() => document.querySelector('section.present .question').dataset.state === 'answered');
  const text = await visibleText(page);
  assert.match(text, /B: Once: one of them/);
  assert.ok(text.includes(await question(page).locator('.look').textContent()));
  assert.equal(await question(page).locator('.is-right').getAttribute('data-letter'), 'B');
  assert.equal((await hands(page))[2], '1');
  assert.deepEqual(await overflow(page), []);
  await page.context().close();
});

test('on a phone nothing sticks out at the side', async () => {
  const page = await openQuestion({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  const sides = await page.evaluate(() => [...document.querySelectorAll('section.present .question *')]
    .map((element) => element.getBoundingClientRect()).filter((box) => box.right > innerWidth + 1 || box.left < -1).length);
  assert.equal(sides, 0);
  await page.context().close();
});

test('on paper there are the choices, and the answer is in the notes', async () => {
  const page = await openDeck(browser, `${server.address}/decks/${DECK}?print-pdf`);
  await page.waitForFunction(() => document.documentElement.dataset.printable === 'yes');
  const sheet = page.locator('section', { has: page.locator(DEMO) }).first();
  assert.match(await sheet.locator('.question').evaluate((box) => box.innerText), /A\s+Ten times: all ten/);
  assert.equal(await sheet.locator('.right').isVisible(), false);
  assert.match(await sheet.innerText(), /signals that came: \d+, children collected: \d+/);
  await page.context().close();
  const handout = await openPageText(`${server.address}/handouts/${DECK}`);
  assert.match(handout, /How often does the handler run/);
  assert.match(handout, /B: Once: one of them/);
});

async function openPageText(address) {
  const page = await browser.newPage();
  await page.goto(address);
  const text = await page.locator('main').innerText();
  await page.close();
  return text;
}
