// A box drawn on the map with a finger, a pen or the mouse: from where it goes down to where it goes
// up. Escape, or a tap without a way, gives it up. The keyboard has another way: it takes what the
// map shows (correct-panel.js).

const SHORTEST_PIXELS = 8;

// Resolves to { south, west, north, east } in degrees, or null. `drawing(box)` hears of it meanwhile.
export function drawBox(map, drawing) {
  const element = map.getContainer();
  map.dragging.disable();
  element.classList.add('drawing');
  return new Promise((resolve) => {
    let start = null, far = false;
    const placeOf = (event) => map.mouseEventToLatLng(event);
    const boxTo = (event) => {
      const [a, b] = [placeOf(start), placeOf(event)];
      return { south: Math.min(a.lat, b.lat), north: Math.max(a.lat, b.lat),
        west: Math.min(a.lng, b.lng), east: Math.max(a.lng, b.lng) };
    };
    const events = {
      pointerdown(event) {
        if (event.target.closest('.leaflet-control')) return;
        start = { clientX: event.clientX, clientY: event.clientY };
        element.setPointerCapture(event.pointerId);
        event.preventDefault();
        event.stopPropagation();
      },
      pointermove(event) {
        if (!start) return;
        far ||= Math.hypot(event.clientX - start.clientX, event.clientY - start.clientY) >= SHORTEST_PIXELS;
        if (far) drawing(boxTo(event));
        event.stopPropagation();
      },
      pointerup(event) {
        if (start) end(far ? boxTo(event) : null);
      },
      pointercancel() { end(null); },
      keydown(event) {
        if (event.key === 'Escape') end(null);
      },
    };
    const end = (box) => {
      for (const [name, listener] of Object.entries(events)) {
        (name === 'keydown' ? document : element).removeEventListener(name, listener, true);
      }
      element.classList.remove('drawing');
      map.dragging.enable();
      resolve(box);
    };
    for (const [name, listener] of Object.entries(events)) {
      (name === 'keydown' ? document : element).addEventListener(name, listener, true);
    }
  });
}
