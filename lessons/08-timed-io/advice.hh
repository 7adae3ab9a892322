// The misconceptions of this lesson, each under the name that README.md explains it by.

#pragma once

#include "lessons/course/check/story.hh"

namespace waymark::course::check {

inline const Advice kNotWritten{"not written yet",
                                "Begin with wait_readable(): poll(2), again and again, until there "
                                "is something or the deadline has come.",
                                "README.md#the-exercise"};
inline const Advice kOneRead{
    "one read taken for one message",
    "A stream has no messages. A read gives what has come so far: a part, or more than one.",
    "README.md#one-read-taken-for-one-message; read(2), RETURN VALUE"};
inline const Advice kTooMuch{
    "bytes of the next message taken",
    "What follows the message belongs to the next read. Taken from the socket and not given to "
    "anybody, it is lost.",
    "README.md#bytes-of-the-next-message-taken"};
inline const Advice kZero{
    "zero taken for the end",
    "A byte of value 0 is a byte like any other. How many there are is what the call returned.",
    "README.md#zero-taken-for-the-end; read(2)"};
inline const Advice kPerCall{
    "a time-out for each call",
    "Each byte starts the time anew, so a peer that sends one just before it ends holds us for "
    "ever. The deadline is one instant for the whole message.",
    "README.md#a-time-out-for-each-call; daemon/deadline.hh"};
inline const Advice kAsksOnce{
    "a deadline that has come, and nothing asked",
    "What is there already costs no waiting. Ask once with a time-out of zero, then say that the "
    "time is over.",
    "README.md#a-deadline-that-has-come-and-nothing-asked"};
inline const Advice kDoneLate{
    "all there, and called too late",
    "The one attempt that a deadline allows has moved all that was wanted, and then the clock was "
    "asked. Ask first whether it is done: the deadline counts only where something is missing.",
    "README.md#all-there-and-called-too-late"};
inline const Advice kEarly{"the wait given up too early",
                           "poll(2) came back without an event, and the deadline has not come: its "
                           "longest wait is shorter "
                           "than some deadlines. Look at the deadline, and wait for what is left.",
                           "README.md#the-wait-given-up-too-early; poll(2)"};
inline const Advice kPartLost{
    "a partial write lost",
    "write(2) may take a part. The rest, from where it stopped, is still to be written.",
    "README.md#a-partial-write-lost; write(2), RETURN VALUE"};
inline const Advice kCounted{
    "a count that is not told",
    "Also where it did not end well, the caller must know how many bytes were moved.",
    "README.md#a-count-that-is-not-told"};
inline const Advice kFdSet{
    "FD_SET past FD_SETSIZE",
    "An fd_set has 1024 places, 0 to 1023. FD_SET does not look, and writes into what lies behind.",
    "README.md#fd_set-past-fd_setsize; select(2), BUGS"};
inline const Advice kSetUsed{
    "a set used twice",
    "select(2) writes its answer into the set. After a wait without an event it is empty, and the "
    "next select waits for nothing.",
    "README.md#a-set-used-twice; select(2)"};
inline const Advice kNfds{
    "select asked about others",
    "The first argument of select(2) says below which number it looks: the largest one plus one. "
    "And the set must have the number in it. It waits for ever beside what is not asked about.",
    "README.md#select-asked-about-others; select(2)"};
inline const Advice kInterrupted{
    "EINTR taken for an error",
    "A handler ran, and nothing else happened. Call again, with the time that is left.",
    "README.md#eintr-taken-for-an-error; signal(7)"};
inline const Advice kAgain{"EAGAIN taken for an error",
                           "It was ready, and now it is not. Wait again, until the deadline.",
                           "README.md#eagain-taken-for-an-error; select(2), BUGS"};
inline const Advice kEnd{
    "end of file taken for an error",
    "The peer has sent all that it wanted. That is an answer, `end`, and neither an error nor a "
    "time-out.",
    "README.md#end-of-file-taken-for-an-error; read(2), RETURN VALUE"};
inline const Advice kBroken{
    "a broken connection taken for something else",
    "A peer that goes is daily life: the status `broken`, and the program goes on.",
    "README.md#a-broken-connection-taken-for-something-else"};
inline const Advice kOurs{
    "our own error taken for the peer's",
    "A wrong descriptor, or a system without memory, is no word of the peer. It throws "
    "std::system_error with that errno.",
    "README.md#our-own-error-taken-for-the-peers"};
inline const Advice kTriedAgain{"a failure that is tried again",
                                "EAGAIN and EINTR say \"again\", and no other. Who repeats a call "
                                "that fails has the same answer "
                                "until the deadline, and nobody hears the reason.",
                                "README.md#a-failure-that-is-tried-again; errno(3)"};
inline const Advice kBelowZero{"a negative number taken for a large one",
                               "-1 is no descriptor: EBADF. EINVAL is for those from FD_SETSIZE "
                               "on, and as an unsigned number -1 "
                               "is one of them.",
                               "README.md#a-negative-number-taken-for-a-large-one"};
inline const Advice kBlocks{
    "a call that blocks after the wait",
    "Ready was said of the past. Another reader took the bytes, or there is room for less than was "
    "given. On a blocking descriptor the call then sleeps, and no deadline ends it.",
    "README.md#a-call-that-blocks-after-the-wait; select(2), BUGS; recv(2), MSG_DONTWAIT"};
inline const Advice kSignal{
    "SIGPIPE left to kill",
    "A write to a reader that is gone raises SIGPIPE, which ends the process. send(2) has "
    "MSG_NOSIGNAL, and for a pipe there is WithoutWriteSignals.",
    "README.md#sigpipe-left-to-kill; send(2), MSG_NOSIGNAL"};
inline const Advice kChanged{"something changed and left so",
                             "The mode belongs to the open file, the action of a signal to the "
                             "process. Others rely on them.",
                             "README.md#something-changed-and-left-so; fcntl(2), F_SETFL"};
inline const Advice kLoop{
    "a loop past the deadline",
    "A wait that finds something each time never times out, whether a byte moves or nothing does. "
    "The loop itself looks at the clock: from the deadline on there is one attempt, and no second.",
    "README.md#a-loop-past-the-deadline"};
inline const Advice kLimit{"a limit that is off by one",
                           "A line of exactly the limit is allowed, one byte more is not. The end "
                           "of the line does not count.",
                           "README.md#a-limit-that-is-off-by-one"};
inline const Advice kNoLimit{
    "a line without a limit",
    "A peer that never ends its line fills our memory. Refuse it as soon as it is too long.",
    "README.md#a-line-without-a-limit"};
inline const Advice kSurplus{
    "the surplus lost",
    "A read that ends a line may hold the next one too. What was read and not asked for is kept.",
    "README.md#the-surplus-lost"};
inline const Advice kReturn{
    "a carriage return in the wrong place",
    "One \\r directly before the \\n belongs to the end of the line. Any other is a byte of it.",
    "README.md#a-carriage-return-in-the-wrong-place"};
inline const Advice kHangUp{
    "an end that is no event",
    "poll(2) tells POLLHUP and POLLERR also where nobody asked for them, and at times nothing "
    "else. Who looks for POLLIN or POLLOUT alone does not see that the peer has gone.",
    "README.md#an-end-that-is-no-event; poll(2), POLLHUP"};
inline const Advice kHangUpFirst{
    "a hang-up taken for the end",
    "The peer will write no more, and what it has written before is still there. The end is a read "
    "that gives 0, behind the last byte; POLLHUP is not.",
    "README.md#a-hang-up-taken-for-the-end; poll(2), POLLHUP"};
inline const Advice kDirection{
    "ready in the other direction",
    "A socket has two directions. Who waits for room and wakes up for what can be read, or for the "
    "end of what can be read, writes nothing, asks again, and never sleeps.",
    "README.md#ready-in-the-other-direction; poll(2), POLLOUT"};
inline const Advice kUrgent{
    "urgent bytes taken for bytes",
    "POLLPRI, and the third set of select(2), tell that an urgent byte has come. A read does not "
    "give it, and would block. For a read only POLLIN counts.",
    "README.md#urgent-bytes-taken-for-bytes; poll(2), POLLPRI; tcp(7)"};
inline const Advice kFirstTry{
    "the errno of another call",
    "recv(2) or send(2) was tried first, and errno 88 (ENOTSOCK) is its answer about a pipe. What "
    "counts is the errno of the call that came behind it.",
    "README.md#the-errno-of-another-call; errno(3)"};
inline const Advice kNoSocket{
    "a pipe asked as a socket",
    "The stream is a pipe, and recv(2) and send(2) say ENOTSOCK (88) of it. read(2) and write(2) "
    "take both. Ask each time which it is: a number that was a socket may be a pipe later.",
    "README.md#a-pipe-asked-as-a-socket; recv(2), ERRORS"};
inline const Advice kNothing{
    "a call for nothing",
    "A message of no bytes is done before anything is: a wait for it, or a call with nothing, can "
    "time out, fail, or be told of the end.",
    "README.md#a-call-for-nothing"};
inline const Advice kTwice{"a rest told twice",
                           "What was given to the caller is used up, also the unfinished rest at "
                           "the end. Later calls have nothing left to give.",
                           "README.md#a-rest-told-twice"};
inline const Advice kBehindOld{"a line behind the one before",
                               "The string is the caller's, and the line before may still be in "
                               "it. The new one takes its place, also where it is empty.",
                               "README.md#a-line-behind-the-one-before"};
inline const Advice kMemory{
    "used up before it was given",
    "A string that grows may throw std::bad_alloc. What was taken out of the reader before is lost "
    "then, so take it when it lies in `line`.",
    "README.md#used-up-before-it-was-given"};
inline const Advice kZeroNumber{
    "zero taken for no descriptor",
    "0 is a number like all others: standard input, or what was opened where there is none. Only a "
    "negative one is none.",
    "README.md#zero-taken-for-no-descriptor"};
inline const Advice kOverflow{
    "a number that is too large to add to",
    "The largest limit plus one is zero, and the time until the last instant of the clock has no "
    "number; poll(2) takes -1 for it, which select(2) refuses. Compare before you add; use "
    "expired(), poll_timeout() and select_timeout().",
    "README.md#a-number-that-is-too-large-to-add-to"};
inline const Advice kNarrow{
    "a limit that lost bits",
    "A limit is a std::size_t. Where it is kept in 32 bits, 4294967296 is 0.",
    "README.md#a-limit-that-lost-bits"};

}  // namespace waymark::course::check
