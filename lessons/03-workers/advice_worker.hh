// The misconceptions of lesson 03 about what a worker has of its parent and what a client gets of
// it; the others are in advice.hh.

#pragma once

#include "lessons/course/check/story.hh"

namespace workers_check {

inline const Advice kListensAgain{
    "the listener's queue changed",
    "How many clients may wait was decided by who called listen(2). The pool makes the "
    "listener non-blocking, and changes nothing else.",
    "README.md#the-listeners-queue-changed; listen(2), backlog"};
inline const Advice kClientChanged{
    "a client's socket with other options",
    "The function that serves is given a blocking, connected socket and bounds its own waits. "
    "A time-out that the pool sets reaches it as EAGAIN, from a client that was slow.",
    "README.md#a-clients-socket-with-other-options; socket(7), SO_RCVTIMEO"};
inline const Advice kShareCut{
    "a share cut to fewer bits",
    "limits_.max_requests_per_child has 64 bits, and crew.taken has, too. In an int or 32 "
    "bits a large share becomes a small one, or none.",
    "README.md#a-share-cut-to-fewer-bits"};
inline const Advice kAlarmShut{
    "the alarm shut out",
    "The grace of a worker ends by SIGALRM. If every thread blocks it, it never comes, and a "
    "client that stays keeps the worker for ever. leave_signals_to_the_parent() is all that "
    "there is to do.",
    "README.md#the-alarm-shut-out; signal(7), Signal mask"};
inline const Advice kForgiven{
    "a failure forgiven too soon",
    "A worker that ends in good order says nothing about those that crash. back_off_ forgives "
    "by itself, after some time without failures: tell it of failures, and of nothing else.",
    "README.md#a-failure-forgiven-too-soon; daemon/back_off.hh"};
inline const Advice kToldTwice{
    "an end told twice",
    "bury() tells events_.on_ended. Who tells it as well makes two deaths of one, in the log "
    "and in whatever counts them.",
    "README.md#an-end-told-twice; daemon/worker_pool.hh, Events"};
inline const Advice kEintrEnds{
    "an interrupted poll taken for the stop",
    "poll(2) gives -1 with EINTR when a signal came, and has looked at nothing: neither at "
    "the stop nor at the listener. Ask it again.",
    "README.md#an-interrupted-poll-taken-for-the-stop; poll(2), ERRORS; signal(7)"};
inline const Advice kCountsFirst{
    "counted before the dead are buried",
    "counts() tells of those in workers_. Taken before reap() and bury() it counts the dead "
    "as well, and they are replaced one look too late.",
    "README.md#counted-before-the-dead-are-buried"};
inline const Advice kCutShort{
    "a failure that ends the look",
    "That a worker has failed is told to back_off_, and the look goes on. Whether anybody may be "
    "started now is what decide() makes of back_off_.not_before(): a first failure is forgiven, "
    "and its worker is replaced at once.",
    "README.md#a-failure-that-ends-the-look; daemon/back_off.hh"};
inline const Advice kTendWaits{
    "a look that waits",
    "tend() is one look, and the parent has other things to do: signals, a drain, the next start. "
    "It takes who has ended, which may be nobody, and waits for none of them.",
    "README.md#a-look-that-waits; waitpid(2), WNOHANG"};

inline const Advice kAllOrNone{
    "all that are wanted, or none",
    "server_limit is no reason to start nobody. Where not all that are wanted have room, those are "
    "started that have: the smaller of the two numbers.",
    "README.md#all-that-are-wanted-or-none"};
inline const Advice kShortOfLimit{
    "stopped short of the limit",
    "server_limit workers may be there, so many and not one less. What is left is server_limit "
    "less counts.workers.",
    "README.md#stopped-short-of-the-limit"};
inline const Advice kOwnClock{
    "a pause by another clock",
    "decide() is told what time it is: not_before.expired(now). Without `now` it is the machine's "
    "clock that is asked, and the same arguments give another answer later.",
    "README.md#a-pause-by-another-clock; daemon/deadline.hh"};
inline const Advice kJoinsLate{
    "a thread that joins late",
    "It waits in poll(2), and the scoreboard has it as coming. scoreboard_.join() comes first of "
    "all, before the first client: until then the parent counts on a thread that it does not have.",
    "README.md#a-thread-that-joins-late; daemon/scoreboard.hh"};
inline const Advice kSharedSlot{
    "two workers in one slot",
    "What one worker has said of itself is shown of another as well: both write into the same "
    "slot. work() is handed the slot that the parent has chosen; free_slot() in the child, where "
    "workers_ may be empty, gives each of them the first one.",
    "README.md#two-workers-in-one-slot; daemon/scoreboard.hh"};
inline const Advice kNoWait{
    "accept without a wait before it",
    "accept4(2) gave nobody: back to poll(2), with crew.stop in it. A loop round accept4 alone "
    "uses a whole processor until somebody comes, and hears of no stop meanwhile.",
    "README.md#accept-without-a-wait-before-it; accept(2), EAGAIN"};
inline const Advice kTurnKept{
    "a turn that is not given back",
    "Every thread of the worker waits for a lock or for another thread, and none for a client. "
    "Somebody holds crew.turn: work() has to give it back before it joins the threads, and a "
    "thread with the client that it takes.",
    "README.md#a-turn-that-is-not-given-back"};
inline const Advice kDecidedFirst{
    "decided before the failure is told",
    "back_off_.failed(now) moves back_off_.not_before(), and decide() is handed that. Told after "
    "it, the pause begins one look too late, and every wave of failures costs one more.",
    "README.md#decided-before-the-failure-is-told; daemon/back_off.hh"};
inline const Advice kFailedStart{
    "a failed start without a pause",
    "A start that throws is a failure like a worker that dies. Tell back_off_.failed(now) where "
    "you catch it, or a system without room for a process is asked again at each look.",
    "README.md#a-failed-start-without-a-pause; daemon/back_off.hh"};

inline const Advice kBusySpare{
    "spare threads worked out from the busy ones",
    "Spare are those that wait and those that are coming: idle_threads and coming_threads, as they "
    "are. A busy thread waits for nobody, and busy_threads also has those of workers that are "
    "ending.",
    "README.md#spare-threads-worked-out-from-the-busy-ones; daemon/worker_limits.hh"};
inline const Advice kOneShortage{
    "one shortage that hides the other",
    "A worker that start_servers wants may bring too few threads for min_spare_threads. Ask for "
    "both numbers each time, and take the larger one.",
    "README.md#one-shortage-that-hides-the-other"};
inline const Advice kGoesHome{
    "a crew that goes home",
    "That nobody came for a while is no reason to end. A worker ends when it is told to, or has "
    "served its share; until then it waits, and poll(2) without a time-out waits as long as it "
    "takes.",
    "README.md#a-crew-that-goes-home; poll(2)"};

inline const Advice kDivided{
    "a share of none",
    "The worker was ended by SIGFPE: a whole number was divided by 0, or its remainder asked for. "
    "max_requests_per_child is 0 where there is no last client. Count, and compare.",
    "README.md#a-share-of-none; signal(7), SIGFPE"};
inline const Advice kCrashed{
    "a worker that crashes",
    "Nobody has killed it: it has touched memory that is not its own, or done something else that "
    "the processor refuses. Whatever is missing after that is missing because of it.",
    "README.md#a-worker-that-crashes; signal(7), SIGSEGV"};
inline const Advice kSelect{"select in place of poll",
                            "A worker waits in select(2). Its sets have room for descriptors below "
                            "1024: FD_SET of a higher "
                            "one writes behind the set, in a program that has many clients.",
                            "README.md#select-in-place-of-poll; select(2), BUGS"};
inline const Advice kClosedTooMuch{"descriptors that are somebody else's",
                                   "A child closes the writing ends of the stops, and no more. "
                                   "What else the program has opened is "
                                   "for its serving function: a log, a pipe, a database.",
                                   "README.md#descriptors-that-are-somebody-elses"};
inline const Advice kToldAndFailed{
    "a crash on the way out",
    "It was told to end, and has not ended in good order. What crashed may crash the others: "
    "whether somebody was told does not count, ended.status.success() does.",
    "README.md#a-crash-on-the-way-out"};
inline const Advice kPutOff{
    "a look that is put off",
    "The pause of back_off_ is for starts. The dead are buried meanwhile, and who is too many is "
    "stopped: the next look is kLookEvery from now, whatever happened in this one.",
    "README.md#a-look-that-is-put-off"};
inline const Advice kPipeThrown{
    "a start that fails at its pipe",
    "A fork that fails was caught. make_pipe() throws std::system_error as well, when there is no "
    "descriptor left: the whole start stands in the try, and every errno is a failure.",
    "README.md#a-start-that-fails-at-its-pipe; pipe(2), EMFILE"};
inline const Advice kToldEarly{
    "told before it is kept",
    "Whoever hears of a start may ask the pool at once: pids() and counts() have to know the new "
    "worker by then. First workers_, then on_started.",
    "README.md#told-before-it-is-kept"};
inline const Advice kSomeHeldUp{
    "a pause for some of the starts",
    "Those that start_servers wants were held up, and those for min_spare_threads were not. What "
    "makes workers die at birth asks for no reason: before not_before nobody is started.",
    "README.md#a-pause-for-some-of-the-starts"};

}  // namespace workers_check
