// The speaker's window follows the runs: it shows the deck in frames of its own, and there nobody
// presses Run. The presented page tells each event to all pages of this server that follow (the
// frames have "receiver" in their address); one that comes later asks for what it has missed. Next,
// when it is pressed there, goes back the same way.

const CHANNEL = 'waymark-runs';

export function connectRuns(panes) {
  const channel = new BroadcastChannel(CHANNEL);
  const deck = location.pathname;
  const find = (name) => panes().find((pane) => pane.name === name);
  const isFollower = new URLSearchParams(location.search).has('receiver');

  channel.addEventListener('message', ({ data }) => {
    if (data.deck !== deck) return;
    const pane = find(data.name);
    if (isFollower) {
      if (data.deed === 'begin') pane?.clear();
      if (data.deed === 'event') pane?.hear(data.event);
      if (data.deed === 'all') pane?.follow(data.events);
    } else {
      if (data.deed === 'next' && pane?.isAtStep) pane.next();
      if (data.deed === 'hello') {
        for (const each of panes().filter(({ events }) => events.length > 0)) say(each, 'all', { events: each.events });
      }
    }
  });
  const say = (pane, deed, more = {}) => channel.postMessage({ deck, name: pane?.name, deed, ...more });
  if (isFollower) say(undefined, 'hello');

  return {
    // Without an event: a run begins.
    tell(pane, event) { if (!isFollower) say(pane, event ? 'event' : 'begin', { event }); },
    // Of a run that was started in the presented page.
    askForNext(pane) { say(pane, 'next'); },
  };
}
