// The misconceptions of this lesson, each under the name that README.md explains it by.

#pragma once

#include "lessons/course/check/story.hh"

namespace waymark::course::check {

inline const Advice kNotTaken{"nobody is connected",
                              "A listener was there and answered. The attempt was not made, or its "
                              "outcome was not asked for.",
                              "README.md#nobody-is-connected; connect(2)"};
inline const Advice kUnasked{
    "a failure that nobody asks for",
    "poll(2) says of a failed attempt that it is writable, and POLLERR and POLLHUP beside it. Who "
    "compares with POLLOUT alone never asks, and poll comes back at once, for ever. Look for the "
    "bit, or for any of them.",
    "README.md#a-failure-that-nobody-asks-for; poll(2)"};
inline const Advice kWritable{
    "writable taken for connected",
    "A socket becomes writable when its attempt is over, well or badly. Which of the two it was is "
    "in SO_ERROR, and nowhere else.",
    "README.md#writable-taken-for-connected; connect(2), EINPROGRESS"};
inline const Advice kAskedTwice{"an error asked for twice",
                                "SO_ERROR gives the error and takes it away. Who asks once more "
                                "hears 0, as if nothing had been, "
                                "and begins the attempt anew. Ask once, and keep the answer.",
                                "README.md#an-error-asked-for-twice; socket(7), SO_ERROR"};
inline const Advice kTooSoon{"asked too soon",
                             "SO_ERROR is 0 also while an attempt is under way: nothing has gone "
                             "wrong yet. It means something "
                             "when the socket is writable, and not before.",
                             "README.md#asked-too-soon; connect(2), EINPROGRESS"};
inline const Advice kInProgress{
    "EINPROGRESS taken for a failure",
    "A non-blocking connect that is under way says -1 and EINPROGRESS. Nothing has failed: wait "
    "until the socket is writable, and ask then.",
    "README.md#einprogress-taken-for-a-failure; connect(2), EINPROGRESS"};
inline const Advice kBlocking{
    "a connect that blocks",
    "Without O_NONBLOCK connect(2) comes back when the system has given up, after two minutes. No "
    "deadline of the program is asked meanwhile.",
    "README.md#a-connect-that-blocks; tcp(7), tcp_syn_retries"};
inline const Advice kMode{
    "the mode left behind",
    "The socket was made non-blocking for the connect, and the caller asked for the other mode: a "
    "read that should wait says EAGAIN, or one that should not wait stops an event loop.",
    "README.md#the-mode-left-behind; fcntl(2), F_SETFL"};
inline const Advice kCloseOnExec{
    "a socket for every child",
    "A program that is started meanwhile inherits a descriptor that is not close-on-exec, and "
    "holds the connection open. A flag set by a second call comes too late for a fork in between.",
    "README.md#a-socket-for-every-child; socket(2), SOCK_CLOEXEC"};
inline const Advice kDeadlineAnew{
    "a deadline for each address",
    "The time began anew with an address, or with an interruption. Five addresses at five seconds "
    "each are twenty-five: the deadline is one instant for all of them.",
    "README.md#a-deadline-for-each-address"};
inline const Advice kDeadlineLost{
    "a deadline that nobody keeps",
    "What is still under way at the deadline is over, no other address begins, and the caller is "
    "told so at that instant: not before, and not later.",
    "README.md#a-deadline-that-nobody-keeps"};
inline const Advice kClockFirst{
    "the deadline asked first",
    "An answer and the deadline can come together. Look at the clock once, begin with what is due, "
    "ask each that is under way, also the one just begun; then it may be too late. Another order "
    "throws away an answer that has come, or a listener that needs no time.",
    "README.md#the-deadline-asked-first"};
inline const Advice kOnlyFirst{
    "only the first address",
    "A name has several addresses, and one that fails says nothing of the others.",
    "README.md#only-the-first-address; RFC 8305, section 5"};
inline const Advice kOneByOne{
    "one address after the other",
    "A host that is silent keeps all that stand behind it waiting. After 250 milliseconds the next "
    "address begins beside it.",
    "README.md#one-address-after-the-other; RFC 8305, section 5"};
inline const Advice kAllAtOnce{
    "all addresses at once",
    "Each server of the list gets a connection that is thrown away. The next address begins 250 "
    "milliseconds after the one before.",
    "README.md#all-addresses-at-once; RFC 8305, section 5"};
inline const Advice kFailureWaits{
    "a failure that is waited out",
    "When an attempt has failed, the next address begins at once. One failure lets one begin.",
    "README.md#a-failure-that-is-waited-out; RFC 8305, section 5"};
inline const Advice kGivenUp{
    "the first given up for the second",
    "The second address begins beside the first, and not in its place: whichever answers first has "
    "won.",
    "README.md#the-first-given-up-for-the-second; RFC 8305, section 5"};
inline const Advice kReplaced{
    "a winner that is replaced",
    "Two have answered by the time they are asked. The first that is found connected has won, and "
    "the others are not asked any more.",
    "README.md#a-winner-that-is-replaced"};
inline const Advice kFamilies{
    "one family first",
    "Where a family has no way out, all of its addresses stand in front of the first that works. "
    "The families take turns.",
    "README.md#one-family-first; RFC 8305, section 4"};
inline const Advice kUnusable{
    "one bad address ends it all",
    "An address that this machine cannot use, for want of a route or a family, costs itself only.",
    "README.md#one-bad-address-ends-it-all; connect(2), ENETUNREACH"};
inline const Advice kOurFailure{
    "our own failure as the peer's",
    "Without a descriptor or memory no address will do, whichever call says so: socket, connect or "
    "poll. This is no answer of a peer, and the caller must not take it for one.",
    "README.md#our-own-failure-as-the-peers; socket(2), EMFILE; poll(2), ENOMEM"};
inline const Advice kEintr{
    "an interruption taken for the end",
    "A signal ends poll(2) with EINTR, and may end connect(2) so; the attempt goes on by itself. "
    "Wait for it with the time that is left. Whether it had begun, getpeername(2) tells in the "
    "end.",
    "README.md#an-interruption-taken-for-the-end; connect(2), EINTR; signal(7)"};
inline const Advice kLeak{
    "a socket left open",
    "Those that lost, failed or came too late are closed before the result is given. A server that "
    "tries each minute has no descriptors left after a day.",
    "README.md#a-socket-left-open"};
inline const Advice kPassedOver{
    "one passed over",
    "One of those under way was not asked in this round, or has failed and is still among them. "
    "Who takes one out of a list while he walks through it passes over the next, which stands in "
    "its place then.",
    "README.md#one-passed-over; std::erase_if"};
inline const Advice kAsksClock{
    "a clock asked where the time is given",
    "The caller says what time it is. Who asks the clock as well has two, and compares instants of "
    "one with instants of the other. What is due since ever is Clock::time_point::min().",
    "README.md#a-clock-asked-where-the-time-is-given; net/connect_race.hh"};
inline const Advice kUntold{
    "an address that nobody hears of",
    "Who reads the log must know of each address what it said, by its status and its errno: an "
    "error of connect, silence until the deadline, or that its turn had not come. The lines stand "
    "in the order in which they came.",
    "README.md#an-address-that-nobody-hears-of"};
inline const Advice kOfAnother{
    "a result that is another's",
    "The address is that of the socket that has won, as the list has it: not the first or the last "
    "that was begun, nor what getpeername(2) says, which fails where the peer is gone already. "
    "Without a winner the status is timed_out if the deadline came first, else that of the last "
    "failure. Whose turn had not come has said nothing.",
    "README.md#a-result-that-is-anothers; net/connect.hh"};
inline const Advice kItself{
    "connected with itself",
    "Nobody listens there, and SO_ERROR says 0: the socket has the port that it asks for as its "
    "own, and what it sends it hears itself. pending_error() takes that for a refusal.",
    "README.md#connected-with-itself; net/socket_options.hh; RFC 9293, section 3.5"};
inline const Advice kLost{
    "a race that does not end",
    "When every address has failed, nobody is left to wait for; and as long as one has not, "
    "somebody is.",
    "README.md#a-race-that-does-not-end"};
inline const Advice kWakeUp{
    "woken at the wrong time",
    "Whoever waits must wake up for the next address or for the deadline, whichever comes first, "
    "and ask anew before each sleep: a failure moves the next beginning.",
    "README.md#woken-at-the-wrong-time"};
inline const Advice kSpins{
    "asking instead of waiting",
    "The thread sleeps in poll(2) until a socket is writable or the next instant has come. A look "
    "every few milliseconds costs a processor and finds nothing sooner. A time-out that is rounded "
    "down is 0 in the last of them: Deadline::poll_timeout() rounds up.",
    "README.md#asking-instead-of-waiting; poll(2)"};
inline const Advice kNoRoom{
    "a time-out that has no room",
    "poll(2) takes an int of milliseconds, 24 days. A later deadline that is cut to it is another "
    "instant, or none: Deadline::poll_timeout() is INT_MAX then, and the wait is made again.",
    "README.md#a-time-out-that-has-no-room; poll(2); daemon/deadline.hh"};
inline const Advice kSleepsOn{"asleep when the answer comes",
                              "The answer was there, and the wait went on until something else "
                              "ended it. All sockets that are "
                              "under way are waited for, and for writability: POLLOUT.",
                              "README.md#asleep-when-the-answer-comes; connect(2), EINPROGRESS"};
inline const Advice kWaitsOn{
    "a wait when all is decided",
    "The answer had come and was seen, and then the thread slept once more. Ask is_over() after "
    "each advance(), also after the first, and sleep only when it says no.",
    "README.md#a-wait-when-all-is-decided; net/connect_attempts.hh"};
inline const Advice kAdvanceWaits{"a wait where none is allowed",
                                  "advance() is called on event loops, where everybody else waits "
                                  "for it. It asks, and comes back.",
                                  "README.md#a-wait-where-none-is-allowed"};
inline const Advice kQueue{
    "a full queue taken for a refusal",
    "A Unix listener whose queue is full says EAGAIN: nothing is under way and poll(2) would tell "
    "nothing. Ask again in five milliseconds. Of an IP address EAGAIN is a failure: no local port "
    "is left.",
    "README.md#a-full-queue-taken-for-a-refusal; connect(2), EAGAIN"};
inline const Advice kQueueLate{
    "a full queue that is not asked again",
    "Nothing tells when a full queue has room. As long as one is full, look_again() is five "
    "milliseconds away at most, also where poll(2) waits for others.",
    "README.md#a-full-queue-that-is-not-asked-again; net/connect_attempts.hh"};
inline const Advice kZero{
    "zero taken for no descriptor",
    "socket(2) gives the lowest number that is free, and 0 is one like all others. Only -1 is "
    "none; an Fd knows it.",
    "README.md#zero-taken-for-no-descriptor; socket(2)"};

}  // namespace waymark::course::check
