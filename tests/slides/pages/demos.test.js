// Every demo of every deck is run once, from its slide and by keys alone, and ends as its recording says. What its screen
// showed is written into the folder $DEMOS_SHOWN, in the form of a recording (slides/server/record.cc):
// demos_test.py compares it with the recording, so that no demo need be run a second time for that.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { accessibilityFaults, openBrowser } from '../../browser/support/browser.js';
import { COLOURS, openDeck, outOfView, overflow, pane, runByKeys, SHOWN, slidesWith, smallLetters, toSlideByKeys, underArrows } from '../support/deck.js';
import { descendantsOf, until } from '../support/processes.js';
import { startReal } from '../support/servers.js';

const LONGEST_RUN_MS = 300000;

let browser, server;

before(async () => {
  browser = await openBrowser();
  server = await startReal();
});

after(async () => {
  await browser.close();
  await server.stop();
});

// What a demo of lesson 06 says where it may have no network (lessons/06-layers/own_network.hh); demos_test.py tells that it
// was not tested.
const NO_NETWORK = /^this system lets you have no network of your own/;

// "[exit status 0; time limit of 20 s]" is the last line of a recording.
const recordedEnd = (text) => /\[([^\][]*)\]\s*$/.exec(text)?.[1];

function keep(lesson, demo, shown, end) {
  if (!process.env.DEMOS_SHOWN) return;
  const folder = path.join(process.env.DEMOS_SHOWN, lesson);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, `${demo}.txt`), `${shown}${shown.endsWith('\n') ? '' : '\n'}[${end}]\n`);
}

test('every demo runs from its slide and ends as recorded', async () => {
  let count = 0;
  for (const name of await server.decks()) {
    const page = await openDeck(browser, `${server.address}/decks/${name}`);
    for (const number of await slidesWith(page, '.run .go')) {
      await toSlideByKeys(page, number);
      const { box, call, line, screen, state, transcript } = pane(page);
      assert.equal(await call.count() + await line.count(), 0, `${name}, slide ${number}: here nobody calls its client or types`);
      await runByKeys(page, LONGEST_RUN_MS, async (step) => {
        let hidden;
        await until(async () => { hidden = await outOfView(page); return hidden.length === 0; }, `all who live are in view: ${name}, slide ${number}, ${step}`, 10000)
          .catch((error) => { throw new Error(`${error.message}: ${hidden}`); });
      }).catch((error) => { throw new Error(`${name}, slide ${number}: ${error.message}`); });
      const words = (await state.textContent()).replace(/ after \d+\.\d\d s/, '');
      const shown = await screen.textContent();
      const end = NO_NETWORK.test(shown) ? 'exit status 111' : recordedEnd(await transcript.textContent());
      assert.equal(words, end, `${name}, slide ${number}; its screen says: ${shown}`);
      assert.notEqual(shown, '', `${name}, slide ${number} prints nothing`);
      assert.deepEqual([...await overflow(page), ...await underArrows(page), ...await smallLetters(page)], [], `${name}, slide ${number}, after the run`);
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        assert.deepEqual(await accessibilityFaults(page, { ...SHOWN, rules: COLOURS }), [], `${name}, slide ${number}, after the run, ${colorScheme}`);
      }
      keep(name, await box.getAttribute('data-demo'), shown, words);
      await until(() => descendantsOf(server.pid).length === 0, `nothing is left of ${name}, slide ${number}`);
      count += 1;
    }
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  }
  assert.ok(count >= 5);
  console.log(`${count} demos ran`);
});
