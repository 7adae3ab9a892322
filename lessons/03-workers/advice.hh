// What the check of lesson 03 says about each misconception. The names are headings of the README.

#pragma once

#include "lessons/course/check/story.hh"

namespace workers_check {

using waymark::course::check::Advice;

inline const Advice kStart{
    "not all of those to begin with",
    "start_servers workers must run from the first look on, and never fewer. As many as are "
    "missing are started in one look, and nobody is stopped below that.",
    "README.md#not-all-of-those-to-begin-with; daemon/worker_limits.hh"};
inline const Advice kEndingServes{
    "an ending worker taken for one that serves",
    "counts.workers is for processes, also for those that are ending; counts.serving is for those "
    "that take clients. The floor start_servers is about the latter, when one is started and when "
    "one is stopped.",
    "README.md#an-ending-worker-taken-for-one-that-serves"};
inline const Advice kBelowZero{
    "a difference below zero",
    "Unsigned numbers have no sign: 0 - 10 is four thousand million. More may be there than must; "
    "compare before you subtract.",
    "README.md#a-difference-below-zero"};
inline const Advice kOffByOne{
    "spare arithmetic off by one child",
    "Threads come and go by whole crews: one missing thread needs one more worker, and a worker "
    "that is stopped takes its whole crew along. Round up, and compare with the bounds themselves.",
    "README.md#spare-arithmetic-off-by-one-child"};
inline const Advice kAddedUp{
    "two shortages added up",
    "Workers that are started for start_servers bring spare threads along. Start as many as the "
    "larger of the two needs, not both numbers.",
    "README.md#two-shortages-added-up"};
inline const Advice kForgetsComing{
    "those that are coming are forgotten",
    "A worker that was forked a moment ago has no thread that waits yet. Who does not count its "
    "coming threads starts another worker for them at every look.",
    "README.md#those-that-are-coming-are-forgotten"};
inline const Advice kComingAreIdle{
    "those that are coming taken for idle",
    "Coming threads are counted where too few wait, since they will. Where too many wait they are "
    "not: they were needed a moment ago, and the next look sees whether they still are.",
    "README.md#those-that-are-coming-taken-for-idle"};
inline const Advice kOneAtATime{
    "more than one stopped at a look",
    "Stop one, however many are too many: the next look sees what that did, and clients that come "
    "meanwhile find somebody.",
    "README.md#more-than-one-stopped-at-a-look"};
inline const Advice kHeldUp{
    "a stop that is held up",
    "server_limit and the pause of the back-off are for starts. A stop needs no room and no pause.",
    "README.md#a-stop-that-is-held-up"};
inline const Advice kPauseOver{
    "a pause that does not end",
    "The pause is over at its last instant, not after it: not_before.expired(now) says so.",
    "README.md#a-pause-that-does-not-end; daemon/deadline.hh"};
inline const Advice kNotCarriedOut{"an order that is not carried out",
                                   "decide() says how many are to be started and stopped; "
                                   "start_worker() and retire_one() do it, as "
                                   "often as it said.",
                                   "README.md#an-order-that-is-not-carried-out"};
inline const Advice kPastTheLimit{
    "growing past the limit",
    "server_limit is for processes, also for those that are ending. It is what keeps a flood of "
    "clients from taking all memory.",
    "README.md#growing-past-the-limit"};
inline const Advice kForkAfterThreads{
    "fork after starting threads",
    "fork(2) copies the thread that calls it and no other. Threads that were started before it "
    "serve in the parent, or nowhere. Start them in the child, in work().",
    "README.md#fork-after-starting-threads; fork(2), DESCRIPTION"};
inline const Advice kNoCrew{
    "a worker without its whole crew",
    "Every worker has threads_per_child threads, each of which serves one client "
    "after the other.",
    "README.md#a-worker-without-its-whole-crew"};
inline const Advice kScoreboard{
    "a scoreboard that tells something else",
    "join() is said once by each thread. A Busy lives as long as its client is served: from the "
    "moment it is taken to the end of serve_one(), and no longer.",
    "README.md#a-scoreboard-that-tells-something-else; daemon/scoreboard.hh"};
inline const Advice kStaleSlot{
    "a slot that still shows the dead",
    "A worker that was killed leaves its slot as it was: busy. Who takes the slot clears it first.",
    "README.md#a-slot-that-still-shows-the-dead; daemon/scoreboard.hh"};
inline const Advice kClearedLate{
    "a slot that is cleared too late",
    "clear() comes before the worker is started. It may be up, and its crew have joined, before "
    "the parent gets on; who clears then clears that.",
    "README.md#a-slot-that-is-cleared-too-late; daemon/scoreboard.hh"};
inline const Advice kAsking{
    "asking again and again",
    "A thread without a client has to sleep in poll(2) until there is one, or the stop. A time-out "
    "of a few milliseconds is a loop that looks.",
    "README.md#asking-again-and-again; poll(2)"};
inline const Advice kTurn{
    "two of a crew that wait at once",
    "Who holds crew.turn waits and accepts: from before poll(2) until accept4(2) has said who it "
    "is. Without it, with a Crew for each thread, or given back in between, each client wakes "
    "several threads of the crew, and all but one find nobody.",
    "README.md#two-of-a-crew-that-wait-at-once"};
inline const Advice kClientFlags{
    "a client's descriptor with other flags",
    "accept4(2) is given SOCK_CLOEXEC and nothing else: without it each program that a worker "
    "starts has the client, too, and with SOCK_NONBLOCK who serves is told EAGAIN.",
    "README.md#a-clients-descriptor-with-other-flags; accept4(2)"};
inline const Advice kDropped{
    "a client that is accepted and not served",
    "Each client that accept4(2) gave is returned, and served by the thread that took it. One that "
    "is taken for a look, or in advance, is hung up on.",
    "README.md#a-client-that-is-accepted-and-not-served"};
inline const Advice kThrows{
    "what a client throws ends the worker",
    "An exception that leaves a thread ends the process. serve_one() catches it; serve_ does not.",
    "README.md#what-a-client-throws-ends-the-worker; std::terminate"};
inline const Advice kExhausted{
    "no pause when there are no descriptors",
    "With EMFILE, ENFILE, ENOBUFS or ENOMEM the client stays in the queue, and poll(2) says at "
    "once that it is there. pause_if_exhausted() knows these errors and waits a moment; who asks "
    "again without it uses a whole processor.",
    "README.md#no-pause-when-there-are-no-descriptors; accept(2), ERRORS"};
inline const Advice kBlockingAccept{
    "shared accept without non-blocking",
    "A client wakes every worker that waits in poll, and one gets it. The others then sleep in "
    "accept and hear of nothing else, above all not of the stop. O_NONBLOCK belongs to the open "
    "file, which all share.",
    "README.md#shared-accept-without-non-blocking; accept(2), O_NONBLOCK in open(2)"};
inline const Advice kListenerUnread{
    "a listener that nobody could set",
    "fcntl(2) has refused, so the listener blocks, or is none. The constructor says so: "
    "set_nonblocking() throws std::system_error, and that goes on.",
    "README.md#a-listener-that-nobody-could-set; daemon/worker_pool.hh"};
inline const Advice kNotReplaced{
    "not replacing a dead worker",
    "reap() tells who has ended; tend() must forget those (bury) and decide with what is left.",
    "README.md#not-replacing-a-dead-worker; wait(2)"};
inline const Advice kForkBomb{
    "a fork bomb when children die at once",
    "What makes one worker die at birth makes the next one die, too. Tell back_off_ about each "
    "look that found a failed worker, and start nobody before back_off_.not_before().",
    "README.md#a-fork-bomb-when-children-die-at-once; daemon/back_off.hh"};
inline const Advice kBadEnd{
    "a failure taken for an end in good order",
    "A worker fails by a signal or by an exit status other than 0: ended.status.success() is "
    "neither. Its successor would most likely fail, too.",
    "README.md#a-failure-taken-for-an-end-in-good-order"};
inline const Advice kToldTooOften{
    "one failure told several times",
    "Workers that die together, or forks that fail together, are one failure. Told one by one, the "
    "second is taken for a failure that came back, and everybody waits. Tell it once a look.",
    "README.md#one-failure-told-several-times; daemon/back_off.hh"};
inline const Advice kOtherTime{
    "a failure told for another time",
    "tend() is handed the instant, and whoever it calls is handed the same one: "
    "back_off_.failed(now), Deadline::after(..., now). A clock that is read beside it has gone "
    "on, or stands elsewhere.",
    "README.md#a-failure-told-for-another-time"};
inline const Advice kNextLook{
    "the next look forgotten",
    "tend() says when it wants to be called again: kLookEvery from `now`, also after a fork that "
    "failed. Without it nobody looks until a child ends.",
    "README.md#the-next-look-forgotten"};
inline const Advice kNotTold{
    "a start that nobody is told of",
    "events_.on_started is told of each worker, with its number, once it is in workers_: in the "
    "parent. What is told in the worker stays in the worker.",
    "README.md#a-start-that-nobody-is-told-of"};
inline const Advice kNobodyAsked{
    "an event that nobody wants",
    "events_.on_started may be empty: who only wants on_ended, or neither, gives none. Look "
    "before you call it.",
    "README.md#an-event-that-nobody-wants; std::function"};
inline const Advice kFailureForSuccess{
    "an end in good order taken for a failure",
    "A worker that has served its share ends with exit status 0. That costs no pause.",
    "README.md#an-end-in-good-order-taken-for-a-failure"};
inline const Advice kForkFails{
    "fork that fails ends the parent",
    "EAGAIN is the system's word for 'not now'. A parent that dies of it takes every client along; "
    "it must try again later, with back-off.",
    "README.md#fork-that-fails-ends-the-parent; fork(2), ERRORS"};
inline const Advice kHeldPipe{
    "the end of the pipe is held by a sibling",
    "A reader sees the end of a pipe when the last copy of its writing end is closed. A child gets "
    "a copy of every one that its parent holds: close them there first.",
    "README.md#the-end-of-the-pipe-is-held-by-a-sibling; pipe(7)"};
inline const Advice kStopUnheard{
    "a stop that nobody hears",
    "The stop is the end of a pipe: poll(2) says POLLHUP for it, not POLLIN, and it must be among "
    "what is waited for. Any revents of crew.stop is the stop.",
    "README.md#a-stop-that-nobody-hears; poll(2), POLLHUP"};
inline const Advice kClientFirst{
    "a client that is looked at before the stop",
    "When both are ready, the stop comes first. A server that has much to do always has a client "
    "in its queue, and a worker that looks at that one first never ends.",
    "README.md#a-client-that-is-looked-at-before-the-stop"};
inline const Advice kSignalsNotLeft{
    "signals that end a worker",
    "SIGTERM and Ctrl-C reach every process of the group; they are the parent's business. "
    "leave_signals_to_the_parent() is the first thing that a worker does.",
    "README.md#signals-that-end-a-worker; signal(7)"};
inline const Advice kUnlocked{
    "the crew's numbers without its lock",
    "crew.taken and crew.ended are for all threads of a worker: read and written with crew.turn "
    "held. The thread sanitizer saw one of them used otherwise, and ended the worker: without the "
    "lock, or by a thread that nobody had joined when work() returned.",
    "README.md#the-crews-numbers-without-its-lock; C++20 [intro.races]"};
inline const Advice kCutOff{
    "a client cut off by the stop",
    "To drain is to finish what was begun: only the wait for the next client ends "
    "when the stop is heard.",
    "README.md#a-client-cut-off-by-the-stop"};
inline const Advice kShare{
    "the share of clients counted by each thread for itself",
    "max_requests_per_child is for the whole worker, and exact: count under the crew's lock, where "
    "the client is taken.",
    "README.md#the-share-of-clients-counted-by-each-thread-for-itself"};
inline const Advice kShareOffByOne{
    "a share that is off by one",
    "max_requests_per_child clients, and not one more: count the client, then compare with the "
    "share itself.",
    "README.md#a-share-that-is-off-by-one"};
inline const Advice kNoShare{
    "a share of none",
    "max_requests_per_child is 0 where there is no last client. Here a worker has said that it "
    "takes no more, and nobody has told it to.",
    "README.md#a-share-of-none"};
inline const Advice kGoesOn{
    "a thread that goes on after the last client",
    "The worker has said that it takes no more, and another thread of its crew still waits for "
    "one. Each of them looks at crew.ended, with the lock held, before it waits.",
    "README.md#a-thread-that-goes-on-after-the-last-client"};
inline const Advice kLastOne{
    "the last client of the share is not served",
    "take_no_more() is told with the last client, not in its place: that one has been accepted, "
    "and is served like the others.",
    "README.md#the-last-client-of-the-share-is-not-served"};
inline const Advice kCountedTooEarly{
    "counted before there is a client",
    "accept4(2) may say that nobody is there. A share counts clients, so count when you have one.",
    "README.md#counted-before-there-is-a-client; accept(2), ERRORS"};
inline const Advice kNotLeft{
    "a stop that the parent does not hear of",
    "take_no_more() says on the scoreboard that this worker serves nobody new, and starts its "
    "grace: from then on it has a bounded time. Whoever ends the waiting tells it.",
    "README.md#a-stop-that-the-parent-does-not-hear-of; alarm(2)"};
inline const Advice kToldLate{
    "the last client told too late",
    "take_no_more() is called with the last client, by the thread that takes it. At the next turn "
    "is too late: with all threads busy nobody takes a turn, and the parent believes in a worker "
    "that serves.",
    "README.md#the-last-client-told-too-late"};
inline const Advice kZero{
    "zero taken for no descriptor",
    "accept4(2) gives the lowest number that is free, and 0 is one like all others. Only -1 is "
    "none; an Fd knows it.",
    "README.md#zero-taken-for-no-descriptor; accept(2)"};
inline const Advice kAcceptError{
    "one client's error ends the worker",
    "EAGAIN says that another worker was quicker; ECONNABORTED and EINTR concern one client that "
    "is gone or one call that was broken off, and so does all that the network may say (EPROTO, "
    "EPERM, ENETDOWN); EMFILE passes. The thread waits for the next client (pause_if_exhausted "
    "knows which is which).",
    "README.md#one-clients-error-ends-the-worker; accept(2), ERRORS"};

}  // namespace workers_check
