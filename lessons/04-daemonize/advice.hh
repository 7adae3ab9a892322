// The misconceptions of lesson 04, as the check names them. Each has a section of the same name in
// README.md.

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

inline const Advice kSignalsKept{
    "signals and mask kept",
    "What is ignored or blocked is inherited. A daemon that was started with SIGTERM blocked "
    "cannot be stopped.",
    "README.md#signals-and-mask-kept; daemon(7), steps 2 and 3; daemon/signals.hh"};

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

inline const Advice kNeverTried{
    "the lock never tried",
    "Nobody held the lock. A deadline that has come already is no reason not to try: once it is "
    "tried in any case.",
    "README.md#the-lock-never-tried; daemon/deadline.hh"};

inline const Advice kWrittenBehind{
    "the number written behind the old one",
    "write(2) goes on where the last one ended, also when the file is empty again: what lies "
    "before becomes zeros. pwrite(2) says where.",
    "README.md#the-number-written-behind-the-old-one; pwrite(2)"};

inline const Advice kRootKept{
    "the rights of root kept",
    "What needs root is done first. Then the rights are dropped, before the word 'ready'.",
    "README.md#the-rights-of-root-kept; daemon(7), step 13; daemon/privileges.hh"};

inline const Advice kOneListener{
    "ready said to the wrong one",
    "A daemon answers to the shell's command, a service in the foreground to its manager. ready() "
    "serves both, and gives stderr away only when there is a command that waits.",
    "README.md#ready-said-to-the-wrong-one; sd_notify(3)"};

inline const Advice kNoLock{
    "a pid file without a lock",
    "A file is only text. Two servers that start together both find none, or both overwrite it. A "
    "lock is the kernel's word: one holds it, and it ends with its process.",
    "README.md#a-pid-file-without-a-lock; fcntl_locking(2)"};

inline const Advice kOtherLock{
    "a lock that the others do not ask for",
    "A lock keeps out only who asks for the same one: flock(2) and fcntl(2) do not see each other, "
    "and neither do two bytes of a file. A server's is F_OFD_SETLK on kServerByte.",
    "README.md#a-lock-that-the-others-do-not-ask-for; fcntl_locking(2); flock(2), NOTES"};

inline const Advice kStaleBelieved{
    "a stale pid believed",
    "The number in the file may belong to another process by now, and a file that is there proves "
    "nothing: its owner may have been killed. Only the lock counts.",
    "README.md#a-stale-pid-believed; daemon/pidfile.hh"};

inline const Advice kNotInherited{
    "a lock that fork does not hand on",
    "An ordinary lock (F_SETLK) belongs to one process: the daemon does not have what the command "
    "has locked. An open file description lock (F_OFD_SETLK) goes along with the descriptor.",
    "README.md#a-lock-that-fork-does-not-hand-on; fcntl_locking(2), Open file description locks"};

inline const Advice kLockDropped{
    "a lock dropped by a second descriptor",
    "An ordinary lock (F_SETLK) has to be taken by the process that stays, and it is gone when "
    "this "
    "process closes any descriptor of the file. Write through the descriptor that is there.",
    "README.md#a-lock-dropped-by-a-second-descriptor; fcntl_locking(2), Advisory record locking"};

inline const Advice kWrongPid{
    "the pid of the wrong process",
    "Before daemonize() getpid gives the number of the command, which ends. The process that stays "
    "writes its own number: in write_pid().",
    "README.md#the-pid-of-the-wrong-process; daemon(7), step 12"};

inline const Advice kLoserEmpties{
    "the loser empties the file",
    "Who opens with O_TRUNC, or writes before it has the lock, destroys the number of the server "
    "that runs.",
    "README.md#the-loser-empties-the-file; open(2), O_TRUNC"};

inline const Advice kOldText{
    "the old text left behind the new",
    "A shorter number over a longer one leaves the longer one's last digits. Set the length to 0 "
    "first.",
    "README.md#the-old-text-left-behind-the-new; ftruncate(2)"};

inline const Advice kOthersRemoved{
    "somebody else's pid file removed",
    "Remove the file only if this process wrote it and the path still leads to it. A child that "
    "ends runs the same destructor; a path may have been given to another file.",
    "README.md#somebody-elses-pid-file-removed; stat(2); unlink(2)"};

inline const Advice kNeverRemoved{"a file that nobody removes",
                                  "remove() asks who has written the number, and that is "
                                  "remembered in write_pid(). If it is not, "
                                  "nobody is the writer, and the file stays for ever.",
                                  "README.md#a-file-that-nobody-removes; daemon/pidfile.hh"};

inline const Advice kNoNewline{
    "a number without the end of its line",
    "A text file is made of lines. Without the newline the next program that appends or reads a "
    "line finds something else.",
    "README.md#a-number-without-the-end-of-its-line"};

inline const Advice kLostFile{
    "the lock of a lost file",
    "Between open and lock the old server may remove the file. The lock is then one that nobody "
    "else can ever meet. Look whether the path still leads to what was locked; else begin again.",
    "README.md#the-lock-of-a-lost-file; daemon/pidfile.hh"};

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

inline const Advice kDeadline{
    "the deadline passed over",
    "try_lock tries once at least, and then until the deadline: not once, not a number of times, "
    "and not for ever as F_OFD_SETLKW does.",
    "README.md#the-deadline-passed-over; daemon/deadline.hh; fcntl_locking(2)"};

inline const Advice kOpenToOthers{
    "a pid file that others may open",
    "Who can open the file for reading can lock it, and keep the next server out. It is 0600, new "
    "or old, no link is followed, and no program that the server starts gets the descriptor.",
    "README.md#a-pid-file-that-others-may-open; open(2), O_NOFOLLOW, O_CLOEXEC; fchmod(2)"};

inline const Advice kUnchecked{
    "a write that nobody checked",
    "A disk is full, or another process has the lock: then write_pid throws. A file that is empty "
    "or half written, and a server that believes it has written it, is worse than none.",
    "README.md#a-write-that-nobody-checked; write(2), RETURN VALUE; daemon/error.hh"};

}  // namespace waymark::course::check
