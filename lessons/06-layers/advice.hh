// The misconceptions of this lesson, each under the name that README.md explains it by.

#pragma once

#include "lessons/course/check/story.hh"

namespace waymark::course::check {

inline const Advice kHostOrder{
    "host byte order",
    "On the wire the first byte is worth most. A number that is copied or cast from memory has the "
    "order of your processor, where mostly the last one is.",
    "README.md#host-byte-order; byteorder(3); RFC 791, appendix B"};
inline const Advice kSmallNumber{
    "a number that lost bits",
    "Shift the bytes as numbers that are wide enough, and without a sign: a byte of 0xff must not "
    "spread into the others. How many bytes there are is a std::size_t.",
    "README.md#a-number-that-lost-bits"};
inline const Advice kFields{"a field read elsewhere",
                            "Count the bytes in the picture of the header. What stands in your "
                            "value stood somewhere else in the bytes.",
                            "README.md#a-field-read-elsewhere"};
inline const Advice kLeftOut{
    "a field left out",
    "What stands in the bytes is not in the value. A header is given with all of its fields, also "
    "where a length in it is wrong or its options are cut: read them before the first return.",
    "README.md#a-field-left-out; net/frame.hh"};
inline const Advice kMadeToFit{
    "a field made to fit",
    "The value gives the length as the sender says it, also where less is there. How much is there "
    "tells the payload, and the fault says that they differ.",
    "README.md#a-field-made-to-fit; net/frame.hh"};
inline const Advice kNeighbours{
    "bits of the neighbour",
    "Several fields share these bytes. Shift to the field, and mask off what is beside it.",
    "README.md#bits-of-the-neighbour"};
inline const Advice kVlan{
    "the VLAN tag passed over",
    "0x8100 is no type of a payload. It says that four bytes more stand in front of the type.",
    "README.md#the-vlan-tag-passed-over; IEEE 802.1Q"};
inline const Advice kOneTag{"one VLAN tag only",
                            "A provider puts its tag in front of its customer's. Look at the type "
                            "again after each one: any of the three may say that one more follows.",
                            "README.md#one-vlan-tag-only; IEEE 802.1ad"};
inline const Advice kLengthType{
    "a length taken for a type",
    "Up to 1500 the two bytes are the length of the payload, as in IEEE's Ethernet, and what is "
    "behind it is padding. From 1501 on they are a type. Both stand behind the tags, if there are "
    "any, and the length does not count these.",
    "README.md#a-length-taken-for-a-type; IEEE 802.3"};
inline const Advice kIhl{"the IHL ignored",
                         "Most IPv4 headers have 20 bytes, and this one has options. Who begins at "
                         "byte 20 takes options "
                         "for ports.",
                         "README.md#the-ihl-ignored; RFC 791, section 3.1"};
inline const Advice kDataOffset{"the data offset ignored",
                                "Each SYN has options. They belong to the header, and who begins "
                                "at byte 20 takes them for data.",
                                "README.md#the-data-offset-ignored; RFC 9293, section 3.1"};
inline const Advice kUnits{
    "counted in other units",
    "The field does not count bytes: IHL and data offset count fours, the offset of a fragment and "
    "the lengths of extension headers count eights, that of AH fours.",
    "README.md#counted-in-other-units"};
inline const Advice kPadding{
    "padding taken for payload",
    "A short frame is filled up to 60 bytes. Where the payload ends says the length in the header, "
    "not the end of the capture.",
    "README.md#padding-taken-for-payload"};
inline const Advice kTrusted{
    "a length that is trusted",
    "The length is a claim of the sender. There are fewer bytes than it says; the smaller number "
    "wins.",
    "README.md#a-length-that-is-trusted"};
inline const Advice kPastEnd{
    "read past the end",
    "Bytes were read that do not belong to the span. Ask for its size before you look at a byte, "
    "and again behind each length that you have read.",
    "README.md#read-past-the-end"};
inline const Advice kTooSmall{
    "a length below its header",
    "A length that counts the header may not be smaller than it: what is left is negative, which "
    "without a sign is a very large number. Just as long as the header is allowed, and nothing is "
    "carried then.",
    "README.md#a-length-below-its-header"};
inline const Advice kJustEnough{
    "just enough taken for too little",
    "A header that ends where the bytes end is whole, and nothing is behind it. Refuse what is "
    "shorter, and not what is just as long.",
    "README.md#just-enough-taken-for-too-little"};
inline const Advice kCountsHeader{
    "a length that does not count the header",
    "The total length of IPv4 counts its header, and so does the length of UDP. The payload length "
    "of IPv6 begins behind the 40 bytes: it counts the extension headers and what they lead to.",
    "README.md#a-length-that-does-not-count-the-header; RFC 8200, section 3"};
inline const Advice kZeroLength{
    "zero taken for no length",
    "A length of zero is one, too. IPv6 says by it that nothing is behind the 40 bytes; in IPv4 "
    "and UDP it is below the header. What was captured besides is no payload.",
    "README.md#zero-taken-for-no-length; net/frame.hh"};
inline const Advice kNamed{
    "a header that is named and not there",
    "The number of an extension header stands in front of it. Where the packet ends behind the "
    "number, the header does not end within the packet: that is a fault, as if half of it were "
    "there.",
    "README.md#a-header-that-is-named-and-not-there; net/frame.hh"};
inline const Advice kAllOrNothing{
    "all or nothing",
    "Of a frame that was cut, what is there is what one wants to know: the header from its fixed "
    "part on, and the beginning of the payload. Give it, and the fault with it.",
    "README.md#all-or-nothing"};
inline const Advice kReason{
    "the wrong reason",
    "Cut, and the frame may be good, only the capture is short; a bad length, and the sender is at "
    "fault, also where the capture is short besides. Whoever looks for the mistake begins at the "
    "other end.",
    "README.md#the-wrong-reason"};
inline const Advice kVersion{
    "the version not looked at",
    "The first four bits say which header this is. Of another one every field is somewhere else.",
    "README.md#the-version-not-looked-at"};
inline const Advice kNextHeader{
    "the next header taken for the protocol",
    "In IPv6 the number may name an extension header, and the protocol is told by the last of "
    "them.",
    "README.md#the-next-header-taken-for-the-protocol; RFC 8200, section 4"};
inline const Advice kExtensionLength{
    "one length for all extension headers",
    "Fragment headers have 8 bytes, whatever stands in the second one. AH counts fours, and two of "
    "them do not count. The others count eights behind the first.",
    "README.md#one-length-for-all-extension-headers; RFC 4302, section 2.2"};
inline const Advice kStops{
    "the walk that does not stop",
    "Not every number is a header that says how long it is. Behind these the walk ends, and what "
    "is left is the payload.",
    "README.md#the-walk-that-does-not-stop"};
inline const Advice kMiddle{
    "the middle taken for the beginning",
    "Only the first piece of a packet has headers behind the fragment header. In the others stands "
    "the middle of something, which can look like anything.",
    "README.md#the-middle-taken-for-the-beginning; RFC 8200, section 4.5"};
inline const Advice kUnbounded{
    "a chain without an end",
    "A frame may have hundreds of these, and each costs you work and memory. Stop after so many as "
    "anybody needs.",
    "README.md#a-chain-without-an-end"};
inline const Advice kBound{
    "a bound that is off by one",
    "Four tags and sixteen extension headers are read. The next one is too many, and not the last "
    "of these.",
    "README.md#a-bound-that-is-off-by-one; net/frame.hh"};
inline const Advice kBehindFault{
    "something behind a fault",
    "Behind bad_length, too_many, and a tag or an extension header that does not end nobody can "
    "tell what the bytes are: there are no options and no payload, and such a header has not been "
    "read. Only of a payload or of options that are cut is given what is left.",
    "README.md#something-behind-a-fault; net/frame.hh"};
inline const Advice kUdpLength{
    "the length of UDP ignored",
    "A datagram may be shorter than the packet that carries it. Its own length says where it ends.",
    "README.md#the-length-of-udp-ignored; RFC 768"};
inline const Advice kThrows{
    "an exception for bad bytes",
    "Bad bytes are an everyday matter for who listens to a network. They are "
    "a value, and the caller looks at it.",
    "README.md#an-exception-for-bad-bytes"};
inline const Advice kCopy{"a payload that is a copy",
                          "The payload is a part of the bytes that you were given. A span of a "
                          "local copy points at nothing as soon as you return.",
                          "README.md#a-payload-that-is-a-copy"};

}  // namespace waymark::course::check
