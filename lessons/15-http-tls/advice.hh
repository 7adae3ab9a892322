// The misconceptions of this lesson, each under the name that README.md explains it by.

#pragma once

#include "lessons/course/check/story.hh"

namespace waymark::course::check {

inline const Advice kNotRead{
    "a request that is not read",
    "GET / HTTP/1.1, a Host and an empty line are a whole request: parse() "
    "says complete, and request() gives its parts.",
    "README.md#a-request-that-is-not-read; RFC 9112, section 2.1"};
inline const Advice kLoneLf{
    "a lone LF taken for a line end",
    "A proxy that ends lines with CRLF alone sees one long line where you see "
    "two. What stands in the second one is yours alone: a Host, a length.",
    "README.md#a-lone-lf-taken-for-a-line-end; RFC 9112, sections 2.2 and 11.2"};
inline const Advice kBareCr{
    "a CR within a line passed over",
    "Some programs end a line at a CR alone. It is in none of the byte sets: "
    "take one off the end of the line, and refuse any other.",
    "README.md#a-cr-within-a-line-passed-over; RFC 9112, section 2.2"};
inline const Advice kEmptyFirst{
    "the empty line before a request refused",
    "Old clients send a CRLF behind a body, which no length counts. It comes "
    "before the next request: pass over one.",
    "README.md#the-empty-line-before-a-request-refused; RFC 9112, section 2.2"};
inline const Advice kEmptyMany{
    "empty lines without end",
    "Whoever sends CRLF for ever begins no request and is never refused. One "
    "is known from old clients; nobody sends two.",
    "README.md#empty-lines-without-end; RFC 9112, section 2.2; CONTRIBUTING.md"};
inline const Advice kBegun{
    "an empty line taken for a beginning",
    "has_begun() tells an idle connection, which may be closed, from a client "
    "in the middle of a request, which gets an answer.",
    "README.md#an-empty-line-taken-for-a-beginning; net/http/request_parser.hh"};
inline const Advice kNotBegun{
    "a beginning that is not told",
    "A line may come whole, and be refused: check_unfinished() has never seen it, and line_end() "
    "has to say that it has come.",
    "README.md#a-beginning-that-is-not-told; net/http/request_parser.hh"};
inline const Advice kTls{
    "a handshake of TLS not told apart",
    "Somebody has typed https:// for http://. refuse_beginning() tells the log: hand it the line.",
    "README.md#a-handshake-of-tls-not-told-apart; RFC 8446, section 5.1"};
inline const Advice kMethodList{
    "a list of methods",
    "Which methods are answered, with 405 or 501 else, is the server's business, not the parser's.",
    "README.md#a-list-of-methods; RFC 9110, section 9.1"};
inline const Advice kSplit{"a request line split at white space",
                           "method SP target SP version, with one space in both places. A target "
                           "with a blank is another one to each program that guesses.",
                           "README.md#a-request-line-split-at-white-space; RFC 9112, section 3"};
inline const Advice kMethod{
    "a method that is no token",
    "A token has letters, digits and a few signs. Ask kTokenBytes, for each byte.",
    "README.md#a-method-that-is-no-token; RFC 9110, sections 5.6.2 and 9.1"};
inline const Advice kVersion{
    "a version taken by its beginning",
    "It is \"HTTP/\", a digit, a dot and a digit: eight bytes. What is longer "
    "or has other letters is no version, whatever it begins with.",
    "README.md#a-version-taken-by-its-beginning; RFC 9112, section 2.3"};
inline const Advice kMethodLost{
    "the method of a refused request lost",
    "An answer to HEAD has no body, also when it says 400. So method() is "
    "asked after a refusal, too.",
    "README.md#the-method-of-a-refused-request-lost; RFC 9110, section 9.3.2"};
inline const Advice kMajor{
    "another major version taken",
    "What HTTP/2.0 or 0.9 means is not what you read. 505 says so; 400 would "
    "say that the line is malformed.",
    "README.md#another-major-version-taken; RFC 9110, sections 2.5 and 15.6.6"};
inline const Advice kMinor{"a higher minor version refused",
                           "HTTP/1.2 is understood by who knows 1.1: minor_version_ is 1 then.",
                           "README.md#a-higher-minor-version-refused; RFC 9110, section 2.5"};
inline const Advice kCut{"a verdict that hangs on the cut",
                         "TCP keeps the bytes in order and nothing else. Read a line when its LF "
                         "has come, and remember where the next one begins.",
                         "README.md#a-verdict-that-hangs-on-the-cut"};
inline const Advice kShared{
    "a state that two parsers share",
    "What parse() remembers belongs to this request: members of the parser, "
    "which reset() sets back. A static variable is one for all connections.",
    "README.md#a-state-that-two-parsers-share"};
inline const Advice kAgain{
    "a verdict that changes afterwards",
    "After complete or refused the caller may ask again, with more bytes. Look at state_ first.",
    "README.md#a-verdict-that-changes-afterwards; net/http/request_parser.hh"};
inline const Advice kSwallowed{
    "bytes of the next request swallowed",
    "head_size() is where the head ends: behind the empty line. The next byte "
    "is the body's or the next request's, and nobody sends it twice.",
    "README.md#bytes-of-the-next-request-swallowed; RFC 9112, section 9.3.2"};
inline const Advice kLeftOver{
    "the head's end left over",
    "A head goes up to and with its empty line. Bytes of it that stay are "
    "read as the next request.",
    "README.md#the-heads-end-left-over; RFC 9112, section 2.1"};
inline const Advice kNoLineBound{
    "a line without a bound",
    "Without a bound one client fills the memory, with one line that never ends. check_size() "
    "knows the bounds; ask for each line, and check_unfinished() where the end has not come.",
    "README.md#a-line-without-a-bound; RFC 9110, section 5.4; RFC 9112, section 3"};
inline const Advice kNoHeadBound{
    "a head without a bound",
    "A thousand short lines are long, too. check_size() wants the size of the "
    "head so far beside that of the line.",
    "README.md#a-head-without-a-bound; RFC 9110, section 5.4"};
inline const Advice kNoCountBound{
    "fields without number",
    "A field of four bytes costs a view of sixteen, and the array has "
    "kMostFields places. The next one is 431.",
    "README.md#fields-without-number; RFC 9110, section 5.4"};
inline const Advice kTooTight{
    "a bound that is one too tight",
    "kLongestLine does not count the CRLF; the head counts with its empty "
    "line; a hundred fields are allowed; 2^64 - 1 is a length.",
    "README.md#a-bound-that-is-one-too-tight; net/http/request_parser.hh"};
inline const Advice kTooWide{
    "a bound that is one too wide",
    "Much more is refused, one byte more is not. The size of the head so far is scanned_, with the "
    "LF that has come, one more than its place; that of the empty line at its end counts, too.",
    "README.md#a-bound-that-is-one-too-wide; net/http/request_parser.hh"};
inline const Advice kSpaceColon{
    "white space before the colon",
    "\"Host :\" is a Host to who trims and an unknown field to who does not. "
    "Such a name has to be refused, and not repaired.",
    "README.md#white-space-before-the-colon; RFC 9112, section 5.1"};
inline const Advice kFolded{
    "a folded field joined",
    "A line that begins with a blank once went on with the value before. Who "
    "joins them and who does not see two different heads.",
    "README.md#a-folded-field-joined; RFC 9112, section 5.2"};
inline const Advice kNoColon{
    "a line without a colon passed over",
    "Another program may know it for something. What is no field refuses the request.",
    "README.md#a-line-without-a-colon-passed-over; RFC 9112, section 5"};
inline const Advice kName{
    "a field name that is no token",
    "At least one byte, all of them token bytes. \"X Y\", \"X(1)\" and an empty name are none.",
    "README.md#a-field-name-that-is-no-token; RFC 9110, sections 5.1 and 5.6.2"};
inline const Advice kTrimMore{
    "more trimmed than blanks",
    "isspace() takes VT, FF and CR too, and in some locales A0 and 85. A "
    "length that you see and a proxy does not is a smuggled one.",
    "README.md#more-trimmed-than-blanks; RFC 9110, sections 5.5 and 5.6.3"};
inline const Advice kTrimLess{
    "blanks left round a value",
    "SP and HTAB before and behind the value are no part of it, and there may be none at all.",
    "README.md#blanks-left-round-a-value; RFC 9112, section 5.1"};
inline const Advice kControl{"a control byte in a value",
                             "A NUL ends the text for C, and a CR ends the line for somebody else. "
                             "kFieldValueBytes has neither.",
                             "README.md#a-control-byte-in-a-value; RFC 9110, section 5.5"};
inline const Advice kTooStrict{
    "a good head refused",
    "Values may have colons, HTABs and bytes above 7F, names all token bytes, and "
    "both may be odd. What cannot be misread is taken.",
    "README.md#a-good-head-refused; RFC 9110, section 5.5"};
inline const Advice kCase{
    "names compared with their case",
    "host, HOST and Host are the same field, and CHUNKED is chunked. "
    "same_name() compares so; == and find() do not.",
    "README.md#names-compared-with-their-case; RFC 9110, section 5.1; RFC 9112, section 7"};
inline const Advice kFields{
    "fields lost or mixed up",
    "Each field line is told, in order, as it was sent, also one whose name was there before.",
    "README.md#fields-lost-or-mixed-up; RFC 9110, section 5.3"};
inline const Advice kValue{
    "another value than was sent",
    "All between the colon and the line's end is the value, but for blanks at its ends. What a "
    "semicolon or a comma in it means is for who reads that field.",
    "README.md#another-value-than-was-sent; RFC 9110, section 5.5"};
inline const Advice kNoHost{
    "HTTP/1.1 without Host",
    "One address serves many sites. Without Host it is a guess which one is meant, and a 400.",
    "README.md#http11-without-host; RFC 9112, section 3.2"};
inline const Advice kOldHost{"HTTP/1.0 asked for a Host",
                             "HTTP/1.0 did not have it. Old clients and health checks send none.",
                             "README.md#http10-asked-for-a-host; RFC 9112, section 3.2"};
inline const Advice kTwoHosts{"two Hosts taken",
                              "The proxy chooses by one of them, the server by the other. host() "
                              "counts: hand it each Host field.",
                              "README.md#two-hosts-taken; RFC 9112, section 3.2"};
inline const Advice kTwoLengths{
    "a second Content-Length taken",
    "One program takes the first, another the last. That the two are equal "
    "today is no reason to read on.",
    "README.md#a-second-content-length-taken; RFC 9112, section 6.3; RFC 9110, section 8.6"};
inline const Advice kLoose{
    "a length that is no number",
    "1*DIGIT and nothing else. strtoull and stoi take blanks, signs and 0x, "
    "and stop at the first letter without a word.",
    "README.md#a-length-that-is-no-number; RFC 9110, section 8.6; strtoul(3)"};
inline const Advice kOctal{
    "a leading zero read as octal",
    "010 is ten. With base 0 strtoull reads eight, and two bytes of the body "
    "become the next request.",
    "README.md#a-leading-zero-read-as-octal; RFC 9110, section 8.6; strtoul(3)"};
inline const Advice kDigitsCounted{
    "digits counted, and not their value",
    "Zeros in front change nothing, however many there are. It is the number that is too large.",
    "README.md#digits-counted-and-not-their-value; RFC 9110, section 8.6"};
inline const Advice kOverflow{
    "a length that overflows",
    "Past its last number a counter begins anew, and a length of 2^64 + 5 is "
    "5. Look before you multiply, not afterwards.",
    "README.md#a-length-that-overflows; RFC 9110, section 8.6"};
inline const Advice kNarrow{"a length cut to fewer bits",
                            "A length has 64 bits. In an int, 4294967301 is 5, and the rest of the "
                            "body is read as requests.",
                            "README.md#a-length-cut-to-fewer-bits; RFC 9110, section 8.6"};
inline const Advice kBoth{
    "Content-Length beside chunked",
    "Front and back take one each: the classic of request smuggling. Refuse, "
    "in whichever order they come.",
    "README.md#content-length-beside-chunked; RFC 9112, sections 6.1, 6.3 and 11.2"};
inline const Advice kLooksChunked{
    "a coding that looks like chunked",
    "The whole value is \"chunked\", in any case of letters. xchunked, "
    "chunked;q=1 and identity are not.",
    "README.md#a-coding-that-looks-like-chunked; RFC 9112, section 6.1"};
inline const Advice kCoding{"a coding that nobody undoes",
                            "Behind gzip, chunked there is a body that nobody unpacks. It is well "
                            "formed, so 501 says that it is not done here.",
                            "README.md#a-coding-that-nobody-undoes; RFC 9112, section 6.1"};
inline const Advice kManyCodings{
    "chunked twice",
    "Once, in all fields of that name together. An empty member before it, or a second field, "
    "whatever it says, is how a proxy is led past it.",
    "README.md#chunked-twice; RFC 9112, sections 6.1 and 6.3; RFC 9110, section 5.6.1"};
inline const Advice kOldCoding{
    "chunked in HTTP/1.0",
    "A proxy of that time hands the coding on and does not know it: it sees another end.",
    "README.md#chunked-in-http10; RFC 9112, section 6.1"};
inline const Advice kGetBody{
    "no body because of the method",
    "Content-Length and Transfer-Encoding say whether there is a body, and not the method. A GET "
    "may have one; what is not read is the next request.",
    "README.md#no-body-because-of-the-method; RFC 9112, section 6; RFC 9110, section 9.3.1"};
inline const Advice kFraming{
    "a body of another kind",
    "Kind::none without a body and for Content-Length: 0, Kind::length with "
    "its number, Kind::chunked without one.",
    "README.md#a-body-of-another-kind; net/http/request_parser.hh"};
inline const Advice kOldKeeps{
    "HTTP/1.0 kept alive unasked",
    "It ends an answer by closing. A client of that time waits for the end, "
    "until your idle time is over.",
    "README.md#http10-kept-alive-unasked; RFC 9112, section 9.3"};
inline const Advice kNewCloses{
    "HTTP/1.1 closed unasked",
    "Since 1.1 a connection stays, also without the word. A page of thirty "
    "pictures else costs thirty handshakes.",
    "README.md#http11-closed-unasked; RFC 9112, section 9.3"};
inline const Advice kWord{"Connection read as one word",
                          "It is a list, over one field or more, without regard to case: \"TE, "
                          "Close\".",
                          "README.md#connection-read-as-one-word; RFC 9110, section 7.6.1"};
inline const Advice kLastField{
    "the last Connection field for all of them",
    "Fields of one name are one list. What one of them has said another one does not take back.",
    "README.md#the-last-connection-field-for-all-of-them; RFC 9110, section 5.3"};
inline const Advice kCloseLoses{"close that loses",
                                "Who says close wants to go, whatever else stands there.",
                                "README.md#close-that-loses; RFC 9112, section 9.3"};
inline const Advice kExpect{"100 Continue without a body",
                            "Whoever waits for 100 Continue has a body to send. Without one nobody "
                            "waits, and an answer that nobody asked for is taken for the real one.",
                            "README.md#100-continue-without-a-body; RFC 9110, section 10.1.1"};
inline const Advice kExpectLost{
    "a body without 100 Continue",
    "A chunked body is a body, too. Who waits for 100 Continue and gets none does not send it.",
    "README.md#a-body-without-100-continue; RFC 9110, section 10.1.1"};
inline const Advice kStatus{
    "another status than the contract's",
    "400: not to be understood; 414 and 431: too long; 501 and 505: not done "
    "here. Clients and proxies act by it.",
    "README.md#another-status-than-the-contracts; RFC 9110, section 15"};
inline const Advice kEarly{"refused before it is whole",
                           "What may still become a good request is incomplete, and not refused.",
                           "README.md#refused-before-it-is-whole; net/http/request_parser.hh"};
inline const Advice kLate{"a refusal that waits for the end",
                          "What is wrong stays wrong, whatever comes behind it. Who waits for the "
                          "rest of the head lets the peer decide how long.",
                          "README.md#a-refusal-that-waits-for-the-end; net/http/request_parser.hh"};
inline const Advice kPastEnd{
    "read past the end",
    "front() and back() of an empty line, a byte behind the input, or the one before an LF that "
    "is the first, belong to somebody else: Heartbleed was one such line.",
    "README.md#read-past-the-end"};
inline const Advice kNoProgress{
    "a loop that does not go on",
    "Each turn of the loop takes a line away from what is left, or ends.",
    "README.md#a-loop-that-does-not-go-on"};

}  // namespace waymark::course::check
