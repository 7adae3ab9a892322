// What the page of the devices asks of the server. A failure is an Error whose message can be shown.

import { read, send } from './session.js';

const list = (value) => (Array.isArray(value) ? value : []);

// { now, isAdmin, devices, refused, phones: { url, port, tlsPort, isLocal } }; tlsPort is 0 without TLS
export async function readDetails() {
  const { now, is_admin: isAdmin, devices, refused, phones = {} } = await read('/api/devices/details');
  return { now, isAdmin: isAdmin === true, devices: list(devices), refused: list(refused),
    phones: { url: phones.url ?? '', port: phones.port, tlsPort: phones.tls_port ?? 0, isLocal: phones.is_local === true } };
}

export async function countFixes(device) {
  const { fixes } = await read(`/api/devices/${device}/count`);
  return fixes;
}

// What would go if so many days were kept: { before, positions, hidden, quarantined }.
export const readRetention = (device, days) => read(`/api/devices/${device}/retention?days=${days}`);

// What would go if older ones were thinned out: { before, go, stay }.
export const readThinning = (device, days, minutes) => read(`/api/devices/${device}/thinning?days=${days}&minutes=${minutes}`);

// What to type into each app; `token` may be unknown.
export async function readSetups(device, url, token) {
  const { setups } = await post('setup', token ? { device, url, token } : { device, url });
  return list(setups);
}

const post = (name, body) => send(`/api/devices/${name}`, body);

export const addDevice = (name, identifiers) => post('add', { name, identifiers });
export const renameDevice = (device, name) => post('rename', { device, name });
export const renewToken = (device) => post('token', { device });
export const addIdentifier = (device, identifier) => post('add_identifier', { device, identifier });
export const removeIdentifier = (device, identifier) => post('remove_identifier', { device, identifier });
export const shareDevice = (seen, viewer, maySee) => post('share', { viewer, seen, may_see: maySee });
// `days` is null for ever.
export const keepPositions = (device, days) => post('retention', { device, days });
// `rule` is { days, minutes }, or null to leave them as they are.
export const thinOut = (device, rule) => post('thinning', { device, ...rule });
export const removeDevice = (device) => post('remove', { device });
