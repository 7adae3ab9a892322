// Whether a picture (an SVG of a lesson) can be read: its letters stand on something that they differ from, nothing runs
// through them, they do not meet, they keep away from the sides of boxes and from the tips of arrows, and none is cut off
// at the picture's edge.

export const LEAST_CONTRAST = 4.5; // WCAG 2.2, 1.4.3; no allowance for large letters: a projector takes contrast away

// What is wrong in the colour scheme that the page has, in words. The page is left as it was.
export function lettersOf(page, source) {
  return page.evaluate(({ svg, least }) => {
    const BESIDE = 5, TIP = 16; // pixels of the picture
    const LOOKED_AT_EVERY = 4, HEIGHTS = [0.1, 0.3, 0.55]; // pixels along a line; parts of a letter's size above its foot
    const host = document.body.appendChild(document.createElement('div'));
    host.style.cssText = 'position: fixed; inset: 0 auto auto 0; z-index: 1000; background: #fff';
    const inside = host.attachShadow({ mode: 'open' });
    inside.innerHTML = svg;
    const drawing = inside.querySelector('svg');
    const { width, height } = drawing.viewBox.baseVal;
    Object.assign(drawing.style, { display: 'block', width: `${width}px`, height: `${height}px` });

    const colour = (words) => words.match(/[\d.]+/g).map(Number);
    const light = (parts) => parts.slice(0, 3).map((part) => part / 255)
      .map((part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4))
      .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
    const contrast = (one, other) => {
      const [less, more] = [light(one), light(other)].sort((a, b) => a - b);
      return (more + 0.05) / (less + 0.05);
    };
    const said = (text) => `"${text.textContent.trim().slice(0, 40)}"`;

    const texts = [...drawing.querySelectorAll('text')].filter((text) => text.textContent.trim() !== '');
    const faults = new Set();
    const inUnitsOf = (shape, x, y) => new DOMPoint(x, y).matrixTransform(shape.getScreenCTM().inverse());
    const isFirst = (one, other) => one.compareDocumentPosition(other) === Node.DOCUMENT_POSITION_FOLLOWING;

    // One place of a text, in pixels of the window.
    const lookAt = (text, x, y) => {
      let ground = 'rgb(255, 255, 255)';
      for (const shape of inside.elementsFromPoint(x, y).filter((each) => each instanceof SVGGeometryElement)) { // from the uppermost on
        if (isFirst(text, shape)) faults.add(`${said(text)} is under a ${shape.localName}`);
        else if (shape.isPointInStroke(inUnitsOf(shape, x, y))) faults.add(`a line goes through ${said(text)}`);
        else {
          ground = getComputedStyle(shape).fill; // it was hit, and not its line: it is filled, and hides what is below it
          break;
        }
      }
      const [of, against] = [colour(getComputedStyle(text).fill), colour(ground)];
      if (contrast(of, against) < least) faults.add(`${said(text)} has a contrast of ${contrast(of, against).toFixed(1)} only`);
    };

    const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    // Where the tips of an arrow are: a marker is no element that could be hit. They are 16 long and 16 wide, as all here.
    const tipsOf = (arrow) => {
      const length = arrow.getTotalLength(), toScreen = arrow.getScreenCTM();
      const ends = [['marker-end', length, length - TIP], ['marker-start', 0, TIP]].filter(([name]) => arrow.hasAttribute(name));
      return ends.map(([, at, back]) => {
        const [a, b] = [at, Math.min(length, Math.max(0, back))].map((place) => arrow.getPointAtLength(place).matrixTransform(toScreen));
        const lies = Math.abs(a.x - b.x) >= Math.abs(a.y - b.y);
        const [x, y] = lies ? [0, TIP / 2] : [TIP / 2, 0];
        return { left: Math.min(a.x, b.x) - x, right: Math.max(a.x, b.x) + x, top: Math.min(a.y, b.y) - y, bottom: Math.max(a.y, b.y) + y };
      });
    };

    const boxes = texts.map((text) => {
      const { x, width: length } = text.getBBox();
      const foot = text.getStartPositionOfChar(0).y, size = parseFloat(getComputedStyle(text).fontSize);
      const toScreen = text.getScreenCTM();
      for (const part of HEIGHTS) {
        for (let along = x + 1; along < x + length; along += LOOKED_AT_EVERY) {
          const point = new DOMPoint(along, foot - part * size).matrixTransform(toScreen);
          lookAt(text, point.x, point.y);
        }
      }
      const ends = [new DOMPoint(x, foot - 0.75 * size), new DOMPoint(x + length, foot)].map((point) => point.matrixTransform(toScreen));
      const box = { left: Math.min(ends[0].x, ends[1].x), right: Math.max(ends[0].x, ends[1].x), top: Math.min(ends[0].y, ends[1].y), bottom: Math.max(ends[0].y, ends[1].y) };
      if (box.left < 0 || box.top < 0 || box.right > width || box.bottom > height) faults.add(`${said(text)} is cut off at the edge`);
      return box;
    });
    for (const [one, a] of boxes.entries()) {
      for (const [other, b] of boxes.entries()) {
        if (one >= other) continue;
        if (meet(a, b)) faults.add(`${said(texts[one])} meets ${said(texts[other])}`);
      }
    }
    for (const rect of drawing.querySelectorAll('rect')) {
      const side = rect.getBoundingClientRect();
      for (const [one, { left, right, top, bottom }] of boxes.entries()) {
        if (top < side.top || bottom > side.bottom) continue;
        const within = Math.min(left - side.left, side.right - right), beside = Math.max(side.left - right, left - side.right);
        for (const room of [within, beside]) if (room >= 0 && room < BESIDE) faults.add(`${said(texts[one])} is ${room.toFixed(1)} from the side of a box`);
      }
    }
    for (const arrow of drawing.querySelectorAll('path[marker-end], path[marker-start]')) {
      for (const tip of tipsOf(arrow)) {
        for (const [one, box] of boxes.entries()) if (meet(tip, box)) faults.add(`the tip of an arrow meets ${said(texts[one])}`);
      }
    }
    host.remove();
    return [...faults];
  }, { svg: source, least: LEAST_CONTRAST });
}
