// Starts a deck. The slides are whole when they arrive (the server makes them), so there is nothing
// to load before the first one shows; plugins that load and fail would leave a blank deck.

import { prepareQuestions } from './question.js';
import { prepareRuns } from './runs.js';
import { Steps } from './steps.js';

const began = performance.now();

function addHandoutLink() {
  const link = document.createElement('a');
  link.className = 'to-handout';
  link.href = location.pathname.replace('/decks/', '/handouts/');
  link.textContent = 'Read this deck as a page';
  document.querySelector('main').append(link);
}

prepareRuns(document.querySelectorAll('.run'));
prepareQuestions(document.querySelectorAll('.question'));
addHandoutLink();

// reveal.js fits a slide into the window, so a page that is zoomed would look as before, in fewer
// pixels. So the deck is given as much more room as the zoom is, and the window scrolls.
const LEAST_ZOOM = 1.2; // below it is the frame of the window

// A phone held upright zooms with two fingers, and tells another width of its window.
const PHONE = matchMedia('(max-width: 600px) and (orientation: portrait)');

// What the slides have beside reveal.js' own keys: the key ? lists both.
const KEYS = [['R', 'Run the demo of the slide'], ['N, Space, PageDown', 'Next step of a demo that runs'],
  ['1 – 4', "Count a hand of the room (with Shift: one less); press a demo's button while it runs"]];

function keepZoom() {
  const zoom = window.outerWidth > 0 && !PHONE.matches ? window.outerWidth / window.innerWidth : 1;
  document.documentElement.classList.toggle('is-zoomed', zoom >= LEAST_ZOOM);
  document.documentElement.style.setProperty('--zoom', zoom);
  window.Reveal.layout();
}

window.Reveal.initialize({
  width: 1280,
  height: 720,
  margin: 0,
  center: false,
  hash: true,
  transition: 'none',
  slideNumber: 'c/t',
  scrollActivationWidth: null,
  pdfMaxPagesPerSlide: 1,
  pdfSeparateFragments: false,
  defaultTiming: 120, // without one, the speaker's window leaves out the times of the slides
  plugins: [Steps, window.RevealNotes],
}).then(() => {
  keepZoom();
  window.addEventListener('resize', keepZoom);
  // Each slide is looked at from its beginning.
  window.Reveal.on('slidechanged', () => document.querySelector('.reveal-viewport').scrollTo(0, 0));
  for (const [keys, words] of KEYS) window.Reveal.registerKeyboardShortcut(keys, words);
  document.documentElement.dataset.ready = Math.round(performance.now() - began);
});
window.Reveal.on('pdf-ready', () => { document.documentElement.dataset.printable = 'yes'; });
