// Forms whose error is said beside them and to those who hear the page, and which keep what was typed.

export function say(place, words) {
  place.textContent = words;
  place.hidden = words === '';
}

// Calls `action` with the texts by name; what it throws is shown, and the focus is on the first field then, or on the
// one named `again`, whose text is chosen, so that another can be typed at once. Enter twice sends once.
export function onSubmit(form, action, again) {
  const alert = form.querySelector('.alert');
  const button = form.querySelector('[type="submit"]');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    say(alert, '');
    const missing = [...form.elements].find((field) => field.required && field.value.trim() === '');
    for (const field of form.querySelectorAll('input')) field.removeAttribute('aria-invalid');
    if (missing) return point(alert, missing, `${labelOf(missing)} is missing.`);
    button.disabled = true;
    try {
      await action(Object.fromEntries(new FormData(form)));
    } catch (error) {
      say(alert, error.message);
      const field = again ? form.elements[again] : form.querySelector('input:not([tabindex="-1"])');
      field.focus();
      if (again) field.select();
    } finally {
      button.disabled = false;
    }
  });
}

function point(alert, field, words) {
  say(alert, words);
  field.setAttribute('aria-invalid', 'true');
  field.focus();
}

function labelOf(field) {
  return field.labels?.[0]?.textContent ?? field.name;
}

// The buttons that show what is typed into the password beside them.
export function letPasswordsBeShown() {
  for (const button of document.querySelectorAll('.show')) {
    const field = document.getElementById(button.getAttribute('aria-controls'));
    button.setAttribute('aria-label', `Show: ${labelOf(field)}`);
    button.addEventListener('click', () => {
      const isShown = field.type === 'text';
      field.type = isShown ? 'password' : 'text';
      button.setAttribute('aria-pressed', String(!isShown));
      button.textContent = isShown ? 'Show' : 'Hide';
    });
  }
}

export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export const ready = () => { document.documentElement.dataset.ready = ''; };
