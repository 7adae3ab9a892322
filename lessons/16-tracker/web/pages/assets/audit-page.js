import { element, ready, say } from './forms.js';
import { read } from './session.js';

const place = (id) => document.getElementById(id);
let below = null;

const whenIn = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

function row({ time, who, address, action, about, refusal }) {
  const title = element('strong', { textContent: action === '' ? 'something' : action[0].toUpperCase() + action.slice(1) });
  // Each by itself: a name with marks that turn the writing about turns nothing else.
  const words = [who === '' ? 'somebody' : who, about === who ? '' : about].filter((text) => text !== '')
    .flatMap((text, i) => [i > 0 ? ' · ' : '', element('bdi', { textContent: text })]);
  const when = element('time', { dateTime: new Date(time).toISOString(), textContent: whenIn.format(time) });
  const item = element('li', {},
    element('div', { className: 'main' }, title, ...words),
    element('div', { className: 'side' }, when, ` · ${address === '' ? 'on the server' : address}`));
  if (refusal) item.dataset.refusal = '';
  return item;
}

function filter() {
  const only = place('refusals').checked;
  for (const item of place('entries').children) item.hidden = only && !('refusal' in item.dataset);
}

async function more() {
  say(place('notice'), '');
  try {
    const answer = await read(below === null ? '/api/audit' : `/api/audit?below=${below}`);
    place('entries').append(...answer.entries.map(row));
    below = answer.below;
    place('older').hidden = below === null;
    place('end').textContent = below === null
      ? (place('entries').children.length === 0 ? 'Nothing has happened yet.' : 'That is all that is kept.') : '';
    filter();
  } catch (error) {
    say(place('notice'), error.message);
  }
}

place('older').addEventListener('click', more);
place('refusals').addEventListener('change', filter);
more().finally(ready);
