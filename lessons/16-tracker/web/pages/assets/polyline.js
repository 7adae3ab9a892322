// The part of a long line that can be seen, as few strokes as the eye needs. Pure.
//
// `line` has x and y (mercator, 0..1), count, and breaks: breaks[i] says that no line leads to i.
// `visit(fromX, fromY, toX, toY, i, joined)` gets each stroke in pixels; `joined` says that it
// starts where the one before it ended. Steps under 0.7 pixels are drawn together with the next.

const MARGIN_PIXELS = 20;
const SMALLEST_STEP_SQUARED = 0.5;

export function visitVisible(line, view, copy, visit) {
  const { x, y, count, breaks } = line;
  const { world, width, height } = view;
  const left = view.left - copy * world, top = view.top;
  let fromX = 0, fromY = 0, joined = false;
  for (let i = 0; i < count; i++) {
    const toX = x[i] * world - left, toY = y[i] * world - top;
    if (breaks[i]) {
      joined = false;
    } else if (outside(fromX, toX, width) || outside(fromY, toY, height)) {
      joined = false;
    } else {
      const last = i + 1 === count || breaks[i + 1];
      const step = (toX - fromX) ** 2 + (toY - fromY) ** 2;
      if (step < SMALLEST_STEP_SQUARED && !last) continue;
      visit(fromX, fromY, toX, toY, i, joined);
      joined = true;
    }
    fromX = toX;
    fromY = toY;
  }
}

// Whether a stroke lies wholly to one side of the view.
function outside(from, to, size) {
  return (from < -MARGIN_PIXELS && to < -MARGIN_PIXELS) ||
    (from > size + MARGIN_PIXELS && to > size + MARGIN_PIXELS);
}

// West and east end of a line's mercator x.
export function spanOf(line) {
  let west = Infinity, east = -Infinity;
  for (let i = 0; i < line.count; i++) {
    west = Math.min(west, line.x[i]);
    east = Math.max(east, line.x[i]);
  }
  return { west, east };
}
