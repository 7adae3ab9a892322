// The misconceptions of this lesson, each under the name that README.md explains it by.

#pragma once

#include "lessons/course/check/story.hh"

namespace waymark::course::check {

inline const Advice kText{"text compared instead of bits",
                          "192.168.1 also begins 192.168.10.1. An address is 32 or 128 bits; its "
                          "text is for people.",
                          "README.md#text-compared-instead-of-bits"};
inline const Advice kWholeBytes{"whole bytes compared only",
                                "A mask may end within a byte. Of that byte as many bits count as "
                                "are left of the mask, from its highest on.",
                                "README.md#whole-bytes-compared-only; RFC 4632, section 3.1"};
inline const Advice kOffByOne{"a bit more or less than the mask says",
                              "/24 is 24 bits and neither 23 nor 25. Look at the last address of "
                              "the network, and at the one behind it.",
                              "README.md#a-bit-more-or-less-than-the-mask-says"};
inline const Advice kShift{"a mask made by shifting too far",
                           "A shift by the width of the number, or by more, is undefined: x86 "
                           "shifts by nothing, and /0 becomes /32. Give the two ends of the mask a "
                           "line each, or go byte by byte.",
                           "README.md#a-mask-made-by-shifting-too-far; C++20, [expr.shift]"};
inline const Advice kNoBits{"a mask of no bits forgotten",
                            "/0 is everybody of its family. With 0 bits there is no last byte of "
                            "the mask, and bits - 1 goes round: ask for 0 first.",
                            "README.md#a-mask-of-no-bits-forgotten"};
inline const Advice kWrongEnd{"bits counted from the wrong end",
                              "The first byte is worth most, and a mask covers bits from the "
                              "highest on. A number read by memcpy has other bytes in front, and "
                              "a mask shifted to the right covers the other end.",
                              "README.md#bits-counted-from-the-wrong-end; byteorder(3)"};
inline const Advice kLongMask{"an IPv6 mask cut short",
                              "An IPv6 address has 128 bits. All of those that the mask covers "
                              "count, and not those alone that fit in a number.",
                              "README.md#an-ipv6-mask-cut-short; RFC 4291, section 2.3"};
inline const Advice kRangeNoBytes{"read past the end",
                                  "An IPv4 address has 4 bytes, a peer of another kind has none. "
                                  "Ask for the size before you look at a byte.",
                                  "README.md#read-past-the-end"};
inline const Advice kViewEnd{
    "a view read as a C string",
    "A string_view ends after size() bytes, and no zero byte need stand there. Who hands data() "
    "to something that looks for one reads on, or stops too early.",
    "README.md#a-view-read-as-a-c-string; string(3)"};
inline const Advice kFamilies{
    "a rule of one family for the other",
    "2001:db8:: and 32.1.13.184 begin with the same four bytes. Ask for the family before the "
    "bits.",
    "README.md#a-rule-of-one-family-for-the-other"};
inline const Advice kMapped{
    "a mapped peer that slips past",
    "A dual-stack socket reports 192.0.2.1 as ::ffff:192.0.2.1. Unmap the peer, then ask the "
    "rules.",
    "README.md#a-mapped-peer-that-slips-past; RFC 4291, section 2.5.5.2; ipv6(7)"};
inline const Advice kMappedRule{
    "a mapped rule that matches nobody",
    "Peers are unmapped before they are compared. So a rule for ::ffff:10.0.0.0/104 is a rule for "
    "10.0.0.0/8: the address and the mask.",
    "README.md#a-mapped-rule-that-matches-nobody"};
inline const Advice kMappedMask{"a mask counted from the IPv4 part",
                                "::ffff:10.0.0.0/8 are eight bits of 128, and the address goes on "
                                "behind them. Whether 10.0.0.0/8 "
                                "was meant is a guess; that is written with /104.",
                                "README.md#a-mask-counted-from-the-ipv4-part"};
inline const Advice kNotAll{"all understood as an address",
                            "\"all\" matches every peer, of both families, and those without an IP "
                            "address.",
                            "README.md#all-understood-as-an-address"};
inline const Advice kNoAddress{
    "a peer without an address",
    "A Unix peer has no IP address. No rule with one speaks about it, not even 0.0.0.0/0.",
    "README.md#a-peer-without-an-address; unix(7)"};
inline const Advice kLast{"the last match taken",
                          "The first rule that matches decides, and nobody looks further.",
                          "README.md#the-last-match-taken"};
inline const Advice kSpecific{
    "the narrowest rule preferred",
    "Routing prefers the longest mask; a list of rules does not. The first one decides, however "
    "wide it is.",
    "README.md#the-narrowest-rule-preferred"};
inline const Advice kGrouped{
    "allow and deny asked in groups",
    "The order of the lines counts, not their kind. Neither all of deny nor all of allow is asked "
    "first.",
    "README.md#allow-and-deny-asked-in-groups"};
inline const Advice kDefault{"the default forgotten",
                             "Where no rule matches, the caller's default decides, whatever the "
                             "rules look like.",
                             "README.md#the-default-forgotten"};
inline const Advice kTrusted{"loopback let in unasked",
                             "127.0.0.1 may be a proxy that speaks for the whole world. Who is let "
                             "in stands in the list, and nobody is let in beside it.",
                             "README.md#loopback-let-in-unasked"};
inline const Advice kReason{"a verdict with another reason",
                            "Whoever reads the log looks for this line in the file. It must be the "
                            "rule that decided, as it was written.",
                            "README.md#a-verdict-with-another-reason"};
inline const Advice kDangling{
    "a reason that is gone",
    "A string_view owns nothing. Behind it must be a text that lives as long as the list: not a "
    "copy of the loop, and not the text that was parsed.",
    "README.md#a-reason-that-is-gone"};
inline const Advice kBytesGone{
    "bytes of an address that is gone",
    "ip_bytes() and data() look into their Address. The one that unmapped() gives is gone at the "
    "end of the line, if it has no name: give it one.",
    "README.md#bytes-of-an-address-that-is-gone; net/address.hh"};
inline const Advice kPeerParts{
    "the port or the interface compared",
    "A rule is about the bits of the address. A peer has another port each time, and a link-local "
    "one the number of an interface.",
    "README.md#the-port-or-the-interface-compared"};
inline const Advice kHostBits{
    "host bits ignored",
    "10.0.0.1/8 may mean one host or sixteen million. Who wrote it meant one of them; ask, and do "
    "not guess.",
    "README.md#host-bits-ignored"};
inline const Advice kTooStrict{
    "a good rule refused",
    "This rule says one thing clearly. Only bits beyond the mask are host bits.",
    "README.md#a-good-rule-refused"};
inline const Advice kMask{"a mask that is no number of bits",
                          "From 0 to 32 or to 128, in digits, all of the text behind the slash. "
                          "stoi and atoi take signs, blanks, and stop at the first letter.",
                          "README.md#a-mask-that-is-no-number-of-bits"};
inline const Advice kWrapped{"a mask that overflows",
                             "A number that does not fit is cut, and 4294967304 becomes 8. Look "
                             "whether it fits before you narrow it.",
                             "README.md#a-mask-that-overflows"};
inline const Advice kSpelling{
    "odd spellings taken",
    "inet_aton(3) reads 127.1, 0177.0.0.1 and 2130706433 as 127.0.0.1. Who reads the list sees "
    "something else.",
    "README.md#odd-spellings-taken; inet_aton(3), inet_pton(3)"};
inline const Advice kDecorated{"an address with more around it",
                               "Brackets and a port belong to the address of a server, [::1]:80. A "
                               "rule has the address alone, as "
                               "Address::parse_ip takes it.",
                               "README.md#an-address-with-more-around-it"};
inline const Advice kZone{"a zone passed over",
                          "%lo names an interface of this machine. A rule that drops it speaks "
                          "about more peers than it says. Look at the text: unmapped() has none.",
                          "README.md#a-zone-passed-over; RFC 4007, section 11"};
inline const Advice kPassedOver{
    "a bad line passed over",
    "The rules behind a bad line mean something else without it. A deny that is left out lets "
    "everybody in.",
    "README.md#a-bad-line-passed-over"};
inline const Advice kBehindAll{"nothing read behind all",
                               "No peer comes behind \"all\", and still each line there is a rule "
                               "of the text: one that is wrong "
                               "refuses the whole.",
                               "README.md#nothing-read-behind-all"};
inline const Advice kTwoLines{
    "an entry of two lines",
    "Each entry is one rule, and a line end belongs to none. Joined to one text, an entry becomes "
    "two rules, and the numbers of those behind it are wrong.",
    "README.md#an-entry-of-two-lines"};
inline const Advice kPlace{"an error without its place",
                           "FILE:LINE:COLUMN, and each line counts, those without a rule, too: "
                           "editors go there by it.",
                           "README.md#an-error-without-its-place"};
inline const Advice kOtherError{
    "another exception",
    "Callers catch UsageError and keep the list that they have. What else is thrown ends the "
    "server. stoi throws std::invalid_argument.",
    "README.md#another-exception"};
inline const Advice kShared{"rules of another list",
                            "A list is a value. Rules that are gathered outside it are there for "
                            "the next text, too, also those of a text that was refused.",
                            "README.md#rules-of-another-list"};
inline const Advice kLines{"a line lost",
                           "The last line may end without a line end, and a line may hold nothing. "
                           "Each rule is one, and the others are none.",
                           "README.md#a-line-lost"};

}  // namespace waymark::course::check
