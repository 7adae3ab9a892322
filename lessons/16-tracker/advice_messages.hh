// The misconceptions of this lesson about whole messages, and what may go wrong in any of its
// functions.

#pragma once

#include "lessons/course/check/story.hh"

namespace waymark::course::check {

inline const Advice kIdentity{
    "whose points they are by a name that anybody can write",
    "The token is the secret. A name in the message is what its owner called it, and who knows it "
    "may write it.",
    "README.md#whose-points-they-are-by-a-name-that-anybody-can-write"};
inline const Advice kTarget{
    "the target taken for the path",
    "The target is what the client has sent: it may have a host before the path, and a query "
    "behind it. request.path is the path alone.",
    "README.md#the-target-taken-for-the-path; net/http/message.hh"};
inline const Advice kTokenCut{
    "a part of the path taken for the token",
    "All that stands behind kSextantPath is the token, also a slash and what is behind it. Cut it "
    "off, and many addresses are one.",
    "README.md#a-part-of-the-path-taken-for-the-token"};
inline const Advice kStranger{
    "a stranger who is not told",
    "403, and the token as what the message called itself (refuse_stranger): so its owner finds "
    "the slip with 'tracker refused'.",
    "README.md#a-stranger-who-is-not-told; lessons/16-tracker/protocol.hh"};
inline const Advice kCostsMessage{
    "one bad point that costs the message",
    "Refused, the same message comes again, with the same point, for ever. The good ones wait "
    "behind it.",
    "README.md#one-bad-point-that-costs-the-message"};
inline const Advice kNotCounted{
    "a bad point that is not counted",
    "The logger sends what was not acknowledged. A point that can never be a fix must be "
    "acknowledged, or it comes for ever: it lies in quarantine.",
    "README.md#a-bad-point-that-is-not-counted"};
inline const Advice kPromise{
    "acknowledged and not handed over",
    "OK n is sent when all that is in Decoded is on the disk, and then "
    "the logger forgets n points. "
    "Each of them must be in there, as a fix or in quarantine.",
    "README.md#acknowledged-and-not-handed-over; lessons/16-tracker/protocol.hh"};
inline const Advice kTrusted{
    "a count believed",
    "COUNT is what the logger meant to send. What came are the lines that are there; ask before "
    "each whether there is one.",
    "README.md#a-count-believed"};
inline const Advice kOwnBound{
    "a bound of one's own",
    "A message ends with COUNT or with its last line. Its size is bounded before it is read, and "
    "what is left of it the logger sends again, however often it is left.",
    "README.md#a-bound-of-ones-own; lessons/16-tracker/SEXTANT.md"};
inline const Advice kWrapped{"a number that overflows",
                             "4294967297 is 1 in 32 bits. Look whether it fits before you make it "
                             "narrower.",
                             "README.md#a-number-that-overflows"};
inline const Advice kTrailing{
    "what stands behind the last point read",
    "Behind COUNT lines there may be what was in the logger's memory before. It was sent already, "
    "or belongs to somebody else.",
    "README.md#what-stands-behind-the-last-point-read"};
inline const Advice kLineEnd{
    "one line end only",
    "LF or CR LF, and none behind the last line. The CR belongs to the end "
    "and not to the line.",
    "README.md#one-line-end-only"};
inline const Advice kHead{"any beginning taken",
                          "SXT1, a name, a number, and a checksum that is right. What begins "
                          "otherwise is another protocol, and a person must look at the URL.",
                          "README.md#any-beginning-taken"};
inline const Advice kGoodRefused{"what is right refused",
                                 "It is as SEXTANT.md and sextant.hh describe it. Nothing there "
                                 "refuses it.",
                                 "README.md#what-is-right-refused; lessons/16-tracker/SEXTANT.md"};
inline const Advice kThrows{"an exception for what a peer has sent",
                            "What a peer sends wrongly is foreseen, and so it is a value: nothing, "
                            "a refusal, a row of quarantine. stoi and at() throw.",
                            "README.md#an-exception-for-what-a-peer-has-sent"};
inline const Advice kAnswer{
    "another answer than the logger reads",
    "\"OK n\" and a line end, with 200. The logger reads nothing else.",
    "README.md#another-answer-than-the-logger-reads; lessons/16-tracker/SEXTANT.md"};

}  // namespace waymark::course::check
