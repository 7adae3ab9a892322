// What a wrong program most likely believes, one Advice each. The names are the headings under
// "Misconceptions" in the README.

#pragma once

#include "lessons/course/check/story.hh"

namespace waymark::course::check {

inline const Advice kNotWritten{
    "not written yet",
    "Begin with push() and watch(), then on_ready() and send_turn() for one message.",
    "README.md#the-exercise"};
inline const Advice kSentInPush{
    "sent before the loop says so",
    "push() is called for a hundred clients in a row. What it sends may fail, and then somebody is "
    "told of an end in the middle of that. It only queues; the loop says when the socket is ready.",
    "README.md#sent-before-the-loop-says-so"};
inline const Advice kOrder{
    "messages out of order",
    "What came first goes first: new ones at the back, and nothing overtakes what waits.",
    "README.md#messages-out-of-order"};
inline const Advice kResumedEarly{
    "the writer resumed early",
    "The kernel took a part of the message, and the rest was given up as if it were written. From "
    "there on the client reads the next message in the middle of this one.",
    "README.md#the-writer-resumed-early; send(2), RETURN VALUE"};
inline const Advice kAgain{"sent again from the beginning",
                           "What the kernel has taken is sent, also when it was a part. Remember "
                           "how much, and go on there.",
                           "README.md#sent-again-from-the-beginning; send(2), RETURN VALUE"};
inline const Advice kMiscounted{
    "what waits, counted wrongly",
    "messages() are those that are not wholly sent, bytes() those that the kernel has not taken. "
    "Both follow each push and each send, and stay at what was not sent when the connection ends.",
    "README.md#what-waits-counted-wrongly"};
inline const Advice kAlwaysAsked{
    "EPOLLOUT always asked for",
    "A socket that has room is ready, whether somebody has something to say or not. The loop then "
    "turns at full speed and does nothing.",
    "README.md#epollout-always-asked-for; epoll(7)"};
inline const Advice kNeverAsked{
    "EPOLLOUT not asked for",
    "Something waits, to be sent or to be told, and nobody will say when the socket is ready.",
    "README.md#epollout-not-asked-for; epoll_ctl(2)"};
inline const Advice kAsksToRead{
    "asked for what nobody reads",
    "What the client sends stays in the socket: nobody reads it here. A loop that is asked for "
    "EPOLLIN is told so again and again.",
    "README.md#asked-for-what-nobody-reads; epoll_ctl(2), EPOLLIN"};
inline const Advice kLeftLoop{
    "out of the loop while it is open",
    "A socket that is watched for no event is still told of when the connection is gone (EPOLLHUP, "
    "EPOLLERR). One that is not watched at all is not.",
    "README.md#out-of-the-loop-while-it-is-open; epoll_ctl(2), EPOLLHUP"};
inline const Advice kEmpty{"a message without bytes that waits",
                           "There is nothing to send, so nothing waits, and nothing is missing "
                           "where it finds no room: push() is true, and the gap has not grown. "
                           "send(2) of no bytes returns 0, which is no progress.",
                           "README.md#a-message-without-bytes-that-waits"};
inline const Advice kStays{
    "the rest is never sent",
    "A turn ended with messages left, and the socket still ready. With EPOLLET nobody is told a "
    "second time; without, the loop says so in the next round.",
    "README.md#the-rest-is-never-sent; epoll(7), Level-triggered and edge-triggered"};
inline const Advice kTurn{"one client keeps the loop",
                          "A client that reads as fast as we write has a socket that is always "
                          "ready. After kMessagesPerTurn "
                          "messages the others have their turn.",
                          "README.md#one-client-keeps-the-loop"};
inline const Advice kBlocks{
    "a write that blocks",
    "One thread serves all. The socket may be a blocking one, so each send says MSG_DONTWAIT, and "
    "nobody waits for one client but in the loop.",
    "README.md#a-write-that-blocks; send(2), MSG_DONTWAIT"};
inline const Advice kLater{
    "EAGAIN or EINTR taken for the end",
    "EAGAIN: the socket has no room now. EINTR: a handler ran. Nothing was sent and nothing is "
    "broken; the loop will say when to try again.",
    "README.md#eagain-or-eintr-taken-for-the-end; send(2), ERRORS"};
inline const Advice kChanged{"more changed than was asked for",
                             "The mode belongs to the open file, which other processes may share. "
                             "MSG_DONTWAIT is for one call.",
                             "README.md#more-changed-than-was-asked-for; fcntl(2), F_SETFL"};
inline const Advice kUnbounded{"a queue without a bound",
                               "A client that never reads makes the queue grow until the server "
                               "dies, and all clients with it.",
                               "README.md#a-queue-without-a-bound"};
inline const Advice kBound{
    "another bound than the caller's",
    "As many as the limits say may wait, not one more and not one less. A message that is sent in "
    "part still waits.",
    "README.md#another-bound-than-the-callers"};
inline const Advice kDropsTaken{"dropped what was taken",
                                "push() has said true of it, and nobody takes that back. What "
                                "finds no room is dropped, and not "
                                "what waits.",
                                "README.md#dropped-what-was-taken"};
inline const Advice kBoundBytes{
    "bytes that are sent still counted",
    "What the kernel has taken waits no more, also where the rest of its message does.",
    "README.md#what-waits-counted-wrongly"};
inline const Advice kUntold{
    "dropped without a word",
    "Messages are missing, and the client does not know. When not more than half of the limits "
    "waits, the notice goes into the queue, also where nothing is pushed any more.",
    "README.md#dropped-without-a-word"};
inline const Advice kNotice{
    "a notice that is not due",
    "One notice for each gap, when there is room again; none where nothing was dropped.",
    "README.md#a-notice-that-is-not-due-or-wrong"};
inline const Advice kNoticeBeyond{
    "a notice beyond the bound",
    "The notice is queued whatever its size. Then more may wait than the bound says, and what is "
    "left, limits_.bytes - bytes_, is no number below 0 but a huge one.",
    "README.md#a-notice-beyond-the-bound"};
inline const Advice kGapForgotten{
    "a gap that is forgotten",
    "dropped_ is 0 when the notice waits, not before: to make it may throw, and then the gap is "
    "still to be told.",
    "README.md#a-gap-that-is-forgotten"};
inline const Advice kCaught{
    "an exception of notice() caught",
    "What notice() throws comes out of the loop: whoever runs it knows what to do. Here it would "
    "be lost, and the next turn would ask again in vain.",
    "README.md#an-exception-of-notice-caught"};
inline const Advice kNoticeCount{
    "a wrong number in the notice",
    "It is the number of all that were dropped since the last notice, and of none twice.",
    "README.md#a-notice-that-is-not-due-or-wrong"};
inline const Advice kNoticePlace{"a notice in the wrong place",
                                 "It stands where the messages are missing: behind all that was "
                                 "taken before the gap, in front of "
                                 "all that comes after.",
                                 "README.md#a-notice-that-is-not-due-or-wrong"};
inline const Advice kManyGaps{
    "one place free taken for room",
    "Where each place that becomes free is given away at once, the client reads a message, a "
    "notice, a message, a notice. After the first drop there is room when half of the messages is "
    "gone, and half of the bytes.",
    "README.md#one-place-free-taken-for-room"};
inline const Advice kHalfOfOne{
    "half of one limit taken for room",
    "Half of the messages was gone, or half of the bytes, and of the other more than half still "
    "waited. There is room when not more than half of either waits: both are asked.",
    "README.md#half-of-one-limit-taken-for-room"};
inline const Advice kOnlyBehindASend{
    "room looked for only behind a send",
    "A message that is larger than the bound is dropped where nothing waits. Then nothing is sent, "
    "and there is room all the same: the gap is told as soon as the loop comes.",
    "README.md#room-looked-for-only-behind-a-send"};
inline const Advice kLessThanHalf{
    "room found too late",
    "Not more than half of either limit waits: exactly half is enough. With a limit of 1, and with "
    "an odd one, half is what the division leaves.",
    "README.md#room-found-too-late"};
inline const Advice kRoom{
    "room told at the wrong time",
    "on_room() is called by the loop, once for each gap, when the notice is in the queue and "
    "dropped_ is 0. What it pushes then is taken, and stands behind the notice.",
    "README.md#room-told-at-the-wrong-time"};
inline const Advice kBroken{"a broken connection kept",
                            "EPOLLHUP, EPOLLERR and every error of send but EAGAIN and EINTR end "
                            "this client: leave the loop, "
                            "close, tell.",
                            "README.md#a-broken-connection-kept; epoll_ctl(2), EPOLLHUP"};
inline const Advice kFatal{
    "one client's error ends the server",
    "What is thrown in on_ready() comes out of the loop, which serves all the others.",
    "README.md#one-clients-error-ends-the-server"};
inline const Advice kSigpipe{"SIGPIPE",
                             "A write to a connection that is gone raises a signal that ends the "
                             "process. MSG_NOSIGNAL leaves "
                             "only the error EPIPE.",
                             "README.md#sigpipe; send(2), MSG_NOSIGNAL"};
inline const Advice kHalfClosed{
    "a client that has finished sending, hung up on",
    "EPOLLRDHUP says that the client sends no more. It may read for a long time yet.",
    "README.md#a-client-that-has-finished-sending-hung-up-on; shutdown(2)"};
inline const Advice kEnd{"an end that is not one",
                         "After the end the socket is closed, patience_ is cancelled, nothing is "
                         "taken, nothing is sent, "
                         "and nobody is told a second time.",
                         "README.md#an-end-that-is-not-one"};
inline const Advice kOtherEnd{
    "another end than it was",
    "broken: the connection is gone, or the system refuses to send. too_slow: there was something "
    "to say, and not a byte was taken. The owner writes another line for each.",
    "README.md#another-end-than-it-was"};
inline const Advice kDestroyed{
    "a destructor that does more than leave",
    "Who destroys the queue knows that it ends. on_end() is for an end that comes by itself; the "
    "destructor leaves the loop and closes, and what waits is not sent.",
    "README.md#a-destructor-that-does-more-than-leave"};
inline const Advice kWatched{
    "closed while it is watched",
    "The loop keeps a pointer to this object. remove() comes before close(2), and before the "
    "object is gone; where the open file lives on in another descriptor, epoll goes on to report "
    "it.",
    "README.md#closed-while-it-is-watched; epoll(7), Questions and answers"};
inline const Advice kAfterEnd{
    "touched after the end",
    "on_end() may destroy the queue, and with it calls_, in which on_end itself lies: move it out "
    "and call that. Behind the call nothing of the queue may be used, not in on_ready() either.",
    "README.md#touched-after-the-end"};
inline const Advice kPatience{
    "patience that begins at the wrong instant",
    "It begins when something begins to wait, and anew with each byte that is taken. A push is no "
    "progress of the client, and a client for whom nothing waits is not slow.",
    "README.md#patience-that-begins-at-the-wrong-instant"};

inline const Advice kAnswer{"a wrong answer of on_ready",
                            "False if nothing was sent and nothing queued, true otherwise. The "
                            "loop finds a spin by it, and "
                            "when the patience is over on_ready() is asked once more: who took a "
                            "byte then is kept, or for whom a notice was queued, who took none is "
                            "given up. Behind end() it is true: false would end it twice.",
                            "README.md#a-wrong-answer-of-on_ready"};

}  // namespace waymark::course::check
