// What the page of the devices asks of the server. A failure is an Error whose message can be shown.

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error('The server does not answer.');
  }
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  throw new Error(typeof answer.error === 'string' && answer.error !== ''
    ? sentence(answer.error) : `The server answered with status ${response.status}.`);
}

// The store's words begin small, as those of a command do.
function sentence(text) {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

const list = (value) => (Array.isArray(value) ? value : []);

// { now, isAdmin, devices, refused, phones: { url, port, isLocal } }
export async function readDetails() {
  const { now, is_admin: isAdmin, devices, refused, phones = {} } = await ask('/api/devices/details');
  return { now, isAdmin: isAdmin === true, devices: list(devices), refused: list(refused),
    phones: { url: phones.url ?? '', port: phones.port, isLocal: phones.is_local === true } };
}

export async function countFixes(device) {
  const { fixes } = await ask(`/api/devices/${device}/count`);
  return fixes;
}

// What to type into each app; `token` may be unknown.
export async function readSetups(device, url, token) {
  const { setups } = await post('setup', token ? { device, url, token } : { device, url });
  return list(setups);
}

function post(name, body) {
  return ask(`/api/devices/${name}`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
}

export const addDevice = (name, identifiers) => post('add', { name, identifiers });
export const renameDevice = (device, name) => post('rename', { device, name });
export const renewToken = (device) => post('token', { device });
export const addIdentifier = (device, identifier) => post('add_identifier', { device, identifier });
export const removeIdentifier = (device, identifier) => post('remove_identifier', { device, identifier });
export const shareDevice = (seen, viewer, maySee) => post('share', { viewer, seen, may_see: maySee });
export const removeDevice = (device) => post('remove', { device });
