// Shows /api/openapi.json to people: each request with whom it admits, what it takes, what comes
// back, and what goes wrong. Nothing is known here of any request but what stands there.

import { element, ready, say } from './forms.js';
import { read } from './session.js';

const place = (id) => document.getElementById(id);
const text = (tag, words, className = '') => element(tag, { textContent: words, className });

const ADMITS = {
  strangers: 'anybody',
  holders: 'who has a share link',
  viewers: 'who is logged in',
  admins: 'admins',
};
const METHODS = ['get', 'post'];

let description;

// What a "$ref" points to; anything else is itself.
export function resolved(part, whole = description) {
  if (!part?.$ref) return part;
  return part.$ref.split('/').slice(1).reduce((at, name) => at?.[name.replaceAll('~1', '/').replaceAll('~0', '~')], whole);
}

// A schema in a few words: "a number or null", "list of objects".
export function kindOf(schema, whole = description) {
  const found = resolved(schema, whole) ?? {};
  if (found.enum) return found.enum.map((value) => JSON.stringify(value)).join(' or ');
  const choices = found.oneOf ?? found.anyOf;
  if (choices) return [...new Set(choices.map((each) => kindOf(each, whole)))].join(' or ');
  if (found.type === 'array') return `list of: ${kindOf(found.items, whole)}`;
  if (Array.isArray(found.type)) return found.type.join(' or ');
  const bounds = ['minimum', 'maximum'].filter((key) => key in found).map((key) => `${key} ${found[key]}`).join(', ');
  const unit = found['x-unit'] ? `, ${found['x-unit']}` : '';
  return `${found.type ?? 'anything'}${unit}${bounds && ` (${bounds})`}`;
}

// `like this` in a text is code.
function withCode(tag, words, className = 'words') {
  const parts = words.split('`').map((part, index) => (index % 2 ? text('code', part) : part));
  return element(tag, { className }, ...parts);
}

function rowsOf(list) {
  const hasWords = list.some(({ words }) => words !== '');
  const table = element('table', { className: 'figures' });
  const columns = hasWords ? ['Name', 'What', 'Kind'] : ['Name', 'Kind'];
  const head = element('thead', {}, element('tr', {}, ...columns.map((word) => element('th', { scope: 'col', textContent: word }))));
  const body = element('tbody');
  for (const { name, is_required, words, kind } of list) {
    const heading = element('th', { scope: 'row' }, text('code', name), is_required ? '' : text('span', ' optional', 'aside'));
    body.append(element('tr', {}, heading, ...(hasWords ? [text('td', words)] : []), text('td', kind)));
  }
  table.append(head, body);
  return table;
}

// The members of an object, two levels deep: more is in the file.
function membersOf(schema, prefix = '', depth = 2) {
  const found = resolved(schema) ?? {};
  const inner = found.type === 'array' ? resolved(found.items) : found;
  const choices = inner.oneOf ?? inner.anyOf;
  if (choices) return choices.flatMap((each) => membersOf(each, prefix, depth));
  return Object.entries(inner.properties ?? {}).flatMap(([name, part]) => {
    const member = resolved(part) ?? {};
    const row = {
      name: prefix + name, is_required: (inner.required ?? []).includes(name),
      words: member.description ?? '', kind: kindOf(part),
    };
    const below = member.type === 'array' ? `${row.name}[].` : `${row.name}.`;
    return depth > 1 ? [row, ...membersOf(part, below, depth - 1)] : [row];
  });
}

function exampleOf(media) {
  if (media?.example === undefined) return [];
  const words = typeof media.example === 'string' ? media.example : JSON.stringify(media.example, null, 1);
  return [element('pre', { tabIndex: 0 }, text('code', words))];
}

function contentOf(content = {}) {
  return Object.entries(content).flatMap(([type, media]) => {
    const members = membersOf(media.schema);
    return [text('p', type, 'type'), ...(members.length > 0 ? [rowsOf(members)] : []), ...exampleOf(media)];
  });
}

function part(heading, ...children) {
  return children.length === 0 ? [] : [text('h3', heading), ...children];
}

function answersOf(responses) {
  return Object.entries(responses).flatMap(([status, response]) => {
    const { description: words, content = {} } = resolved(response);
    const refusal = Object.values(content)[0]?.example?.error;
    const line = element('p', {}, text('strong', status), ` ${words} `, refusal ? text('code', refusal) : '');
    return status < 300 ? [line, ...contentOf(content)] : [line];
  });
}

function parametersOf(list = []) {
  const rows = list.map((each) => resolved(each)).map((each) => ({
    name: each.in === 'path' ? `{${each.name}}` : each.name, is_required: each.required, words: each.description,
    kind: kindOf(each.schema),
  }));
  return rows.length > 0 ? part('Parameters', rowsOf(rows)) : [];
}

function bodyOf(operation) {
  const asked = resolved(operation.requestBody);
  return asked ? part('Body', ...contentOf(asked.content)) : [];
}

function operationOf(path, method, operation) {
  const summary = element('summary', {}, text('span', method.toUpperCase(), `method ${method}`), text('code', path),
    text('span', operation.summary, 'what'), text('span', ADMITS[operation['x-admits']], 'admits'));
  const details = element('details', { id: operation.operationId, className: 'operation' }, summary);
  // Made when somebody looks: there are many of them.
  const fill = () => details.append(...(operation.description ? [withCode('p', operation.description)] : []),
    ...parametersOf(operation.parameters), ...bodyOf(operation), ...part('Answers', ...answersOf(operation.responses)));
  details.addEventListener('toggle', fill, { once: true });
  const words = [method, path, operation.summary, operation.description ?? '', ADMITS[operation['x-admits']], operation['x-admits']];
  details.dataset.words = [...words, ...operation.tags].join(' ').toLowerCase();
  return details;
}

function groupOf(tag) {
  const id = `group-${tag.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`;
  const section = element('section', {}, element('h2', { id, textContent: tag }));
  section.setAttribute('aria-labelledby', id);
  for (const [path, item] of Object.entries(description.paths))
    for (const method of METHODS)
      if (item[method]?.tags.includes(tag)) section.append(operationOf(path, method, item[method]));
  return section;
}

function find() {
  const wanted = place('wanted').value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const section of place('operations').children) {
    let shown = 0;
    for (const operation of section.querySelectorAll('.operation')) {
      operation.hidden = !wanted.every((word) => operation.dataset.words.includes(word));
      shown += operation.hidden ? 0 : 1;
    }
    section.hidden = shown === 0;
    count += shown;
  }
  place('found').textContent = wanted.length === 0 ? `${count} requests` : `${count} found`;
}

// The address may name one: /api#addDevice.
function openNamed() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (named?.tagName !== 'DETAILS') return;
  if (named.hidden) {
    place('wanted').value = '';
    find();
  }
  named.open = true;
  named.scrollIntoView();
}

async function show() {
  try {
    description = await read('/api/openapi.json');
  } catch (error) {
    say(place('notice'), error.message);
    return;
  }
  place('words').textContent = description.info.description;
  const tags = description.tags.map(({ name }) => name);
  const sections = tags.map(groupOf);
  place('operations').replaceChildren(...sections);
  place('groups').replaceChildren(...sections.map((section) => {
    const heading = section.querySelector('h2');
    return element('a', { href: `#${heading.id}`, textContent: heading.textContent });
  }));
  find();
  openNamed();
}

if (typeof document !== 'undefined') {
  place('find').addEventListener('submit', (event) => event.preventDefault());
  place('wanted').addEventListener('input', find);
  addEventListener('hashchange', openNamed);
  show().finally(ready);
}
