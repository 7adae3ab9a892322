// Starts a deck. The slides are whole when they arrive (the server makes them), so there is nothing
// to load before the first one shows; plugins that load and fail would leave a blank deck.

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
addHandoutLink();

window.Reveal.initialize({
  width: 1280,
  height: 720,
  margin: 0.02,
  center: false,
  hash: true,
  transition: 'none',
  slideNumber: 'c/t',
  scrollActivationWidth: null,
  pdfMaxPagesPerSlide: 1,
  pdfSeparateFragments: false,
  plugins: [Steps, window.RevealNotes],
}).then(() => {
  document.documentElement.dataset.ready = Math.round(performance.now() - began);
});
window.Reveal.on('pdf-ready', () => { document.documentElement.dataset.printable = 'yes'; });
