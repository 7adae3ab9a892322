// What a wrong program most likely believes, one Advice each. The names are the headings under
// "Misconceptions" in the README.

#pragma once

#include "lessons/course/check/story.hh"

namespace waymark::course::check {

inline const Advice kNotWritten{
    "not written yet",
    "Begin with append_escaped() and append_iso_time(); then open_log_file(), deliver(), "
    "write_line() and write(), in that order.",
    "README.md#the-exercise"};
inline const Advice kErrnoLeft{
    "errno left changed",
    "Who logs a failure often looks at errno afterwards. A log that makes calls of its own has to"
    " put it back, also when the line was lost.",
    "README.md#errno-left-changed; errno(3)"};
inline const Advice kReason{
    "errno overwritten before it is used",
    "Each call, and each destructor that closes a descriptor, may set errno. Keep it in a "
    "variable behind the call that failed, and make words of the variable.",
    "README.md#errno-overwritten-before-it-is-used; errno(3)"};
inline const Advice kTwoWrites{
    "two writes a line",
    "Between two writes another process or thread writes its own line, and both are torn. Put the"
    " line together first: one write.",
    "README.md#two-writes-a-line; write(2); pipe(7), PIPE_BUF"};
inline const Advice kTooLong{
    "a line longer than a pipe takes",
    "The end of a part is in the same write as the line behind it. Both together have at most "
    "kLongestLine bytes, or a pipe takes them in two pieces.",
    "README.md#a-line-longer-than-a-pipe-takes; pipe(7), PIPE_BUF"};
inline const Advice kSharedBuffer{
    "a buffer that all threads share",
    "The line was written in one piece, and had words of two threads in it: both put theirs "
    "together in the same place. A static buffer is one for all.",
    "README.md#a-buffer-that-all-threads-share"};
inline const Advice kFormat{
    "data as a format",
    "What a peer said is read as a format: its braces are obeyed. It is only ever an argument.",
    "README.md#data-as-a-format"};
inline const Advice kRaw{
    "control characters written raw",
    "A line end in a name begins a line that nobody wrote: that is log forging. ESC begins a "
    "command to the terminal of whoever reads the log.",
    "README.md#control-characters-written-raw"};
inline const Advice kZeroByte{
    "a message that ends at a zero byte",
    "A name may have a zero byte in it. Handed on as a C string the line ends there, and what "
    "stands behind it is in no log.",
    "README.md#a-message-that-ends-at-a-zero-byte"};
inline const Advice kAsciiOnly{
    "control characters of ASCII only",
    "U+0080 to U+009F are control characters, too, and U+009B begins what ESC [ begins. U+2028 "
    "ends a line, U+202E turns the direction of writing round.",
    "README.md#control-characters-of-ascii-only"};
inline const Advice kDirection{
    "a change of direction written raw",
    "U+202E shows the text behind it from right to left, and so a name as another one. U+061C, "
    "U+200E, U+200F, U+202A to U+202E and U+2066 to U+2069 all do something of the kind.",
    "README.md#a-change-of-direction-written-raw; UAX 9"};
inline const Advice kNotUtf8{
    "bytes that are no letter",
    "A byte that is no UTF-8 is escaped. Terminals that do not speak UTF-8 take 0x9b alone for a "
    "command, and who reads the log as UTF-8 fails at it.",
    "README.md#bytes-that-are-no-letter"};
inline const Advice kBackslash{
    "an escape that a peer can write",
    "Where a backslash stays as it is, \\x0a in the log is a line end or four characters that "
    "somebody has typed. Nobody can tell.",
    "README.md#an-escape-that-a-peer-can-write"};
inline const Advice kTooMuch{
    "letters escaped that need not be",
    "Names of people and places are not ASCII. A log in which they are numbers is not read.",
    "README.md#letters-escaped-that-need-not-be"};
inline const Advice kDigits{
    "an escape in another form",
    "Each byte is a backslash, x, and two digits in lower case. Programs read the log, too. A "
    "char is signed: make it an unsigned char first.",
    "README.md#an-escape-in-another-form"};
inline const Advice kCut{
    "a cut in another place",
    "A letter is appended whole or not at all, and so is its escape. Behind the last one there is"
    " room for the three dots and for the line end.",
    "README.md#a-cut-in-another-place"};
inline const Advice kWaits{
    "waiting for the system log",
    "A system log that does not read has a full queue. Who waits for room there stands still "
    "because somebody else does.",
    "README.md#waiting-for-the-system-log; unix(7); send(2), MSG_DONTWAIT"};
inline const Advice kReconnects{
    "connecting again to a full queue",
    "EAGAIN and ENOBUFS say that the system log is there and has too much. A new connection leads"
    " to the same queue.",
    "README.md#connecting-again-to-a-full-queue"};
inline const Advice kNotFoundAgain{
    "a system log that is never found again",
    "When syslogd is started anew it makes a new socket at the path, and the old connection leads"
    " to nobody (ECONNREFUSED). Connect, and send once more.",
    "README.md#a-system-log-that-is-never-found-again"};
inline const Advice kSomeReasons{
    "some reasons to connect, and not the others",
    "Which errno a socket gives depends on how the system log has gone: EPIPE, ECONNRESET and "
    "others mean it as well. After all but a full queue connect once, and send once more.",
    "README.md#some-reasons-to-connect-and-not-the-others; send(2), ERRORS; unix(7)"};
inline const Advice kTriedOn{
    "tried until it goes",
    "The socket at the path may refuse each line, and a loop then keeps the program. Connect once, "
    "send once more; a line that did not go is lost, and counted.",
    "README.md#tried-until-it-goes"};
inline const Advice kOtherSocket{
    "another socket than before",
    "A socket for datagrams may be connected again as it is (connect(2)). Another one in its place "
    "changes fd_, while other threads send by its number.",
    "README.md#another-socket-than-before; connect(2)"};
inline const Advice kNotCounted{
    "lost lines not counted",
    "A log that loses lines and does not say so is worse than none: silence looks as if nothing "
    "had happened.",
    "README.md#lost-lines-not-counted"};
inline const Advice kNotTold{
    "lost lines not told",
    "The count in the process is seen by nobody. The next line that gets through is followed by "
    "one with the number, whatever the level.",
    "README.md#lost-lines-not-told"};
inline const Advice kToldBefore{
    "lost lines told before the next one",
    "Whether there is room again is known when a line of the caller has got through. What was lost "
    "is told of behind it.",
    "README.md#lost-lines-told-before-the-next-one"};
inline const Advice kReportCounted{
    "the line about lost lines counted as one",
    "lost() counts lines of the caller. If the line about them is lost itself, its number goes "
    "into the next one, and nothing is added.",
    "README.md#the-line-about-lost-lines-counted-as-one"};
inline const Advice kMistold{
    "lost lines told twice or forgotten",
    "Between reading the number and setting it to 0 another thread loses a line, or tells the "
    "same number. Take it in one step, exchange(0), believe only what that gave, and add what is "
    "not told.",
    "README.md#lost-lines-told-twice-or-forgotten"};
inline const Advice kSignal{
    "killed by its own log",
    "A pipe without a reader raises SIGPIPE, a file at its longest size SIGXFSZ, and both end the"
    " process. write_quietly() holds them back.",
    "README.md#killed-by-its-own-log; signal(7); write(2), EPIPE, EFBIG"};
inline const Advice kHalf{
    "a part taken for the whole",
    "write(2) may write a part: of a file at a limit, of a pipe, of a disk that is nearly full. "
    "Only a whole line is a line.",
    "README.md#a-part-taken-for-the-whole; write(2), RETURN VALUE"};
inline const Advice kInterrupted{
    "an interrupted write taken for a failure",
    "A signal with a handler ends write(2) with EINTR before it has written anything. The line is"
    " not lost: write again.",
    "README.md#an-interrupted-write-taken-for-a-failure; signal(7)"};
inline const Advice kTorn{
    "a part without an end",
    "Behind a part of a line the next line would be its end, and both are unreadable. Begin it "
    "with a line end; also when a line between them was lost as a whole.",
    "README.md#a-part-without-an-end"};
inline const Advice kPartForgotten{
    "a reopen that forgets the part",
    "What reopen() opens may be the same file, with the part at its end. is_torn_ is no matter of "
    "its own: the next line that is written begins with a line end.",
    "README.md#a-reopen-that-forgets-the-part"};
inline const Advice kNoPart{
    "a line end where no part stands",
    "is_torn_ is for a line of which something was written. Where nothing was, the file is at the "
    "beginning of a line, and one more line end is an empty line.",
    "README.md#a-line-end-where-no-part-stands"};
inline const Advice kEmptied{
    "a file that is emptied",
    "O_TRUNC throws away what the program has said before, each time it starts or reopens. Old "
    "files are somebody else's to remove (logrotate(8)).",
    "README.md#a-file-that-is-emptied; open(2), O_TRUNC"};
inline const Advice kMode{
    "another mode than 0640",
    "Names and addresses of clients stand in it. Its owner may write, a group may read, nobody "
    "else; the umask can only take away more. A file that is there keeps the mode that it has.",
    "README.md#another-mode-than-0640; open(2), O_CREAT"};
inline const Advice kAppend{
    "without O_APPEND",
    "Without it each descriptor has a place of its own: two processes overwrite each other's "
    "lines, and after a file was cut short a hole of zeros is written.",
    "README.md#without-o_append; open(2), O_APPEND"};
inline const Advice kCloexec{
    "close-on-exec forgotten",
    "Each program that the daemon starts inherits the log and may write into it. O_CLOEXEC in "
    "open(2) and in dup3(2) leaves no moment without it.",
    "README.md#close-on-exec-forgotten; open(2), O_CLOEXEC"};
inline const Advice kNotWaitedFor{
    "a file that is not waited for",
    "With O_NONBLOCK a FIFO without a reader is an error (ENXIO), and one that is full loses lines "
    "that would have had room in a moment. A file may block; only the system log's socket may not.",
    "README.md#a-file-that-is-not-waited-for; open(2), O_NONBLOCK; fifo(7)"};
inline const Advice kOldFile{
    "the old file written on",
    "A descriptor leads to the file and not to its name. After a rename it goes on writing the "
    "old one, until the path is opened again.",
    "README.md#the-old-file-written-on"};
inline const Advice kReopenLoses{
    "a reopen that loses the log",
    "The directory may be gone, or closed to us since we gave up our rights. Open first; give the"
    " old one up only when the new one is there.",
    "README.md#a-reopen-that-loses-the-log"};
inline const Advice kUnread{
    "a refusal that nobody reads",
    "dup3(2) gives -1 where it fails. The old file is written on then, and who is told true looks "
    "for the lines in the new one.",
    "README.md#a-refusal-that-nobody-reads; dup(2)"};
inline const Advice kNoFile{"no file and nothing to reopen",
                            "stderr, the journal and the system log are not opened by a path of "
                            "ours. A reload that reopens "
                            "the log has nothing to do there, and that is no failure: true.",
                            "README.md#no-file-and-nothing-to-reopen"};
inline const Advice kNumber{
    "another descriptor than before",
    "Other threads are writing to this number at this moment. dup3(2) puts the new file under it "
    "in one step; nobody finds it closed.",
    "README.md#another-descriptor-than-before; dup(2)"};
inline const Advice kZero{
    "zero taken for no descriptor",
    "open(2) gives the lowest number that is free, and 0 is one like all others. Only -1 is none; "
    "an Fd knows it.",
    "README.md#zero-taken-for-no-descriptor; open(2)"};
inline const Advice kNowhere{
    "a descriptor that the log does not have",
    "Of stderr, and so of the journal, the log owns nothing: fd_ is -1 for both. They are written "
    "to STDERR_FILENO.",
    "README.md#a-descriptor-that-the-log-does-not-have"};
inline const Advice kRow{
    "a failure told each time, or never",
    "SIGHUP comes every night. The first failure of a row is told, in the old file; a reopen that"
    " goes well ends the row.",
    "README.md#a-failure-told-each-time-or-never"};
inline const Advice kLeak{
    "a descriptor left open",
    "The file that was opened is ours until it has its place. An Fd closes it on every way out.",
    "README.md#a-descriptor-left-open"};
inline const Advice kOtherSeverity{
    "another severity than was asked for",
    "Whoever looks for errors looks for the word. A failed reopen is an error; the line about lost "
    "ones is a warning, whatever severity the line before it had.",
    "README.md#another-severity-than-was-asked-for"};
inline const Advice kLevel{
    "the level compared the wrong way",
    "The smaller the number, the worse: emergency is 0, debug is 7. What is as serious as the "
    "level is written, too.",
    "README.md#the-level-compared-the-wrong-way; syslog(3)"};
inline const Advice kSetLevel{
    "the level of the start for good",
    "options_.level is what the log began with. set_level() changes it while the program runs, and "
    "wants() knows the one that holds.",
    "README.md#the-level-of-the-start-for-good"};
inline const Advice kTime{
    "a time of another form",
    "RFC 3339: UTC with a Z, and milliseconds that are rounded down. One hour a year happens "
    "twice in local time, and files of two machines cannot be merged.",
    "README.md#a-time-of-another-form"};
inline const Advice kTowards1970{
    "a time before 1970 rounded towards it",
    "From 1970 on all is right. Before it the number is negative; what cuts off its end, as "
    "duration_cast and to_time_t() do, goes towards 0: up. std::chrono::floor rounds down.",
    "README.md#a-time-before-1970-rounded-towards-it"};
inline const Advice kSharedTime{
    "a time that all threads share",
    "gmtime(3) writes into one struct tm of the whole process, and another thread may do so before "
    "it is read. gmtime_r(3) writes into yours.",
    "README.md#a-time-that-all-threads-share; gmtime(3)"};
inline const Advice kThrows{
    "an exception out of the log",
    "Whoever logs is often handling an error already. An exception from there ends the program "
    "(noexcept). The line counts as lost.",
    "README.md#an-exception-out-of-the-log"};
inline const Advice kHead{
    "a line of another form",
    "The head is that of append_head(), and the words of the log's own lines are the contract's. "
    "Whoever reads the log, people and programs, finds things in their places.",
    "README.md#a-line-of-another-form"};
inline const Advice kHeadAgain{
    "a head that is escaped again",
    "The program's name was escaped when the log was made, and append_head() writes it so. What "
    "append_escaped() is given is the message alone.",
    "README.md#a-head-that-is-escaped-again"};
inline const Advice kLineEnd{
    "a line end too few or too many",
    "A line of a file, of stderr and of the journal ends in \\n; a datagram of the system log ends "
    "by itself.",
    "README.md#a-line-end-too-few-or-too-many"};
inline const Advice kExtra{
    "more than was asked for",
    "A log says what it was given, once, in its place, and changes nothing else: no folder is made "
    "and no link refused, and a line that the level leaves out is no work.",
    "README.md#more-than-was-asked-for"};

}  // namespace waymark::course::check
