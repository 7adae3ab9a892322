// What a wrong program most likely believes, one Advice each. The names are the headings under
// "Misconceptions" in the README.

#pragma once

#include "lessons/course/check/story.hh"

namespace waymark::course::check {

inline const Advice kNotWritten{
    "not written yet",
    "Begin with listen_on(): socket, the options, bind, listen. Then accept_one().",
    "README.md#the-exercise"};
inline const Advice kNoReuse{
    "no SO_REUSEADDR",
    "Connections of the server before are in TIME_WAIT for a minute, on the same port. Without the "
    "option bind(2) says that the address is in use, and a server cannot be started again.",
    "README.md#no-so_reuseaddr; socket(7), SO_REUSEADDR"};
inline const Advice kReusePort{
    "two servers on one port",
    "SO_REUSEPORT lets a second server listen on the same port, and clients are dealt out between "
    "the two. SO_REUSEADDR does not.",
    "README.md#two-servers-on-one-port; socket(7), SO_REUSEPORT"};
inline const Advice kFamilies{
    "the families left to the system",
    "Whether a socket at :: takes IPv4 as well is a setting of the machine, unless IPV6_V6ONLY is "
    "set before bind(2): to 0 for both, to 1 for IPv6 alone.",
    "README.md#the-families-left-to-the-system; ipv6(7), IPV6_V6ONLY"};
inline const Advice kBlocking{
    "blocking accept after select",
    "The client that select or poll has seen may be gone, or taken by somebody else. A socket that "
    "blocks then waits in accept for the next one, and nobody is served.",
    "README.md#blocking-accept-after-select; accept(2), NOTES"};
inline const Advice kCloexec{
    "close-on-exec forgotten",
    "A program that another thread starts meanwhile inherits the descriptor. SOCK_CLOEXEC in "
    "socket(2) and accept4(2) leaves no moment for that; fcntl(2) afterwards does.",
    "README.md#close-on-exec-forgotten; accept4(2), SOCK_CLOEXEC"};
inline const Advice kExtra{
    "an option that nobody asked for",
    "Each option changes what the caller may rely on. The contract names those that are set; all "
    "others stay as the system has them.",
    "README.md#an-option-that-nobody-asked-for; socket(7)"};
inline const Advice kBacklog{
    "another backlog than the caller's",
    "The second argument of listen(2) is the caller's number, whatever it is. The kernel cuts it "
    "where it is too long.",
    "README.md#another-backlog-than-the-callers; listen(2)"};
inline const Advice kRefusal{
    "a refusal that nobody reads",
    "socket, bind and listen say -1 when they refuse. Who goes on has a socket at which nobody "
    "can arrive. checked(result, call, address) throws.",
    "README.md#a-refusal-that-nobody-reads"};
inline const Advice kOtherError{
    "another error than was promised",
    "The caller goes by its type, its code, and the call and the address that its text begins "
    "with: a ListenError of socket, bind and listen, a std::system_error of all else. Another one "
    "misleads him.",
    "README.md#another-error-than-was-promised"};
inline const Advice kLeak{
    "a descriptor left open",
    "On the way out by an error, too, what was opened is closed. An Fd does that from the moment "
    "in which it owns the number.",
    "README.md#a-descriptor-left-open"};
inline const Advice kOnce{
    "a call too many",
    "Each of the steps is made once. A second attempt hides what the first one said, and keeps the "
    "caller waiting.",
    "README.md#a-call-too-many"};
inline const Advice kUnixFile{
    "the file of a Unix socket",
    "prepare_unix() removes the file of a server that has ended, and sees to the mode 0600 before "
    "there is a file.",
    "README.md#the-file-of-a-unix-socket; unix(7)"};
inline const Advice kPeer{
    "another peer than the one who came",
    "accept4(2) writes the peer's address, and how long it is, into what it is given: the length "
    "must be the room there is, before each call. The address is passed on as it is.",
    "README.md#another-peer-than-the-one-who-came; accept(2)"};
inline const Advice kZero{"zero taken for no descriptor",
                          "socket(2) and accept4(2) give the lowest number that is free, and 0 is "
                          "one like all others. Only -1 is "
                          "none; an Fd knows it.",
                          "README.md#zero-taken-for-no-descriptor; accept(2)"};
inline const Advice kOtherAddress{
    "another address than the caller's",
    "bind(2) takes an address and how long it is: address.data() and address.size(). Of an "
    "abstract name, zero bytes behind its end are a part.",
    "README.md#another-address-than-the-callers; unix(7)"};
inline const Advice kAborted{
    "one client's error taken for the server's",
    "ECONNABORTED and the errors of the network belong to the connection that would have come. "
    "The listener is well, and the next client is waiting.",
    "README.md#one-clients-error-taken-for-the-servers; accept(2), Error handling"};
inline const Advice kExhausted{
    "running out taken for something else",
    "EMFILE, ENFILE, ENOBUFS and ENOMEM mean that the system has no more to give just now. It is "
    "no end, and nothing that goes away by asking again at once. All four have one answer: the "
    "spare descriptor, and a client that is hung up on.",
    "README.md#running-out-taken-for-something-else; accept(2), ERRORS"};
inline const Advice kNobody{
    "nobody there taken for something else",
    "EAGAIN from accept4(2) says that the queue is empty. It is what ends a loop over clients.",
    "README.md#nobody-there-taken-for-something-else; accept(2)"};
inline const Advice kBroken{
    "a broken listener taken for a client's error",
    "EBADF, EINVAL, ENOTSOCK and what accept(2) does not name are our own mistakes. A loop that "
    "asks again gets the same answer for ever.",
    "README.md#a-broken-listener-taken-for-a-clients-error"};
inline const Advice kLoop{
    "a loop inside accept_one",
    "The caller bounds the loop and serves others in between. accept_one() takes one client, or "
    "says why not.",
    "README.md#a-loop-inside-accept_one"};
inline const Advice kErrno{
    "an errno that was overwritten",
    "Every call may change errno. Keep it in a variable before the next one is made. Of a call "
    "that succeeded it says nothing: a client has error_number 0.",
    "README.md#an-errno-that-was-overwritten; errno(3)"};
inline const Advice kNoReason{
    "a result without its reason",
    "Every result but a client says why not: the errno of accept4(2) goes into error_number, also "
    "where nobody is there and where the next one is asked for.",
    "README.md#a-result-without-its-reason"};
inline const Advice kNoAnswer{
    "EMFILE without an answer",
    "Without a free descriptor nobody can be accepted, so the listener stays readable, and the "
    "loop turns at full speed. The spare descriptor is closed, a client is taken with it and hung "
    "up on.",
    "README.md#emfile-without-an-answer"};
inline const Advice kDropped{
    "a client dropped who was not there",
    "dropped says that somebody was hung up on: accept4(2) had given a number for the spare one. A "
    "spare descriptor alone is nobody.",
    "README.md#a-client-dropped-who-was-not-there"};
inline const Advice kReset{
    "a reset instead of an end",
    "The client was hung up on, and hears a broken connection: that looks like a network that "
    "fails. Closing the descriptor is an orderly end; SO_LINGER makes a reset of it.",
    "README.md#a-reset-instead-of-an-end; socket(7), SO_LINGER"};
inline const Advice kReads{"reading from who is hung up on",
                           "Whoever is turned away is served nothing, and what it has sent is "
                           "nobody's. A loop that reads it "
                           "lasts as long as that client goes on sending.",
                           "README.md#reading-from-who-is-hung-up-on; close(2)"};
inline const Advice kSpare{
    "the spare descriptor not kept",
    "The spare one is for the next time as well: it is made again behind the hang-up, and where "
    "that failed, behind the next client that is accepted. The number that is free is the "
    "client's.",
    "README.md#the-spare-descriptor-not-kept"};
inline const Advice kDropsMore{
    "hanging up on more than one",
    "One descriptor is spare, and one client is told. The others wait in the queue until there is "
    "room.",
    "README.md#hanging-up-on-more-than-one"};
inline const Advice kNotListening{
    "taking over what does not listen",
    "A descriptor from outside may be anything. SO_ACCEPTCONN and SO_TYPE say what it is; what is "
    "something else is refused, and left as it was.",
    "README.md#taking-over-what-does-not-listen; socket(7), SO_ACCEPTCONN"};
inline const Advice kGoodRefused{
    "a good listener refused",
    "What listens and is a stream is taken over: of IPv4, of IPv6, with a file or with a name. "
    "Nothing else is asked.",
    "README.md#a-good-listener-refused"};
inline const Advice kAdopted{
    "more changed than was asked for",
    "Close-on-exec and non-blocking are set. All the rest of a listener belongs to whoever made "
    "it.",
    "README.md#more-changed-than-was-asked-for"};
inline const Advice kPause{
    "a pause that does not grow as it should",
    "5 ms, then twice as much each time, up to 1 s; every listener counts for itself, from the "
    "instant that it is given.",
    "README.md#a-pause-that-does-not-grow-as-it-should"};
inline const Advice kParentKeeps{
    "the parent keeps the client's descriptor",
    "fork(2) has copied it. The connection ends when the last copy is closed, so the client never "
    "hears the end, and the parent runs out of descriptors.",
    "README.md#the-parent-keeps-the-clients-descriptor; close(2)"};
inline const Advice kChildKeeps{
    "the child keeps the listener",
    "A copy of the listener in a child keeps the port when the server has ended: clients get into "
    "a queue from which nobody takes them.",
    "README.md#the-child-keeps-the-listener"};
inline const Advice kSecondCopy{
    "the client twice in the child",
    "serve() hangs up when it wants to. With a second descriptor of the connection in the same "
    "process the client hears that only when the process ends.",
    "README.md#the-client-twice-in-the-child; close(2)"};
inline const Advice kParentCloses{
    "the listener closed in the parent",
    "After fork(2) each of the two has its own copy. What is closed in the wrong process is gone "
    "for the wrong process.",
    "README.md#the-listener-closed-in-the-parent; fork(2)"};
inline const Advice kShutdown{
    "shutdown instead of close",
    "shutdown(2) ends the connection, for everybody who holds it. close(2) gives one copy back.",
    "README.md#shutdown-instead-of-close; shutdown(2)"};
inline const Advice kForkFails{
    "a client lost with a failed fork",
    "The child was to serve this client, and there is none. It stays with the caller, who may "
    "serve it otherwise.",
    "README.md#a-client-lost-with-a-failed-fork; fork(2), EAGAIN"};
inline const Advice kWaits{
    "the parent waits for its child",
    "Who waits for the child serves one client after the other. The point of the child is that the "
    "next client need not wait.",
    "README.md#the-parent-waits-for-its-child"};
inline const Advice kReaps{
    "children collected by the way",
    "Another child had ended, and the caller was to hear how. Who collects it here throws its "
    "status away; the caller of serve_in_child() reaps when it wants to.",
    "README.md#children-collected-by-the-way; waitpid(2)"};
inline const Advice kServed{
    "another conversation than the caller's",
    "The child runs `serve` with the client that was accepted and its peer, and what it returns is "
    "the exit status.",
    "README.md#another-conversation-than-the-callers"};
inline const Advice kCaught{
    "an exception caught on its way",
    "What serve() throws goes on to children.start(), which says it and makes an exit status of "
    "it: 100 or 111.",
    "README.md#an-exception-caught-on-its-way"};
inline const Advice kOutlives{
    "a child that outlives its server",
    "children.start(function) gives the child SIGTERM when the server ends. Another signal, or "
    "none, was not asked for.",
    "README.md#a-child-that-outlives-its-server; PR_SET_PDEATHSIG(2const)"};
inline const Advice kPrints{
    "a line that nobody asked for",
    "A library says what happened by what it returns or throws. What it prints goes to a terminal "
    "that a daemon does not have.",
    "README.md#a-line-that-nobody-asked-for"};

}  // namespace waymark::course::check
