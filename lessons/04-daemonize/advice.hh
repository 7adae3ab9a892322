// The misconceptions of lesson 04, as the check names them. Each has a section of the same name in
// README.md. Those about the word that the first process waits for are in advice_word.hh, those
// about the pid file in advice_pidfile.hh.

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

inline const Advice kUpToALimit{
    "descriptors above a limit left open",
    "A loop over the numbers needs an end, and 1024 or sysconf(_SC_OPEN_MAX) is none: who had a "
    "higher limit when the file was opened has a higher number. close_range(2) goes to the last.",
    "README.md#descriptors-above-a-limit-left-open; close_range(2); getrlimit(2), RLIMIT_NOFILE"};

inline const Advice kKeepClosed{
    "what was to be kept is closed",
    "options.keep names descriptors that the daemon goes on using: a lock, a listener. They are "
    "closed like the rest: close all but those.",
    "README.md#what-was-to-be-kept-is-closed; close_range(2)"};

inline const Advice kSignalsKept{
    "signals and mask kept",
    "What is ignored or blocked is inherited. A daemon that was started with SIGTERM blocked "
    "cannot be stopped. They go up to 64 (SIGRTMAX), and so does reset_all_signals().",
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

inline const Advice kNotNamed{
    "a refusal without a name",
    "The person reads the same words for two different steps, or only the system's: 'No such file "
    "or directory' does not say of what. Name the call, and the file: what() of check() does.",
    "README.md#a-refusal-without-a-name; daemon/error.hh, check"};

inline const Advice kOtherException{
    "another exception than was promised",
    "daemonize(), try_lock() and write_pid() throw std::system_error, and a caller that knows what "
    "to do about EAGAIN catches that. UsageError says that a person must correct something.",
    "README.md#another-exception-than-was-promised; daemon/error.hh, check and fail"};

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

inline const Advice kChannelClosed{
    "the channel closed with the rest",
    "The daemon lives, and the command saw the end of the channel before any word was sent: "
    "close_all_but() closes what is there, the channel, too. Close what was inherited first, and "
    "make the channel then.",
    "README.md#the-channel-closed-with-the-rest; daemon/fd.hh, close_all_but"};

inline const Advice kIgnoresAgain{
    "a signal ignored on the way",
    "Behind reset_all_signals() nothing ignores a signal any more. Old recipes ignore SIGHUP while "
    "the leader ends; it reaches the foreground of a terminal, and this session has none.",
    "README.md#a-signal-ignored-on-the-way; daemon(7), steps 2 and 3; setsid(2)"};

inline const Advice kMoreThanErrors{
    "more than stderr given away",
    "ready() changes descriptor 2. What is on 0 and 1, the folder and the umask were set in "
    "daemonize(), and since then they are the program's: it may have put its log there.",
    "README.md#more-than-stderr-given-away; daemon/daemonize.hh"};

inline const Advice kCopyOfAnother{
    "stderr made a copy of another",
    "0 and 1 were /dev/null when daemonize() returned. Since then they are the program's: it may "
    "have put its log there, and dup2(1, 2) leads stderr into it. Open /dev/null for 2.",
    "README.md#stderr-made-a-copy-of-another; dup(2); daemon/daemonize.hh"};

}  // namespace waymark::course::check
