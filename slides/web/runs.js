// All run panes of a deck: live, in the speaker's window, and on paper.

import { connectRuns } from './follow.js';
import { RunPane } from './run-pane.js';

// What a presenter presses to go on, also on a clicker.
const ON_KEYS = ['n', 'N', ' ', 'PageDown'];

export function prepareRuns(boxes) {
  const panes = [];
  const link = connectRuns(() => panes);
  for (const box of boxes) panes.push(new RunPane(box, link));

  // On paper stands the last picture of the recording.
  if (new URLSearchParams(location.search).has('print-pdf')) {
    for (const pane of panes) pane.box.classList.toggle('has-recording', pane.showRecording());
  }

  // The buttons of a demo that runs are pressed by digits; before it and after it these count hands.
  window.addEventListener('keydown', (event) => {
    const place = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
    if (!place || event.target.matches?.('input, textarea') || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (!panes.find(({ box }) => box.closest('section')?.classList.contains('present'))?.pressDeed(place - 1)) return;
    event.preventDefault();
    event.stopPropagation();
  }, { capture: true });

  // R is Run, so that nobody has to go through the room's hands by Tab. The focus goes along, to Stop and to Next.
  window.addEventListener('keydown', (event) => {
    if (!['r', 'R'].includes(event.key) || event.target.matches?.('input[type=text]') || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!panes.find(({ box }) => box.closest('section')?.classList.contains('present'))?.start()) return;
    event.preventDefault();
    event.stopPropagation();
  }, { capture: true });

  // Where a program waits at the end of a step, the keys for "on" are for it, before reveal.js has
  // them.
  window.addEventListener('keydown', (event) => {
    const pane = panes.find(({ box, isAtStep }) => isAtStep && box.closest('section')?.classList.contains('present'));
    // The focus is on Next then, and a clicker finds it there; the space bar presses the button that has it.
    const isTyping = event.target.matches?.(event.key === ' ' ? 'input[type=text], button' : 'input[type=text]');
    if (!pane || isTyping || !ON_KEYS.includes(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    pane.next();
  }, { capture: true });
}
