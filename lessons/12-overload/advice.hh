// What a wrong program most likely believes, one Advice each. The names are the headings under
// "Misconceptions" in the README.

#pragma once

#include "lessons/course/check/story.hh"

namespace waymark::course::check {

inline const Advice kNotWritten{
    "not written yet",
    "Begin with enter() and count_, without any limit; then reason_to_refuse(), then the slots.",
    "README.md#the-exercise"};
inline const Advice kNoBound{
    "no upper bound",
    "At the hard limit everybody is refused. Without it each client of a flood gets a descriptor, "
    "until accept has none left for anybody.",
    "README.md#no-upper-bound"};
inline const Advice kSoft{
    "the soft limit taken for something else",
    "At the soft limit the client that came is served, and the next is not accepted: it waits in "
    "the kernel's queue, where it costs nothing. Nobody is refused for it.",
    "README.md#the-soft-limit-taken-for-something-else"};
inline const Advice kOffByOne{
    "a limit that is off by one",
    "A limit of 4 lets 4 in, and the fifth is refused. The question is asked before this client is "
    "counted.",
    "README.md#a-limit-that-is-off-by-one"};
inline const Advice kRefusedCounts{
    "a refused client that is counted",
    "Who is refused holds no place, in no count. It is closed at once and nobody will give back "
    "what it never had.",
    "README.md#a-refused-client-that-is-counted"};
inline const Advice kDrift{
    "a count that drifts",
    "What goes up at the start of a connection goes down at its end, whichever end it is: "
    "count_ and the count of its network. A count that stays up lets nobody in for good.",
    "README.md#a-count-that-drifts"};
inline const Advice kTwice{
    "a place given back twice",
    "A slot gives its place back once. It must have forgotten its gate by then, or its destructor "
    "does it again and the limit no longer holds.",
    "README.md#a-place-given-back-twice"};
inline const Advice kMove{
    "a place lost in a move",
    "A slot that is assigned to has two duties: give back the place that it has, and take the "
    "other's, with its network, so that the other has none.",
    "README.md#a-place-lost-in-a-move"};
inline const Advice kSelfMove{
    "a slot moved to itself",
    "Containers may do that. Who gives back first and takes afterwards has given its own place "
    "back, while its connection is still served.",
    "README.md#a-slot-moved-to-itself"};
inline const Advice kByPort{
    "counted by address and port",
    "Each connection of a host has another port, so each would be a client of its own, and the "
    "limit never holds.",
    "README.md#counted-by-address-and-port"};
inline const Advice kByAddress{
    "IPv6 counted by single addresses",
    "One host has a /64, which is 2^64 addresses. It may come from another one each time.",
    "README.md#ipv6-counted-by-single-addresses; RFC 4291, 2.5.1"};
inline const Advice kMapped{
    "a mapped address taken for another host",
    "A socket for both families says ::ffff:192.0.2.1 for 192.0.2.1. All mapped ones are in one "
    "/64, too.",
    "README.md#a-mapped-address-taken-for-another-host; RFC 4291, 2.5.5.2"};
inline const Advice kInterface{
    "link-local without its interface",
    "fe80::/64 is on each interface, and these are different networks.",
    "README.md#link-local-without-its-interface; RFC 4291, 2.5.6; ipv6(7)"};
inline const Advice kUnix{
    "Unix peers taken for one network",
    "A Unix socket's peers have no IP address. As one network they would have per_network places "
    "together. They count in count() alone, and so does a peer of no family: is_ip() tells.",
    "README.md#unix-peers-taken-for-one-network"};
inline const Advice kOfNone{
    "a peer of this machine left out",
    "Only who has no IP address is of no network. 127.0.0.1 and ::1 are hosts like others, and "
    "often the proxy through which all come.",
    "README.md#a-peer-of-this-machine-left-out"};
inline const Advice kUnixFree{
    "a Unix peer whom no limit holds",
    "A Unix peer is of no network, so it does not meet the limit of a network. The hard limit and "
    "the early drop are for everybody.",
    "README.md#a-unix-peer-whom-no-limit-holds"};
inline const Advice kNetwork{
    "one network that takes all places",
    "Of one network at most per_network are inside at a time, however much room there is.",
    "README.md#one-network-that-takes-all-places"};
inline const Advice kOthers{
    "others pay for one network",
    "Each network has a count of its own. Who is refused for the limit of a network must be of "
    "that network.",
    "README.md#others-pay-for-one-network"};
inline const Advice kRemembered{
    "a network that is never forgotten",
    "An entry for each network that ever came is memory that a peer fills: a host with a /48 has "
    "65536 of them. When the last one leaves, the entry goes; who is refused, or only asked about, "
    "makes none.",
    "README.md#a-network-that-is-never-forgotten"};
inline const Advice kNobodyInside{
    "a network of which nobody is inside",
    "Of a stranger's network 0 are inside. It has no entry: find() says so, and at() throws.",
    "README.md#a-network-of-which-nobody-is-inside"};
inline const Advice kReason{
    "the wrong limit named",
    "The log says why somebody was refused. Where several limits are reached it is the first in "
    "the order of ReachedLimit; who is let in has no reason.",
    "README.md#the-wrong-limit-named"};
inline const Advice kUntold{
    "nobody told of room",
    "Who accepts has stopped, and sleeps until on_room() is called. If it is not, the server "
    "serves nobody new for ever.",
    "README.md#nobody-told-of-room"};
inline const Advice kNobodyListens{
    "a handler that nobody has set",
    "on_room() need not be called. An empty std::function throws when it is called, and out of a "
    "destructor that ends the program.",
    "README.md#a-handler-that-nobody-has-set"};
inline const Advice kTooOften{
    "told of room too often",
    "on_room() is for the moment in which has_room() becomes true. Calls before and after wake "
    "somebody for nothing.",
    "README.md#told-of-room-too-often"};
inline const Advice kTooEarly{
    "told of room before it is there",
    "Who is called asks has_room() and the counts at once, those of networks, too. Change first, "
    "call afterwards.",
    "README.md#told-of-room-before-it-is-there"};
inline const Advice kNewLimits{
    "new limits that do not hold",
    "From set_limits() on the new ones decide for each newcomer. Who is inside stays and is "
    "counted, also beyond them: so a limit is reached at `>=`, and not at `==`.",
    "README.md#new-limits-that-do-not-hold"};
inline const Advice kContradiction{
    "limits that contradict each other",
    "With such limits the server serves nobody, or never refuses. That is a mistake of a person: "
    "a UsageError, before anything is changed.",
    "README.md#limits-that-contradict-each-other"};
inline const Advice kStrict{"good limits refused",
                            "Equal limits, a rate of 0 or of 100, a start of 0 and a full beyond "
                            "the hard limit make sense.",
                            "README.md#good-limits-refused"};
inline const Advice kRise{
    "a chance that does not rise evenly",
    "None below start, rate_percent at start, 100 from full on. Between them it rises by the same "
    "for each place, rounded down. Multiply before you divide, in the type of the counts.",
    "README.md#a-chance-that-does-not-rise-evenly; sshd_config(5), MaxStartups"};
inline const Advice kZeroOff{
    "zero taken for off",
    "A start of 0 is a die from the first client on, and a rate of 0 is where the rise begins. Who "
    "wants no early drop leaves it out of the limits.",
    "README.md#zero-taken-for-off"};
inline const Advice kRoll{
    "a roll read wrongly",
    "A roll is from 0 to 99. Those below the percent drop: 30 of 100 at 30 percent, all at 100.",
    "README.md#a-roll-read-wrongly"};
inline const Advice kNoDrop{
    "an early drop that is left out",
    "From drop.start on the die decides, by all places that are taken: whatever the soft limit is, "
    "and how many of the client's own network are inside.",
    "README.md#an-early-drop-that-is-left-out"};
inline const Advice kShared{
    "one count for two gates",
    "Each listener has a gate with its own counts, and a slot knows whose it is.",
    "README.md#one-count-for-two-gates"};

}  // namespace waymark::course::check
