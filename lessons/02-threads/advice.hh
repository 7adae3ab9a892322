// What a program most likely gets wrong that fails here, in the words of the lesson's text: each
// name is a heading of README.md.

#pragma once

#include "lessons/course/check/story.hh"

namespace waymark::course::check {

inline const Advice kNoCrew{
    "work without a crew",
    "The constructor starts the threads, and each of them takes pieces of work from the queue "
    "until the pool is stopped. What put() has accepted is for them to do.",
    "README.md#work-without-a-crew; std::thread"};

inline const Advice kThreadPerEvent{
    "a thread per event",
    "The number of threads is the pool's size, from the constructor to the stop. Who starts one "
    "for each piece of work lets the clients choose how many there are.",
    "README.md#a-thread-per-event; pthread_create(3), EAGAIN"};

inline const Advice kOtherSize{
    "another number of threads",
    "How many threads there are is the caller's word, and std::thread::hardware_concurrency() is "
    "none: threads of a crew mostly wait, for a disk or a peer, and not for a processor.",
    "README.md#another-number-of-threads"};

inline const Advice kWithTheWork{
    "threads that come with the work",
    "The constructor starts all threads, or throws. Where the first pieces start them, one that "
    "cannot be started is the trouble of whoever brings a piece, long after the beginning.",
    "README.md#threads-that-come-with-the-work; std::thread::thread"};

inline const Advice kTriedAgain{
    "a start that is tried again",
    "EAGAIN says that there is no room for one more thread now. When there will be some, nobody "
    "knows, and who makes the pool waits meanwhile. The constructor throws; to try again is its "
    "caller's word.",
    "README.md#a-start-that-is-tried-again; pthread_create(3), ERRORS"};

inline const Advice kNotAsserted{
    "a mistake of ours that goes on",
    "No threads, a queue without a place, a stop by the pool's own work: who writes that has a "
    "bug. An exception would go to somebody who can do nothing about it, and without an answer "
    "the work is never done. The header says assert.",
    "README.md#a-mistake-of-ours-that-goes-on; assert(3)"};

inline const Advice kUnbounded{
    "unbounded queue",
    "A queue that takes everything moves the overload into memory, where nobody sees it. When it "
    "is full, submit() waits for room and try_submit() refuses.",
    "README.md#unbounded-queue"};

inline const Advice kOnePlace{
    "one place too many",
    "The queue has a bound, but another one than queue_limit: it is full when its size has reached "
    "the limit, and not when it is above it.",
    "README.md#one-place-too-many"};

inline const Advice kTryWaits{"a refusal that waits",
                              "try_submit() is for who cannot wait: if the queue is full at this "
                              "moment, the answer is no, at "
                              "once. Not after a wait, and not after one more look.",
                              "README.md#a-refusal-that-waits"};

inline const Advice kTryThrows{
    "a refusal that throws",
    "put() says false where the pool is stopped. What becomes of that is its caller's: submit() "
    "throws ThreadPoolStopped, and try_submit() gives nothing.",
    "README.md#a-refusal-that-throws; daemon/thread_pool.hh"};

inline const Advice kWorkLocked{
    "holding the lock while working",
    "The lock is for the queue. Whoever does a piece of work, or destroys one, with the lock held "
    "stops everybody else, and itself if the piece uses the pool.",
    "README.md#holding-the-lock-while-working; pthread_mutex_lock(3)"};

inline const Advice kLooksLate{
    "a wait that does not look first",
    "The piece was there before the thread came to its wait, and its notification is gone: a "
    "condition variable has no memory. Look first, and wait only while there is nothing.",
    "README.md#a-wait-that-does-not-look-first; pthread_cond_wait(3)"};

inline const Advice kIf{
    "if instead of while round the wait",
    "A wait may end without a reason, and between the wake-up and the lock another thread may "
    "have taken what there was. Look again after each wait, in a loop.",
    "README.md#if-instead-of-while-round-the-wait; pthread_cond_wait(3), Condition Wait Semantics"};

inline const Advice kNotify{
    "notify without the lock's state change",
    "A thread that has looked, but does not wait yet, misses a notification. If the change is "
    "made with the lock held and the notification comes after it, there is no such moment: the "
    "waiter holds the lock from its look to its wait.",
    "README.md#notify-without-the-locks-state-change; pthread_cond_signal(3)"};

inline const Advice kRoomLate{
    "room that is told too late",
    "There is room as soon as a piece was taken out, and not when it is done, nor when the queue "
    "has become empty: take() wakes a caller each time. Told after the work, the caller waits as "
    "long as that takes. Told before the piece is out, it looks too early: notify without the "
    "lock's state change.",
    "README.md#room-that-is-told-too-late"};

inline const Advice kWrongOne{
    "waking the wrong one",
    "notify_one wakes one of those who wait on that condition, whoever it is. If threads and "
    "callers wait on the same, the one who is woken may have nothing to do, and the other sleeps "
    "on. A condition for each of the two sentences, or notify_all.",
    "README.md#waking-the-wrong-one; pthread_cond_signal(3)"};

inline const Advice kLostAtStop{
    "lost wake-up at stop",
    "A stop concerns everybody who waits: each thread of the crew and each caller that waits for "
    "room. All of them have to be woken, and all of them have to look for the stop.",
    "README.md#lost-wake-up-at-stop; std::condition_variable::notify_all"};

inline const Advice kStopLate{
    "a stop that is said too late",
    "stop() says first that the pool is stopped, and then does what else there is to do. If it "
    "drops what waits, or waits for the queue to become empty, before it says so, new work comes "
    "in meanwhile, and who waits for room is not told.",
    "README.md#a-stop-that-is-said-too-late"};

inline const Advice kJoinLocked{
    "joining with the lock held",
    "A thread needs the lock to see that the pool is stopped, so whoever waits for the end of the "
    "threads must not hold it.",
    "README.md#joining-with-the-lock-held; pthread_join(3)"};

inline const Advice kDetach{
    "detach and forget",
    "When stop() has returned, the caller destroys what the work uses. A thread that was not "
    "joined may still be at it.",
    "README.md#detach-and-forget; pthread_detach(3), pthread_join(3)"};

inline const Advice kExceptionKills{
    "exception kills the process",
    "An exception that leaves a thread or a destructor, and a std::thread that is destroyed "
    "before it was joined, call std::terminate: the whole process ends.",
    "README.md#exception-kills-the-process; std::terminate, std::thread::~thread"};

inline const Advice kJoinedTwice{
    "a thread that is joined twice",
    "A thread can be joined once; join() on one that was joined throws std::system_error, and so "
    "does one on a std::thread that never ran. The destructor calls stop(), too: ask joinable(), "
    "or forget whom you have joined.",
    "README.md#a-thread-that-is-joined-twice; std::thread::join"};

inline const Advice kSecondStop{
    "a second stop taken for a mistake",
    "Who has work for a stopped pool is told so; who stops it once more has what it wants, as the "
    "destructor behind each stop(). A second call does nothing, and throws nothing.",
    "README.md#a-second-stop-taken-for-a-mistake; daemon/thread_pool.hh"};

inline const Advice kSwallowed{
    "an exception that is swallowed",
    "The pool has fewer threads than were asked for, and nobody knows. What a constructor cannot "
    "make good goes on to its caller: clean up, then throw; with no name behind it.",
    "README.md#an-exception-that-is-swallowed; std::thread::thread"};

inline const Advice kForgotten{
    "accepted work forgotten",
    "A piece that was accepted has one of two ends: it is done, or its caller is told that it "
    "will not be. A stop does not stand between the queue and the crew.",
    "README.md#accepted-work-forgotten; std::future_errc::broken_promise"};

inline const Advice kAfterStop{
    "work taken after the stop",
    "From the stop on nothing is accepted, also not from a caller who began to wait before it: who "
    "comes out of a wait looks for the stop before it looks for room.",
    "README.md#work-taken-after-the-stop"};

inline const Advice kFreeSlot{
    "a free slot that is refused",
    "Whether there is room is a sentence about the whole queue, true or false while the lock is "
    "held. A look without the lock, or a lock that was not to be had at once, says nothing.",
    "README.md#a-free-slot-that-is-refused; pthread_mutex_trylock(3)"};

inline const Advice kSaved{
    "a wake-up that was saved",
    "Who wakes only when the queue was empty before, or full, wakes one where two can go on: the "
    "second piece, and the second place, are there before the first was used. Each change wakes.",
    "README.md#a-wake-up-that-was-saved; pthread_cond_signal(3)"};

inline const Advice kGivesUp{
    "a wait that gives up",
    "The contract knows two ends of a wait: what was waited for, and the stop. A wait with a limit "
    "is a round of the loop and no answer.",
    "README.md#a-wait-that-gives-up; std::condition_variable::wait_for"};

inline const Advice kClock{
    "a clock in the place of a wake-up",
    "Nobody wakes who waits here; it looks by itself when its time is over, and everything comes "
    "that much too late. Each change that makes a sentence true notifies.",
    "README.md#a-clock-in-the-place-of-a-wake-up; std::condition_variable::notify_one"};

inline const Advice kOrder{
    "last in, first out",
    "The piece that came last is done first. Under load new pieces come without end, and the first "
    "one waits for ever: its client sees a server that hangs.",
    "README.md#last-in-first-out"};
inline const Advice kSharing{
    "sharing without the lock",
    "Two threads use the same variable, one of them writes, and no lock orders them. Reading "
    "needs the lock as well.",
    "README.md#sharing-without-the-lock; C++20 [intro.races]"};

inline const Advice kSignals{
    "signals that land in the crew",
    "A signal for the process goes to any thread that does not block it. The crew blocks all of "
    "them, by a mask that it inherits, and the thread that makes the pool gets its own mask back.",
    "README.md#signals-that-land-in-the-crew; signal(7), pthread_sigmask(3)"};

inline const Advice kAsking{
    "asking again and again",
    "A thread without work has to sleep on a condition until somebody wakes it. A loop that "
    "looks, yields and looks again uses a whole processor to do nothing.",
    "README.md#asking-again-and-again; pthread_cond_wait(3)"};
inline const Advice kOtherLimit{
    "another limit than the caller's",
    "queue_limit pieces may wait, no fewer and no more: the queue is full when its size has "
    "reached the limit. How many threads there are, and what they do, has nothing to do with "
    "it.",
    "README.md#another-limit-than-the-callers"};
inline const Advice kLimitCut{
    "a limit cut to fewer bits",
    "queue_limit and size() are std::size_t: 64 bits, and none for a sign. Cut to an int, 2 to the "
    "32nd is 0 and the largest number is -1, and an empty queue is full.",
    "README.md#a-limit-cut-to-fewer-bits"};
inline const Advice kGaveUp{
    "submit that gives up",
    "The queue is full, and submit() says that the pool is stopped. It is not: submit() waits "
    "for room, and only try_submit() takes a no.",
    "README.md#submit-that-gives-up; daemon/thread_pool.hh"};
inline const Advice kBatch{
    "one thread takes all",
    "take() gives one piece. A thread that takes the whole queue for itself does it piece by "
    "piece, while the others sleep; and the queue, which looks empty, takes twice what it may "
    "hold.",
    "README.md#one-thread-takes-all"};
inline const Advice kStatic{
    "one variable for all pools",
    "A program may have several pools. What a pool counts, and whether it is stopped, is a "
    "member of the object; a static variable is shared by all of them.",
    "README.md#one-variable-for-all-pools"};
inline const Advice kKeptPiece{
    "a piece kept until the next one",
    "The piece is done, and what it holds (a connection, a file, a lock) is still held, for "
    "as long as the thread is idle. Let the variable end with each round of the loop.",
    "README.md#a-piece-kept-until-the-next-one"};
inline const Advice kRecursion{
    "a call for each piece",
    "A thread that calls itself for the next piece never returns from the one before: the "
    "stack grows with each, and after some ten thousand pieces it is used up. A loop stands "
    "still.",
    "README.md#a-call-for-each-piece"};
inline const Advice kOtherThrown{
    "another exception than was promised",
    "The header says std::system_error, and the number in it is what its catcher looks for: "
    "EAGAIN, to try later with fewer threads. Let the one that std::thread throws go on.",
    "README.md#another-exception-than-was-promised; std::thread::thread"};
inline const Advice kNotDropped{
    "a discard that does the work",
    "AtStop::discard says that nobody wants what waits. All of it is taken out of the queue at "
    "once, with the lock held, and destroyed without it; nothing of it is done.",
    "README.md#a-discard-that-does-the-work"};
inline const Advice kToldLate{
    "told after the joins",
    "Somebody may wait for the futures of what was dropped. They are told when the pieces are "
    "destroyed: before the joins, which last as long as the longest piece that is being done.",
    "README.md#told-after-the-joins; std::future_errc::broken_promise"};
inline const Advice kCallersLate{
    "told after the joins",
    "Who waits for room in submit() waits for a piece that is not its own. Wake everybody first, "
    "and join then: the joins last as long as the longest piece that is being done.",
    "README.md#told-after-the-joins; std::condition_variable::notify_all"};

}  // namespace waymark::course::check
