// The way from page to page, the same on every one: <nav aria-label="Pages"></nav> is filled from
// this list. Two pages are in the bar, also of a phone; the others are behind "More".

const IN_THE_BAR = [
  { address: '/', name: 'Map' },
  { address: '/history', name: 'History' },
];

// In the order in which people need them. The pages `below` one are reached from it.
const BEHIND_MORE = [
  { address: '/devices', name: 'Devices' },
  { address: '/places', name: 'Places' },
  { address: '/sharing', name: 'Share' },
  { address: '/corrections', name: 'Correct' },
  { address: '/files', name: 'Files' },
  { address: '/account', name: 'Account', below: ['/users', '/audit', '/status', '/api'] },
];

const isHere = ({ address, below = [] }) => [address, ...below].includes(location.pathname);

function link(page) {
  const { address, name } = page;
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.textContent = name;
  if (isHere(page)) anchor.setAttribute('aria-current', location.pathname === address ? 'page' : 'true');
  return anchor;
}

// Closed by Escape, by a click elsewhere, and when the focus leaves it.
function closeWhenLeft(details) {
  document.addEventListener('click', ({ target }) => {
    if (!details.contains(target)) details.open = false;
  });
  details.addEventListener('focusout', ({ relatedTarget }) => {
    if (relatedTarget && !details.contains(relatedTarget)) details.open = false;
  });
  details.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || !details.open) return;
    details.open = false;
    details.querySelector('summary').focus();
  });
}

function more(pages) {
  const details = document.createElement('details');
  details.className = 'more-pages';
  const summary = document.createElement('summary');
  const current = pages.find(isHere);
  summary.textContent = current ? current.name : 'More';
  summary.dataset.current = String(Boolean(current));
  const list = document.createElement('div');
  list.append(...pages.map(link));
  details.append(summary, list);
  closeWhenLeft(details);
  return details;
}

function fillNavigation(nav) {
  nav.replaceChildren(...IN_THE_BAR.map(link));
  if (BEHIND_MORE.length > 0) nav.append(more(BEHIND_MORE));
}

for (const nav of document.querySelectorAll('nav[aria-label="Pages"]')) fillNavigation(nav);
