// Elements of a page, made by hand. Texts come from people and phones, so they are put in as text,
// never as HTML; a name with marks that turn the writing about turns nothing but itself (<bdi>).

// `properties` are those of the element, "data" and "on" among them; children are elements or texts.
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  const { data = {}, on = {}, aria = {}, ...rest } = properties;
  Object.assign(element, rest);
  Object.assign(element.dataset, data);
  for (const [name, value] of Object.entries(aria)) element.setAttribute(name === 'role' ? name : `aria-${name}`, value);
  for (const [event, handler] of Object.entries(on)) element.addEventListener(event, handler);
  element.append(...children.filter((child) => child !== null));
  return element;
}

// What somebody else has written.
export const name = (text) => make('bdi', { textContent: text });

export function button(text, handler, className = '') {
  return make('button', { type: 'button', textContent: text, className, on: { click: handler } });
}

// Makes the children of `parent` those of `items`, in their order. One that is there already stays
// the same element, and keeps the focus and what was typed into it; `update` brings it up to date.
export function keepInStep(parent, items, keyOf, create, update) {
  const there = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, place) => {
    const key = String(keyOf(item));
    const child = there.get(key) ?? make('li', { data: { key } });
    if (!there.delete(key)) create(child, item);
    update(child, item);
    if (parent.children[place] !== child) parent.insertBefore(child, parent.children[place] ?? null);
  });
  for (const child of there.values()) child.remove();
}

// Sets a text only if it is another one, so that nobody hears it twice.
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
