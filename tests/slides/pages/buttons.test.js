// The buttons of a demo: a press is a line for the program, and in its recording it is an event.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ended, goOnUntilEnded, pane, toSlideWith } from '../support/deck.js';
import { inMachinery, slideTo } from '../support/machinery.js';
import { until } from '../support/processes.js';

const machinery = inMachinery();

const deeds = (on) => on.locator('[data-demo="g-deeds"] .deeds button');
const pressed = (on) => deeds(on).evaluateAll((all) => all.map((each) => each.dataset.pressed ?? ''));
const atStep = (on, number) => on.waitForFunction((wanted) => new RegExp(`^step ${wanted}:`).test(document.querySelector('section.present .state').textContent), number);

async function begin() {
  const { page } = machinery;
  const found = await machinery.run('g-deeds');
  await atStep(page, 1);
  return { page, ...found };
}

test('a press is a line for the program, by hand or by a digit, and goes on where a step is looked at', async () => {
  await toSlideWith(machinery.page, '[data-demo="g-deeds"]');
  assert.deepEqual(await deeds(machinery.page).evaluateAll((all) => all.map(({ disabled }) => disabled)), [true, true, true], 'before the run');
  assert.equal(await pane(machinery.page).line.count(), 0, 'buttons stand for the line that would be typed');
  await machinery.page.keyboard.press('1');
  const { page, screen, state } = await begin();
  assert.deepEqual(await pressed(page), ['', '', '']);
  await deeds(page).nth(1).click();
  await atStep(page, 2);
  assert.match(await screen.textContent(), /done: bow\n/);
  assert.deepEqual(await pressed(page), ['', 'last', '']);
  for (const scheme of ['dark', 'light']) assert.deepEqual(await machinery.faults(scheme), [], scheme);
  await page.keyboard.press('1');
  await atStep(page, 3);
  assert.deepEqual(await pressed(page), ['last', 'before', '']);
  await page.keyboard.press('7'); // there is none
  await page.keyboard.press('3');
  await ended(page);
  const shown = await screen.textContent();
  assert.deepEqual(shown.match(/done: \w+/g), ['done: bow', 'done: wave', 'done: end'], 'and nothing that was pressed before the run');
  assert.match(await state.textContent(), /^exit status 0/);
});

test('where nobody waits a press is not lost: the program reads it later', async () => {
  const { page, next, stop } = await begin();
  await next.click();
  await page.waitForFunction(() => document.querySelector('section.present .next').disabled);
  await deeds(page).first().click();
  await atStep(page, 2);
  await stop.click();
  await ended(page);
});

test('the slider leads back to what had been pressed, and the window that follows shows it', async () => {
  const follower = await machinery.page.context().newPage();
  await follower.goto(`${machinery.address}?receiver`);
  await follower.waitForSelector('html[data-ready]');
  const { page, slider } = await begin();
  await goOnUntilEnded(page);
  assert.deepEqual(await pressed(page), ['before', 'before', 'last']);
  await until(async () => (await pressed(follower)).at(-1) === 'last', 'the follower has heard it');
  await slideTo(slider, 1);
  assert.deepEqual(await pressed(page), ['', '', '']);
});
