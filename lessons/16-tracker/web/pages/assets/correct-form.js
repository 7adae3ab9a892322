// The controls of "Correct points" on the history page. The page has an empty element for them; here
// they are made, each with its label.

export function make(kind, properties = {}, ...children) {
  const element = document.createElement(kind);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const button = (id, textContent, className = '') => make('button', { id, type: 'button', textContent, className });

function field(text, control) {
  return make('label', { className: 'field' }, make('span', { textContent: text }), control);
}

const WAYS = [
  ['jumps', 'Jumps there and back'], ['point', 'One point'], ['span', 'A span of time'], ['box', 'A box on the map'],
];

function moment(id, text) {
  const input = make('input', { id, type: 'datetime-local', step: '1' });
  const label = make('label', { className: 'field' }, make('span', {}, text, make('span', { className: 'of-zone' })), input);
  return make('div', { className: 'moment' }, label, button(`${id}-here`, 'The shown moment', 'quiet'));
}

// Fills `place`, a <details>. Everything in it has an id that begins with "correct-".
export function makeCorrectForm(place) {
  const ways = make('select', { id: 'correct-way' }, ...WAYS.map(([value, text]) => new Option(text, value)));
  place.replaceChildren(
    make('summary', { textContent: 'Correct points' }),
    make('div', { className: 'correct-body' },
      field('Which points', ways),
      make('div', { id: 'correct-jumps' },
        make('p', { id: 'correct-jumps-text', className: 'remark' }), make('ul', { id: 'correct-list', className: 'jumps' })),
      make('div', { id: 'correct-point', className: 'correct-row', hidden: true },
        button('correct-previous', '‹'), make('p', { id: 'correct-point-text' }), button('correct-next', '›')),
      make('div', { id: 'correct-span', hidden: true }, moment('correct-from', 'From'), moment('correct-to', 'To')),
      make('div', { id: 'correct-box', className: 'correct-buttons', hidden: true },
        button('correct-draw', 'Draw a box'), button('correct-view', 'Take what the map shows')),
      make('p', { id: 'correct-count', className: 'correct-count', role: 'status' }),
      make('div', { className: 'correct-buttons' },
        button('correct-hide', 'Hide', 'primary'), button('correct-delete', 'Delete…')),
      make('progress', { id: 'correct-progress', hidden: true, 'aria-label': 'Points corrected' }),
      make('div', { id: 'correct-done', className: 'correct-done', hidden: true },
        make('p', { id: 'correct-said', role: 'status' }), button('correct-undo', 'Show again', 'quiet')),
      make('a', { id: 'correct-all', className: 'row-link', href: '/corrections', textContent: 'What is hidden, and the quarantine' })));
  place.querySelector('#correct-previous').setAttribute('aria-label', 'Point before');
  place.querySelector('#correct-next').setAttribute('aria-label', 'Point after');
}
