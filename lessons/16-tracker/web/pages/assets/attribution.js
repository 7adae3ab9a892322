// Whose the map is, as its licence wants it said. What a file or a setting says of it is text:
// Leaflet takes attributions for HTML.

const SOURCE = 'Protomaps © OpenStreetMap';
const LICENCE = 'https://www.openstreetmap.org/copyright';
const LONGEST_SOURCE = 120;

export function asHtml(text) {
  const span = document.createElement('span');
  span.textContent = text;
  return span.innerHTML;
}

// The words of a map file (pmtiles), without their markup; and OpenStreetMap in any case. HTML.
export async function sourceOf(archive) {
  let words = '';
  try {
    const { attribution } = await archive.getMetadata();
    const { body } = new DOMParser().parseFromString(String(attribution ?? ''), 'text/html');
    words = body.textContent.replace(/\s+/g, ' ').trim().slice(0, LONGEST_SOURCE);
  } catch { /* the map is shown without its own words */ }
  if (!/openstreetmap/i.test(words)) words = words === '' ? SOURCE : `${words} · ${SOURCE}`;
  return `<a href="${LICENCE}" target="_blank" rel="noopener">${asHtml(words)}</a>`;
}
