// The course whose programs misbehave on purpose, in a browser, for one test file: started before its
// tests, ended after them; and what they all ask of its slides.

import { after, before } from 'node:test';

import { accessibilityFaults, openBrowser } from '../../browser/support/browser.js';
import { ended, openDeck, overflow, pane, smallLetters, toSlideWith } from './deck.js';
import { startMachinery } from './servers.js';

const DECK = '/decks/90-machinery';

// Its members are there from the first test on.
export function inMachinery() {
  const it = {
    get address() { return it.server.address + DECK; },

    // Presses Run on the demo's slide; the pane.
    async run(demo, on = it.page) {
      await toSlideWith(on, `[data-demo="${demo}"]`);
      const found = pane(on);
      await found.go.click();
      return found;
    },

    // What is wrong with the slide that is shown, in light or dark.
    async faults(colorScheme = 'light') {
      await it.page.emulateMedia({ colorScheme });
      return [...await overflow(it.page), ...await smallLetters(it.page), ...await accessibilityFaults(it.page)];
    },

    // The demo's recording, in a page whose server has gone.
    async runAlone(demo) {
      const own = await startMachinery();
      const alone = await openDeck(it.browser, own.address + DECK);
      await own.stop();
      const found = await it.run(demo, alone);
      await ended(alone);
      return found;
    },
  };
  before(async () => {
    it.browser = await openBrowser();
    it.server = await startMachinery();
    it.page = await openDeck(it.browser, it.address, { colorScheme: 'light' });
  });
  after(async () => {
    await it.browser.close();
    await it.server.stop();
  });
  return it;
}

// Moves the slider to the place.
export const slideTo = (slider, place) => slider.evaluate((input, value) => {
  input.value = value;
  input.dispatchEvent(new Event('input'));
}, place);
