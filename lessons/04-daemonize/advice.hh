// The misconceptions of lesson 04, as the check names them. Each has a section of the same name in
// README.md. Those about the pid file are in advice_pidfile.hh.

#pragma once

#include "lessons/course/check/story.hh"

namespace waymark::course::check {

inline const Advice kNothingForked{
    "nothing was forked",
    "The shell waits for the process that it started. As long as that is the server itself, the "
    "prompt does not come back, and the terminal stays its own.",
    "README.md#nothing-was-forked; daemon(7), SysV Daemons, steps 5 and 15"};

inline const Advice kParentFirst{
    "the parent ends before the child is ready",
    "Who ends right after fork says 'started' for a server that may still fail. The first process "
    "has to wait for a word from the last one, and its exit status is that word.",
    "README.md#the-parent-ends-before-the-child-is-ready; daemon(7), steps 14 and 15"};

inline const Advice kSilence{
    "silence taken for success",
    "A dead daemon says nothing. The end of the channel without a word means that the start has "
    "failed: exit status 111.",
    "README.md#silence-taken-for-success; pipe(7), I/O on pipes and FIFOs"};

inline const Advice kOwnEndKept{
    "the writing end kept open by the reader",
    "The end of a channel comes when its last writing end is closed. After fork the first process "
    "has one, too; as long as it keeps it, it waits for itself.",
    "README.md#the-writing-end-kept-open-by-the-reader; pipe(7)"};

inline const Advice kInterrupted{
    "an interrupted wait taken for an end",
    "poll and waitpid return -1 with EINTR when a signal comes. Nothing has happened then: wait "
    "again.",
    "README.md#an-interrupted-wait-taken-for-an-end; signal(7), Interruption of system calls"};

inline const Advice kInherited{
    "inherited descriptors left open",
    "A daemon holds what it inherits until it ends: the pipe that a script waits for, the file on "
    "a disk that cannot be unmounted. Close all but those in keep, and what was made on the way.",
    "README.md#inherited-descriptors-left-open; daemon(7), step 1; close_range(2)"};

inline const Advice kKeepClosed{
    "what was to be kept is closed",
    "options.keep names descriptors that the daemon goes on using: a lock, a listener. They are "
    "closed like the rest: close all but those.",
    "README.md#what-was-to-be-kept-is-closed; close_range(2)"};

inline const Advice kSignalsKept{
    "signals and mask kept",
    "What is ignored or blocked is inherited. A daemon that was started with SIGTERM blocked "
    "cannot be stopped.",
    "README.md#signals-and-mask-kept; daemon(7), steps 2 and 3; daemon/signals.hh"};

inline const Advice kSignalsLate{
    "signals put back in the daemon alone",
    "The daemon has its default signals, and the first process has its starter's: with SIGTERM "
    "blocked nobody can end a command that waits. reset_all_signals() comes before the fork.",
    "README.md#signals-put-back-in-the-daemon-alone; daemon/signals.hh"};

inline const Advice kEnvironmentKept{
    "the environment of the person kept",
    "The environment belongs to whoever typed the command. It changes what libraries do, and every "
    "child of the daemon can read it.",
    "README.md#the-environment-of-the-person-kept; daemon(7), step 4"};

inline const Advice kNoSession{
    "no session of its own",
    "A background process still belongs to the terminal's session. When the terminal closes or its "
    "shell ends, SIGHUP ends the process. setsid makes a session without a terminal.",
    "README.md#no-session-of-its-own; setsid(2); credentials(7), Sessions"};

inline const Advice kNoSecondFork{
    "the second fork left out",
    "After setsid the process leads its session. A leader that opens a terminal gets it as its "
    "own. So the leader ends, and its child stays.",
    "README.md#the-second-fork-left-out; daemon(7), step 7; open(2), O_NOCTTY"};

inline const Advice kSessionLate{
    "a session made by the one that stays",
    "There were two forks, and the daemon leads its session all the same: setsid came after the "
    "second one. It belongs between the two, so that the leader is the one that ends.",
    "README.md#a-session-made-by-the-one-that-stays; daemon(7), steps 6 to 8"};

inline const Advice kMiddleStays{
    "a process between stays",
    "The child of the first fork has nothing to do after the second. It must end, and the first "
    "process must collect it.",
    "README.md#a-process-between-stays; daemon(7), step 8"};

inline const Advice kNotReopened{
    "descriptors 0 to 2 closed but not reopened",
    "The next file that is opened gets the lowest free number. If that is 1, every printf of any "
    "library is written into it. The numbers have to lead to /dev/null.",
    "README.md#descriptors-0-to-2-closed-but-not-reopened; daemon(7), step 9; open(2)"};

inline const Advice kClosedAtStart{
    "descriptors 0 to 2 believed to be open",
    "A careless starter hands on a process without 0, 1 or 2. Then the channel to the first "
    "process gets such a number, and /dev/null is put on it. Fill them first.",
    "README.md#descriptors-0-to-2-believed-to-be-open; open_standard_descriptors()"};

inline const Advice kErrorsAtWrongTime{
    "stderr given away at the wrong time",
    "Until ready() the person must see why it does not start. After it nothing may be written to a "
    "terminal that belongs to somebody else. So descriptor 2 changes in ready().",
    "README.md#stderr-given-away-at-the-wrong-time; daemon/daemonize.hh"};

inline const Advice kBuffers{
    "the buffers copied or lost",
    "What printf has not written yet is copied by fork. Written in both processes it comes twice; "
    "written in none it is lost. Empty the buffers before the fork.",
    "README.md#the-buffers-copied-or-lost; fflush(3); _exit(2)"};

inline const Advice kUmaskKept{
    "umask kept",
    "The umask comes from the person's shell. Files of the daemon are then writable for everybody, "
    "or readable for nobody, depending on who started it.",
    "README.md#umask-kept; daemon(7), step 10; umask(2)"};

inline const Advice kFolderKept{
    "the folder kept",
    "As long as the daemon runs, the file system of its folder cannot be unmounted.",
    "README.md#the-folder-kept; daemon(7), step 11; chdir(2)"};

inline const Advice kPassedOver{
    "a refusal passed over",
    "fork and chdir can fail. A daemon that goes on is in the wrong folder, or -1 was taken for a "
    "process id. Say it to the first process and end.",
    "README.md#a-refusal-passed-over; daemon/error.hh; fork(2), ERRORS"};

inline const Advice kEndsTheCaller{
    "the caller's program ended for it",
    "Before the first fork there is one process, and it is the caller's. It gets an exception, as "
    "from any other call, and may try again or go on without.",
    "README.md#the-callers-program-ended-for-it; daemon/daemonize.hh; daemon/error.hh, check"};

inline const Advice kSaidBeside{
    "a failure said beside the channel",
    "A child that prints its own line has told the person half of it: no name of the program, and "
    "the first process then says that the daemon died without a word. Send it the message.",
    "README.md#a-failure-said-beside-the-channel; daemon/daemonize.hh, failed()"};

inline const Advice kLineTooMuch{
    "a line without a message",
    "Nobody had anything to say, and the name of the program with nothing behind it says less than "
    "nothing.",
    "README.md#a-line-without-a-message"};

inline const Advice kRootKept{
    "the rights of root kept",
    "What needs root is done first. Then the rights are dropped, before the word 'ready'.",
    "README.md#the-rights-of-root-kept; daemon(7), step 13; daemon/privileges.hh"};

inline const Advice kOneListener{
    "ready said to the wrong one",
    "A daemon answers to the shell's command, a service in the foreground to its manager. ready() "
    "serves both, and gives stderr away only when there is a command that waits.",
    "README.md#ready-said-to-the-wrong-one; sd_notify(3)"};

inline const Advice kBusyWait{
    "a loop that asks instead of waiting",
    "It asks again and again and uses a processor for it. poll(2) sleeps until there is something; "
    "between two tries of a lock a short pause is enough.",
    "README.md#a-loop-that-asks-instead-of-waiting; poll(2)"};

inline const Advice kGivesUp{
    "a wait that gives up",
    "How long a start may take is the daemon's to say. The end of the channel tells of its death, "
    "so a time-out tells nothing: it only makes a slow start a failed one.",
    "README.md#a-wait-that-gives-up; poll(2), timeout"};

inline const Advice kUnsaid{
    "a failure that nobody reads",
    "An exit status is for scripts. The person gets one line on stderr, with the name of the "
    "program, also when the daemon died without a word.",
    "README.md#a-failure-that-nobody-reads; daemon/error.hh, print_error"};

inline const Advice kExit{
    "exit instead of _exit",
    "exit(3) does what was registered to be done at the end of the program and writes buffers "
    "once more. That is the daemon's, and it is not at its end.",
    "README.md#exit-instead-of-_exit; _exit(2); atexit(3)"};

inline const Advice kOneDirection{
    "the null device opened for one direction",
    "Descriptor 0 is read from, 1 and 2 are written to. With the wrong direction each read or "
    "write fails with EBADF. O_RDWR is right for all.",
    "README.md#the-null-device-opened-for-one-direction; open(2); null(4)"};

inline const Advice kClosedByExec{
    "the null device closed by exec",
    "O_CLOEXEC is right for a file of one's own. 0, 1 and 2 are there for each program that the "
    "daemon starts, and dup2(2) leaves the flag behind.",
    "README.md#the-null-device-closed-by-exec; dup(2); open(2), O_CLOEXEC"};

inline const Advice kNullLeft{
    "a null device too many",
    "dup2(2) makes a second descriptor of the same file. The one that open(2) gave is still there, "
    "in the daemon, for as long as that runs: close it, or let an Fd do it.",
    "README.md#a-null-device-too-many; dup(2); daemon/fd.hh"};

inline const Advice kTwoProcesses{
    "the caller's code in two processes",
    "An exception that leaves daemonize() in the child runs the caller's catch there, and the "
    "first process runs on beside it. Say it to the first process and end.",
    "README.md#the-callers-code-in-two-processes; fork(2)"};

inline const Advice kNotAsked{
    "what was asked for passed over",
    "DaemonOptions says what the daemon keeps: descriptors, umask, folder, environment. A program "
    "that chooses for itself is right only as long as nobody asks for anything else.",
    "README.md#what-was-asked-for-passed-over; daemon/daemonize.hh"};

inline const Advice kOthersAwaited{
    "waiting for somebody else's child",
    "The program may have children of its own, and they may live for years. Ask waitpid(2) for "
    "the number that fork gave, not for any child.",
    "README.md#waiting-for-somebody-elses-child; waitpid(2)"};

inline const Advice kAsFormat{
    "a message used as a format",
    "A brace or a percent sign in the message is read as an order, and the text is the "
    "daemon's, not yours. Print it as an argument, or with a function that takes it as it is.",
    "README.md#a-message-used-as-a-format; daemon/error.hh, print_error; fprintf(3)"};

inline const Advice kEndOfView{
    "a view printed as a C string",
    "A std::string_view has a length, and nothing at its end says stop: data() for %s prints on "
    "until some zero byte. Print it as a view, or make a std::string of it.",
    "README.md#a-view-printed-as-a-c-string; daemon/error.hh, print_error"};

inline const Advice kLeftInBuffer{
    "a message left in the buffer",
    "stderr has no buffer by itself, but a program may have given it one, and _exit(2) writes "
    "none. fflush(stderr) behind the message, or print_error(), which needs no buffer.",
    "README.md#a-message-left-in-the-buffer; setvbuf(3); _exit(2)"};

inline const Advice kNotWaited{
    "a receive that does not wait",
    "The daemon lives, and its command never waited for a word. A Channel does not block: "
    "would_block says that nothing has come yet, which is no end. First poll(2), then receive().",
    "README.md#a-receive-that-does-not-wait; daemon/channel.hh"};

inline const Advice kOneCode{
    "one exit status for every failure",
    "The first byte of the word is the exit status that the daemon has chosen: 100 tells a "
    "script that a person must change something, 111 that it may try again.",
    "README.md#one-exit-status-for-every-failure; daemon/daemonize.hh, failed()"};

inline const Advice kRefusalIsUsage{
    "a refusal called a mistake",
    "The status that the daemon chooses with failed() arrives, and a step that the system refused "
    "was said with 100. It is kExitSystem, whatever the step: also a folder may be there again.",
    "README.md#a-refusal-called-a-mistake; daemon/error.hh, kExitSystem"};

inline const Advice kCutShort{
    "a message cut short",
    "How long the message is, and how many lines it has, is the daemon's to say. A line of one's "
    "own with room for so many bytes, or the first line alone, loses what the person needs.",
    "README.md#a-message-cut-short; daemon/error.hh, print_error"};

inline const Advice kChannelClosed{
    "the channel closed with the rest",
    "The daemon lives, and the command saw the end of the channel before any word was sent: "
    "close_all_but() closes what is there, the channel, too. Close what was inherited first, and "
    "make the channel then.",
    "README.md#the-channel-closed-with-the-rest; daemon/fd.hh, close_all_but"};

inline const Advice kFirstByte{
    "the exit status printed as text",
    "The message begins behind the first byte of the word: that one is the exit status, and 100 is "
    "the letter d.",
    "README.md#the-exit-status-printed-as-text; daemon/daemonize.hh, failed()"};

inline const Advice kIgnoresAgain{
    "a signal ignored on the way",
    "Behind reset_all_signals() nothing ignores a signal any more. Old recipes ignore SIGHUP while "
    "the leader ends; it reaches the foreground of a terminal, and this session has none.",
    "README.md#a-signal-ignored-on-the-way; daemon(7), steps 2 and 3; setsid(2)"};

inline const Advice kWordForDeath{
    "a word taken for a death",
    "The daemon sends its word, and may close its end right after it. poll(2) then says POLLIN "
    "and POLLHUP at once. Receive first; only an end with nothing before it is a death.",
    "README.md#a-word-taken-for-a-death; poll(2), POLLHUP"};

inline const Advice kMoreThanErrors{
    "more than stderr given away",
    "ready() changes descriptor 2. What is on 0 and 1, the folder and the umask were set in "
    "daemonize(), and since then they are the program's: it may have put its log there.",
    "README.md#more-than-stderr-given-away; daemon/daemonize.hh"};

}  // namespace waymark::course::check
