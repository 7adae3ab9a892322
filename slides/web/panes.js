// The panes that a run's events are shown in. A further one is a module and a line here. It has
//
//   selector         the elements on the slide that it fills; the server makes them (run_html.cc)
//   new Pane(element, {box, place})   `place` counts the elements of its kind, from 0
//   clear()          nothing has happened yet
//   hear(event)      one more event; those that it does not know it passes over
//   show()           optional: what has been heard is to be seen now

import { ButtonsPane } from './buttons-pane.js';
import { FramesPane } from './frames-pane.js';
import { LoadPane } from './load-pane.js';
import { ProcessPane } from './process-pane.js';
import { Screen } from './screen.js';
import { SocketsPane } from './sockets-pane.js';

const KINDS = [Screen, ButtonsPane, ProcessPane, SocketsPane, FramesPane, LoadPane];

export function panesOf(box) {
  return KINDS.flatMap((Kind) => [...box.querySelectorAll(Kind.selector)]
    .map((element, place) => new Kind(element, { box, place })));
}
