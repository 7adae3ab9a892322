// Every demo of every deck is run once, from its slide, and ends as its recording says.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { openBrowser } from '../../browser/support/browser.js';
import { ended, openDeck, pane, slideCount, toSlide } from '../support/deck.js';
import { descendantsOf, until } from '../support/processes.js';
import { startReal } from '../support/servers.js';

const LONGEST_RUN_MS = 130000;

let browser, server;

before(async () => {
  browser = await openBrowser();
  server = await startReal();
});

after(async () => {
  await browser.close();
  await server.stop();
});

// "[exit status 0; time limit of 20 s]" is the last line of a recording.
const recordedEnd = (text) => /\[([^\]]*)\]\s*$/.exec(text)?.[1];

test('every demo runs from its slide and ends as recorded', async () => {
  let count = 0;
  for (const name of await server.decks()) {
    const page = await openDeck(browser, `${server.address}/decks/${name}`);
    for (let number = 1; number <= await slideCount(page); ++number) {
      await toSlide(page, number);
      const { go, screen, state, transcript } = pane(page);
      if (await go.count() === 0) continue;
      await go.click();
      await ended(page, LONGEST_RUN_MS);
      const words = (await state.textContent()).replace(/ after \d+\.\d\d s/, '');
      assert.equal(words, recordedEnd(await transcript.textContent()), `${name}, slide ${number}`);
      assert.notEqual(await screen.textContent(), '', `${name}, slide ${number} prints nothing`);
      await until(() => descendantsOf(server.pid).length === 0, `nothing is left of ${name}, slide ${number}`);
      count += 1;
    }
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  }
  assert.ok(count >= 5);
  console.log(`${count} demos ran`);
});
