// What the check of lesson 03 says about each misconception. The names are headings of the README.

#pragma once

#include "lessons/course/check/story.hh"

namespace workers_check {

using waymark::course::check::Advice;

inline const Advice kStart{
    "not all of those to begin with",
    "start_servers workers must run from the first look on, and never fewer.",
    "README.md#not-all-of-those-to-begin-with; daemon/worker_limits.hh"};
inline const Advice kOffByOne{
    "spare arithmetic off by one child",
    "Threads come and go by whole crews: one missing thread needs one more worker, and a worker "
    "that is stopped takes its whole crew along. Round up, and compare with the bounds themselves.",
    "README.md#spare-arithmetic-off-by-one-child"};
inline const Advice kForgetsComing{
    "those that are coming are forgotten",
    "A worker that was forked a moment ago has no thread that waits yet. Who does not count its "
    "coming threads starts another worker for them at every look.",
    "README.md#those-that-are-coming-are-forgotten"};
inline const Advice kPastTheLimit{
    "growing past the limit",
    "server_limit is for processes, also for those that are ending. It is what keeps a flood of "
    "clients from taking all memory.",
    "README.md#growing-past-the-limit"};
inline const Advice kForkAfterThreads{
    "fork after starting threads",
    "fork(2) copies the thread that calls it and no other. Threads that were started before it "
    "serve in the parent, or nowhere. Start them in the child, in work().",
    "README.md#fork-after-starting-threads; fork(2), NOTES"};
inline const Advice kNoCrew{
    "a worker without its whole crew",
    "Every worker has threads_per_child threads, each of which serves one client "
    "after the other.",
    "README.md#a-worker-without-its-whole-crew"};
inline const Advice kBlockingAccept{
    "shared accept without non-blocking",
    "A client wakes every worker that waits in poll, and one gets it. The others then sleep in "
    "accept and hear of nothing else, above all not of the stop. O_NONBLOCK belongs to the open "
    "file, which all share.",
    "README.md#shared-accept-without-non-blocking; accept(2), O_NONBLOCK in open(2)"};
inline const Advice kNotReplaced{
    "not replacing a dead worker",
    "reap() tells who has ended; tend() must forget those (bury) and decide with what is left.",
    "README.md#not-replacing-a-dead-worker; wait(2)"};
inline const Advice kForkBomb{
    "a fork bomb when children die at once",
    "What makes one worker die at birth makes the next one die, too. Tell back_off_ about each "
    "look "
    "that found a failed worker, and start nobody before back_off_.not_before().",
    "README.md#a-fork-bomb-when-children-die-at-once; daemon/back_off.hh"};
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
inline const Advice kAcceptError{
    "one client's error ends the worker",
    "ECONNABORTED and EINTR concern one client that is gone or one call that was broken off; "
    "EMFILE passes. The thread waits for the next client (pause_if_exhausted knows which is "
    "which).",
    "README.md#one-clients-error-ends-the-worker; accept(2), ERRORS"};

}  // namespace workers_check
