// A button that copies a text. Browsers give the clipboard to pages by https and of this machine
// only; elsewhere the old way is left: a selection, and the command "copy" (WHATWG editing).

import { make } from './make.js';

const SAID_FOR_MS = 2000;

function copyBySelection(text) {
  const area = make('textarea', { value: text, readOnly: true, className: 'unseen' });
  document.body.append(area);
  area.select();
  const done = document.execCommand('copy');
  area.remove();
  return done;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

// `what` is what is copied, for those who hear the page.
export function copyButton(text, what) {
  const element = make('button', { type: 'button', className: 'copy', textContent: 'Copy', aria: { label: `Copy: ${what}` } });
  element.addEventListener('click', async () => {
    const done = await copy(text);
    element.focus(); // the selection took it
    element.textContent = done ? 'Copied' : 'Not copied';
    document.getElementById('status').textContent = done ? `Copied: ${what}` : 'The browser does not let this page copy.';
    setTimeout(() => { element.textContent = 'Copy'; }, SAID_FOR_MS);
  });
  return element;
}
