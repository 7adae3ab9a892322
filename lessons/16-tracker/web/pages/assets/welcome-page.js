// A one-time link: the token stands behind '#', where no server and no log sees it until this page
// hands it in.

import { letPasswordsBeShown, onSubmit, ready } from './forms.js';
import { send } from './session.js';

const form = document.getElementById('welcome');
const words = document.getElementById('words');
let token = '';

function show(title, text) {
  document.getElementById('title').textContent = title;
  words.textContent = text;
}

function greet({ kind, name }) {
  const nameField = form.elements.name;
  if (kind === 'first') {
    show('Welcome to Waymark', 'You are the first one here. Make your account: it is an admin’s, and adds the others.');
  } else {
    show(`Welcome, ${name}`, 'Choose your password. The link is used up then.');
    nameField.value = name;
    nameField.required = false;
    nameField.closest('.entry').hidden = true;
  }
  form.dataset.kind = kind;
  form.hidden = false;
  form.elements[kind === 'first' ? 'name' : 'password'].focus();
}

async function look() {
  form.hidden = true;
  token = location.hash.slice(1);
  try {
    greet(await send('/api/welcome/look', { link: token }));
  } catch (error) {
    show('This link does not open', error.message);
    document.getElementById('way-out').hidden = false;
  }
  ready();
}

onSubmit(form, async ({ name, password }) => {
  await send('/api/welcome', { link: token, password, ...(form.dataset.kind === 'first' ? { name } : {}) });
  location.replace('/');
}, 'password');
letPasswordsBeShown();
window.addEventListener('hashchange', look);
look();
