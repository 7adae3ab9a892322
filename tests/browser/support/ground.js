// What is drawn of the streets, where they are on the screen.

// The colour of the streets' tiles so many pixels right of and below the middle of the map, "#rrggbb", with an
// alpha if it is not full; "#00000000" where no tile is.
export function colourOfGround(page, [right, below]) {
  return page.evaluate(groundAt, [[right], below]);
}

// Until it is `colour` there. `right` may be a list: at one of these is enough, as names are drawn on roads.
export function waitForGround(page, [right, below], colour) {
  return page.waitForFunction(groundAt, [[right].flat(), below, colour]);
}

// In the page. Without `wanted` the colour at the first place, else whether one of the places has it.
function groundAt([rights, below, wanted]) {
  const box = document.getElementById('map').getBoundingClientRect();
  const y = box.top + box.height / 2 + below;
  const hex = (byte) => byte.toString(16).padStart(2, '0');
  // By way of a pixel of our own: a canvas that is read is made a slower one, with a word on the console.
  const pixel = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const colours = rights.map((right) => {
    const x = box.left + box.width / 2 + right;
    for (const tile of document.querySelectorAll('.leaflet-ground-pane canvas.leaflet-tile-loaded')) {
      const { left, top, width, height } = tile.getBoundingClientRect();
      if (x < left || y < top || x >= left + width || y >= top + height) continue;
      pixel.clearRect(0, 0, 1, 1);
      pixel.drawImage(tile, Math.floor((x - left) / width * tile.width), Math.floor((y - top) / height * tile.height), 1, 1, 0, 0, 1, 1);
      const [r, g, b, a] = pixel.getImageData(0, 0, 1, 1).data;
      if (a > 0) return `#${hex(r)}${hex(g)}${hex(b)}${a === 255 ? '' : hex(a)}`;
    }
    return '#00000000';
  });
  return wanted === undefined ? colours[0] : colours.includes(wanted);
}
