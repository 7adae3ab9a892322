// A question before what cannot be undone. Escape and "Keep" mean no; the focus goes back to where
// it was, which the browser sees to.

// A dialog for each question: the end of one must not answer the next.
function makeDialog(title, text, no, yes) {
  const dialog = document.createElement('dialog');
  dialog.className = 'ask';
  dialog.setAttribute('aria-labelledby', 'ask-title');
  dialog.setAttribute('aria-describedby', 'ask-text');
  const parts = [['h2', title, 'ask-title'], ['p', text, 'ask-text']].map(([kind, textContent, id]) =>
    Object.assign(document.createElement(kind), { textContent, id }));
  const form = document.createElement('form');
  form.method = 'dialog';
  for (const [value, textContent, className] of [['no', no, ''], ['yes', yes, 'danger']]) {
    form.append(Object.assign(document.createElement('button'), { value, textContent, className }));
  }
  dialog.append(...parts, form);
  return dialog;
}

// True if the person says yes. `yes` is what the button says: "Delete 3 points".
export function askFirst(title, text, yes, no = 'Keep') {
  const dialog = makeDialog(title, text, no, yes);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(dialog.returnValue === 'yes');
    }, { once: true });
  });
}
