// What a wrong program most likely believes, one Advice each. The names are the headings under
// "Misconceptions" in the README, so that what a learner reads there is what the check said here.

#pragma once

#include "lessons/course/check/story.hh"

namespace waymark::course::check {

inline const Advice kNotWritten{
    "not written yet",
    "start() is the first of the functions that are yours. Begin with fork(2) and a child that "
    "ends with _exit(2).",
    "README.md#the-exercise"};
inline const Advice kNobodyWaited{
    "a child that nobody waited for",
    "The child has ended and is a zombie: the kernel keeps its status until waitpid(2) asks for "
    "it. Whatever ends must be asked for, also what was killed.",
    "README.md#a-child-that-nobody-waited-for; waitpid(2), NOTES"};
inline const Advice kFallingThrough{
    "child falling through",
    "After fork(2) there are two processes on the same line. The child must run its function and "
    "end inside start(), whatever the function does: it must not return, and no exception may "
    "carry it out.",
    "README.md#child-falling-through; fork(2), RETURN VALUE; _exit(2)"};
inline const Advice kRawStatus{
    "wait status taken for an exit code",
    "What waitpid(2) stores is several numbers in one: the code, the signal, a core flag. "
    "WEXITSTATUS takes the code out of it.",
    "README.md#wait-status-taken-for-an-exit-code; waitpid(2), WEXITSTATUS"};
inline const Advice kSignedCode{
    "an exit code below zero",
    "An exit code is one byte without a sign, 0 to 255: what exit(-1) gives is 255. In a signed "
    "char the upper half becomes negative.",
    "README.md#an-exit-code-below-zero; _exit(2); waitpid(2), WEXITSTATUS"};
inline const Advice kCodeCut{
    "fewer bits than the exit code's",
    "An exit code is a whole byte, 0 to 255; it is the signal that has seven bits. WEXITSTATUS "
    "takes the code out of the status.",
    "README.md#fewer-bits-than-the-exit-codes; waitpid(2), WEXITSTATUS"};
inline const Advice kOtherCode{
    "another code than the function's",
    "The process that is collected must be the one that ran the function, and it must end with "
    "_exit(code), where the code is what result_of() gave, as it is.",
    "README.md#another-code-than-the-functions"};
inline const Advice kRawSignal{
    "more bits or fewer than the signal's",
    "The lowest seven bits of the status are the number of the signal, 1 to 64; the one above them "
    "says that there is a core. WTERMSIG takes the number out. (128 and more is how a shell writes "
    "it in $?.)",
    "README.md#more-bits-or-fewer-than-the-signals; waitpid(2), WTERMSIG"};
inline const Advice kIgnoringSignaled{
    "ignoring WIFSIGNALED",
    "A killed child has no exit code. WEXITSTATUS of its status is 0, and so a crash looks like "
    "success. Ask WIFEXITED and WIFSIGNALED first.",
    "README.md#ignoring-wifsignaled; waitpid(2), WIFSIGNALED"};
inline const Advice kWrongList{
    "wrong list of children",
    "running_ holds the children that were started by this process and not yet collected: no "
    "more, because a number of the past may be a stranger's today, and no fewer.",
    "README.md#wrong-list-of-children"};
inline const Advice kErasedInLoop{
    "list changed while it is walked",
    "running_.erase(...) ends the element on which the loop stands, and the step to the next one "
    "starts from memory that is gone. Take the next one from what erase gives.",
    "README.md#list-changed-while-it-is-walked"};
inline const Advice kSigchldIgnored{
    "SIGCHLD ignored",
    "While SIGCHLD is ignored the kernel collects the children itself and throws every exit "
    "status away.",
    "README.md#sigchld-ignored; sigaction(2), NOTES"};
inline const Advice kThrownAway{
    "statuses thrown away",
    "The child was collected, but nobody was told how it ended. A status is given once only: "
    "who takes it must hand it on.",
    "README.md#statuses-thrown-away; waitpid(2)"};
inline const Advice kOneWait{
    "one wait per signal",
    "SIGCHLD is a bit, not a count: one signal may stand for many children. Collect until nobody "
    "is left who has ended.",
    "README.md#one-wait-per-signal; signal(7), 'Queueing and delivery semantics'"};
inline const Advice kStopsAtOne{
    "stopping at one that runs",
    "0 is an answer about one child: it runs. The next one on the list may have ended, so ask for "
    "each of them.",
    "README.md#stopping-at-one-that-runs; waitpid(2), RETURN VALUE"};
inline const Advice kBlocking{
    "blocking the parent",
    "waitpid(2) without WNOHANG sleeps until the child ends, and meanwhile the parent serves "
    "nobody.",
    "README.md#blocking-the-parent; waitpid(2), WNOHANG"};
inline const Advice kOthers{
    "taking other people's children",
    "waitpid(-1) collects any child of the process, also one that another part of the program "
    "has started and waits for. Ask for your own, one by one.",
    "README.md#taking-other-peoples-children; waitpid(2)"};
inline const Advice kStopsAtOthers{
    "stopping at other people's children",
    "Who asks for any child (waitpid(-1), waitid with P_ALL) hears of those of others, too, and "
    "while one of them waits for its own parent's question, of nobody else. Ask for your own, one "
    "by one.",
    "README.md#stopping-at-other-peoples-children; waitid(2), WNOWAIT"};
inline const Advice kNoChild{
    "ECHILD treated as an error",
    "-1 with ECHILD says that there is no such child to wait for, and nothing about any other. "
    "Somebody else has collected it: strike this one off the list and go on with the next.",
    "README.md#echild-treated-as-an-error; waitpid(2), ERRORS"};
inline const Advice kNobodyThere{
    "a child that is gone taken for an error",
    "kill(2) says ESRCH of a child that somebody else has collected, and has ended: go on.",
    "README.md#a-child-that-is-gone-taken-for-an-error; kill(2), ERRORS"};
inline const Advice kNotAsked{
    "an end that was none",
    "With WUNTRACED or WCONTINUED waitpid(2) also tells of children that were stopped or go on. "
    "They have not ended: ask with WNOHANG and nothing else.",
    "README.md#an-end-that-was-none; waitpid(2), WUNTRACED"};
inline const Advice kInterrupted{
    "EINTR taken for an end",
    "-1 with EINTR says nothing about the child: a signal arrived during the call. Ask again.",
    "README.md#eintr-taken-for-an-end; signal(7), 'Interruption of system calls'"};
inline const Advice kPutOff{
    "EINTR taken for one that runs",
    "-1 with EINTR says nothing about the child: this one has ended, and was left for another "
    "time, which comes only with another SIGCHLD. Ask again at once.",
    "README.md#eintr-taken-for-one-that-runs; signal(7), 'Interruption of system calls'"};
inline const Advice kCopiedBuffer{
    "buffers copied by fork",
    "fork(2) copies the memory, and in it what stdio has not written yet. Both processes write it "
    "in the end. Call fflush(nullptr) before the fork.",
    "README.md#buffers-copied-by-fork; fork(2); fflush(3)"};
inline const Advice kLostOutput{
    "_exit without a flush",
    "_exit(2) ends the process at once and does not write what is in the buffers of stdio. Call "
    "fflush(nullptr) before it.",
    "README.md#_exit-without-a-flush; _exit(2)"};
inline const Advice kLostByThrow{
    "a flush that an exception passes by",
    "What the child printed arrives if its function returns, and is lost if it throws: the flush "
    "is on one of the two ways only. result_of() gives the exit code on both: fflush(nullptr) "
    "comes behind it.",
    "README.md#a-flush-that-an-exception-passes-by; fflush(3)"};
inline const Advice kOneStream{
    "one stream for all of them",
    "What the child printed to stdout is there, what it printed to another stream is lost: "
    "_exit(2) does not write what is in the buffers, and fflush(stdout) is about one of them. Call "
    "fflush(nullptr) before it.",
    "README.md#one-stream-for-all-of-them; fflush(3)"};
inline const Advice kExit{
    "exit instead of _exit",
    "exit(3) runs the functions of atexit(3) and the static destructors. They are the parent's: "
    "a child that runs them removes files and closes sessions that are still in use.",
    "README.md#exit-instead-of-_exit; exit(3); _exit(2), NOTES"};
inline const Advice kSignalSettings{
    "signal settings inherited",
    "A child inherits its parent's handlers and its mask. A child with SIGTERM blocked can never "
    "be asked to end. Call reset_all_signals() in the child.",
    "README.md#signal-settings-inherited; signal(7), 'Signal dispositions'"};
inline const Advice kMaskPutBack{
    "the mask put back in the child",
    "A SignalMask ends with its scope in both processes: behind reset_all_signals() it gives the "
    "child its parent's mask again. In the child the reset comes last, or the scope does not end.",
    "README.md#the-mask-put-back-in-the-child; daemon/signals.hh"};
inline const Advice kLeftBlocked{
    "signals left blocked",
    "Signals that are blocked for the fork must be let in again in the parent, also when the fork "
    "fails. SignalMask does that at the end of its scope.",
    "README.md#signals-left-blocked; daemon/signals.hh"};
inline const Advice kParentsHandlers{
    "the parent's handlers changed",
    "What the parent does with its signals is its own affair: start() blocks them for a moment, "
    "and handlers and mask are afterwards as they were. reset_all_signals() belongs in the child, "
    "behind the fork.",
    "README.md#the-parents-handlers-changed; sigaction(2)"};
inline const Advice kOtherException{
    "another exception than was promised",
    "Who calls start() looks for std::system_error and its number, which is the errno of fork(2): "
    "EAGAIN is to try again later. check(result, \"fork\") throws it.",
    "README.md#another-exception-than-was-promised; daemon/error.hh"};
inline const Advice kFailedFork{
    "a failed fork taken for a process id",
    "fork(2) gives -1 when there is no room for one more process. As a process id, -1 means "
    "everybody: kill(-1, SIGKILL) ends all that you may signal.",
    "README.md#a-failed-fork-taken-for-a-process-id; fork(2), ERRORS; kill(2)"};
inline const Advice kForksAgain{
    "a failed fork that is tried again",
    "There is no room for one more process, and start() says so at once. Whoever called it has "
    "other work to do meanwhile, and decides when to try again.",
    "README.md#a-failed-fork-that-is-tried-again; fork(2), EAGAIN"};
inline const Advice kNoKill{
    "asking without killing",
    "SIGTERM is a request, and a child may ignore it. When the grace is over only SIGKILL helps, "
    "and then one more wait.",
    "README.md#asking-without-killing; signal(7)"};
inline const Advice kOutlives{
    "child outliving its parent",
    "When a parent is killed nobody tells its children. Linux does, if the child has asked for it "
    "with PR_SET_PDEATHSIG; result_of() does that if it is given the signal and the parent.",
    "README.md#child-outliving-its-parent; prctl(2), PR_SET_PDEATHSIG"};
inline const Advice kChosenSignal{
    "another signal than the caller's",
    "Which signal a child gets when its parent dies is an argument of start(), and 0 means none. "
    "Hand on what you were given.",
    "README.md#another-signal-than-the-callers; prctl(2), PR_SET_PDEATHSIG"};
inline const Advice kParentAskedLate{
    "the parent's number asked for in the child",
    "getppid(2) in the child names the parent of now: when the first one has died meanwhile, "
    "whoever took the child over. Ask getpid(2) before the fork; result_of() compares the two.",
    "README.md#the-parents-number-asked-for-in-the-child; getppid(2)"};
inline const Advice kParentAskedOnce{
    "the number of an earlier parent",
    "A child may start children, and then it is the parent: the number that was asked for before "
    "it was forked is another one's. Ask getpid(2) in each start().",
    "README.md#the-number-of-an-earlier-parent; getpid(2)"};
inline const Advice kNotOneKind{
    "an end of neither kind",
    "A process that has ended did so by itself, with any code from 0 to 255, or by a signal, with "
    "or without a core. One of the two is true of each status, and never both: ask WIFEXITED and "
    "WIFSIGNALED.",
    "README.md#an-end-of-neither-kind; waitpid(2), WIFEXITED"};
inline const Advice kWrongNumber{
    "another number than the child's",
    "start() gives the number of the child that it has started: what fork(2) gave to the "
    "parent. The list in running_ is sorted by number, and its first or last is any child.",
    "README.md#another-number-than-the-childs; fork(2), RETURN VALUE"};
inline const Advice kOwnWords{
    "an exception handled twice",
    "result_of() prints what the function throws, as one line, and gives the exit status for "
    "it: 100 for a UsageError, 111 else. Who catches it as well prints it twice, or makes one "
    "status of two.",
    "README.md#an-exception-handled-twice; daemon/children.hh, result_of; daemon/error.hh, "
    "run_main"};
inline const Advice kClosesFiles{
    "descriptors closed that the function needs",
    "The child runs a function of this program, and works with its pipes, sockets and files. "
    "What a new program must not have is closed by exec (O_CLOEXEC), and there is none here.",
    "README.md#descriptors-closed-that-the-function-needs; fork(2); open(2), O_CLOEXEC"};
inline const Advice kOwnSettings{
    "signal settings of its own",
    "After reset_all_signals() every signal has its default action. What is ignored or "
    "handled beyond that is for the function to say, which is another program's author.",
    "README.md#signal-settings-of-its-own; daemon/signals.hh, reset_all_signals"};
inline const Advice kMadeUp{
    "an end that nobody knows",
    "ECHILD: somebody else has the status, and nobody can say any more how the child ended. "
    "To report 0 says that it went well. Off the list, and nothing to report.",
    "README.md#an-end-that-nobody-knows; waitpid(2), ERRORS"};
inline const Advice kBareCode{
    "an exit code taken for a wait status",
    "from_wait() takes what waitpid(2) stores, in which the code is the second byte and a "
    "signal the first. The si_status of waitid(2) is the bare code, or the bare signal: si_code"
    " says which.",
    "README.md#an-exit-code-taken-for-a-wait-status; waitid(2); waitpid(2)"};
inline const Advice kOtherParent{
    "another number than the parent's",
    "The function was not called: result_of() does not begin in a child whose parent is another"
    " process than it was told. Give it getpid(2), asked in the parent before the fork. "
    "getppid(2) is there the parent's own parent, and gettid(2) a thread.",
    "README.md#another-number-than-the-parents; getpid(2)"};

}  // namespace waymark::course::check
