import { letPasswordsBeShown, onSubmit, ready } from './forms.js';
import { placeAfterLogIn, send } from './session.js';

const form = document.getElementById('log-in');

onSubmit(form, async ({ name, password }) => {
  await send('/api/log-in', { name, password });
  location.replace(placeAfterLogIn(location.search, location.origin));
});
letPasswordsBeShown();
form.elements.name.focus();
ready();
