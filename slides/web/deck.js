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

// Beside a frame, as in the speaker's window, is the rest of its window.
const IS_FRAMED = window.top !== window;

// The lesser of the two: a panel beside the page takes width from it, and no height; bars above it take height.
function zoomOfWindow() {
  if (IS_FRAMED || PHONE.matches) return 1;
  return Math.min(window.outerWidth / window.innerWidth, window.outerHeight / window.innerHeight);
}

// What the slides have beside reveal.js' own keys: the key ? lists both.
const KEYS = [['R', 'Run the demo of the slide'], ['N, Space, PageDown', 'Next step of a demo that runs'],
  ['1 – 4', "Count a hand of the room (with Shift: one less); press a demo's button while it runs"],
  ['↑ ↓, Shift ← →', 'Scroll a slide that is zoomed']];

function keepZoom() {
  const zoom = zoomOfWindow();
  document.documentElement.classList.toggle('is-zoomed', zoom >= LEAST_ZOOM);
  document.documentElement.style.setProperty('--zoom', zoom);
  window.Reveal.layout();
}

// A zoomed slide is larger than its window. A deck is one row, so reveal.js has no use for up and down.
const SCROLLS = { ArrowUp: [0, -1], ArrowDown: [0, 1], 'Shift ArrowLeft': [-1, 0], 'Shift ArrowRight': [1, 0] };
const SCROLL_PART = 0.6; // of the window: what was read stays in view

function scrollZoomed(event) {
  const way = SCROLLS[event.shiftKey ? `Shift ${event.key}` : event.key];
  if (!way || !document.documentElement.classList.contains('is-zoomed') || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.matches?.('input, pre, li')) return; // they have these keys themselves
  const viewport = document.querySelector('.reveal-viewport');
  viewport.scrollBy(way[0] * SCROLL_PART * viewport.clientWidth, way[1] * SCROLL_PART * viewport.clientHeight);
  event.preventDefault();
  event.stopPropagation();
}
window.addEventListener('keydown', scrollZoomed, { capture: true });

// A browser is content where a part of what gets the focus is in view: a number of which the half is seen, the end of a line of code.
function showWhole({ target }) {
  if (!document.documentElement.classList.contains('is-zoomed') || !target.matches(':focus-visible')) return;
  const { width, height } = target.getBoundingClientRect();
  target.scrollIntoView({ inline: width > innerWidth ? 'start' : 'nearest', block: height > innerHeight ? 'start' : 'nearest' });
}
window.addEventListener('focusin', showWhole);

window.Reveal.initialize({
  width: 1280,
  height: 720,
  margin: 0,
  center: false,
  hash: true,
  transition: 'none',
  slideNumber: 'c/t',
  controlsBackArrows: 'visible', // faded it has a contrast of less than 3
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
