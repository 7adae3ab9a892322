// The misconceptions of this lesson, each under the name that README.md explains it by.

#pragma once

#include "lessons/course/check/story.hh"

namespace waymark::course::check {

inline const Advice kNoHandler{
    "no handler yet",
    "The kernel still does with the signal what it does by default, which is to end the process.",
    "README.md#no-handler-yet; sigaction(2)"};
inline const Advice kPlain{
    "a plain variable as the flag",
    "To add one is three things: load, add, store. A handler that comes in between adds its one to "
    "a number that is then stored over. One atomic operation cannot be cut in two.",
    "README.md#a-plain-variable-as-the-flag; signal-safety(7); atomic_fetch_add"};
inline const Advice kTriedOnce{
    "a compare_exchange tried once",
    "It says false when another thread has come in between, and then nothing was added: a signal "
    "of this thread is lost. Try again until it says true, or use fetch_add.",
    "README.md#a-plain-variable-as-the-flag; std::atomic, compare_exchange_weak"};
inline const Advice kNoCount{
    "a flag that cannot count",
    "SIGHUP twice is two signals. A flag that is only set, or that the wait clears, forgets some.",
    "README.md#a-flag-that-cannot-count"};
inline const Advice kWork{"work in the handler",
                          "What it interrupted may hold a lock that the work needs. Printing and "
                          "taking memory are not in "
                          "the list of what a handler may do, and a mutex is not either.",
                          "README.md#work-in-the-handler; signal-safety(7)"};
inline const Advice kErrno{
    "errno clobbered",
    "The handler runs between a call that failed and the line that asks why. A call inside the "
    "handler that fails too gives that line the wrong answer.",
    "README.md#errno-clobbered; signal-safety(7), NOTES on errno"};
inline const Advice kNotRestored{
    "handler not restored",
    "The end of the scope gives the signal back as it was found: default, ignored, or somebody "
    "else's handler with its flags and its mask. The default is only one of these.",
    "README.md#handler-not-restored; sigaction(2), oldact"};
inline const Advice kStaysIgnored{
    "a signal that stays ignored",
    "In the scope each delivery is counted, whatever was there before: the default, a handler, or "
    "that the signal is ignored. What was there is put back at the end.",
    "README.md#a-signal-that-stays-ignored; sigaction(2)"};
inline const Advice kCallsBefore{
    "the handler of before called as well",
    "In the scope the signal is the flag's alone. A handler of before has its turn again behind "
    "it; called from ours it runs with another mask and other flags than it was set with.",
    "README.md#the-handler-of-before-called-as-well; sigaction(2)"};
inline const Advice kOnlyIfOurs{
    "restored only if it is still ours",
    "The end of the scope gives the signal back as the scope has found it, whatever was set in "
    "between. Who leaves a stranger's action in place leaves it for good: nobody else puts back "
    "what was there before the scope.",
    "README.md#restored-only-if-it-is-still-ours; sigaction(2)"};
inline const Advice kUnchecked{"a refusal that nobody reads",
                               "sigaction returned -1, and nothing has changed: what looks like a "
                               "handler is none, and SIGPIPE "
                               "still ends the process.",
                               "README.md#a-refusal-that-nobody-reads; sigaction(2), ERRORS"};
inline const Advice kRestart{
    "the SA_RESTART surprise",
    "With SA_RESTART the kernel starts the interrupted read again. The program stays in it and "
    "never comes to look at its flag.",
    "README.md#the-sa_restart-surprise; signal(7), Interruption of system calls"};
inline const Advice kLostWakeUp{
    "lost wake-up",
    "The signal came after the last look at the flag and before the wait. It is counted, and "
    "nobody wakes up. Keep it blocked from before the look, and let it in only by the wait itself.",
    "README.md#lost-wake-up; ppoll(2); select(2), pselect"};
inline const Advice kLooksLate{"a wait that does not look first",
                               "The flag was raised before the wait began, and nothing more will "
                               "come. Look at the flag first; "
                               "sleep only when it is not raised.",
                               "README.md#a-wait-that-does-not-look-first"};
inline const Advice kLongAgo{
    "a deadline of long ago",
    "A deadline may lie as far back as the clock can tell (time_point::min()). What is left, the "
    "difference to now, does not fit any more, and becomes a long time. Ask expired() first.",
    "README.md#a-deadline-of-long-ago; daemon/deadline.hh"};
inline const Advice kShutOut{
    "the signal shut out",
    "The caller had blocked the signal, as one does to keep it from coming too early. A wait that "
    "waits with the caller's mask waits for a signal that cannot come.",
    "README.md#the-signal-shut-out; ppoll(2), sigmask"};
inline const Advice kMask{
    "mask not restored",
    "Who has called gets the signals blocked, or opened, for the rest of the program. They are put "
    "back as they were found, on each way out.",
    "README.md#mask-not-restored; pthread_sigmask(3)"};
inline const Advice kWholeMask{
    "a mask set where one is added to",
    "SIG_SETMASK blocks these signals and no others: what the caller had blocked besides comes in "
    "meanwhile. SIG_BLOCK adds to what is blocked, and so does SignalMask.",
    "README.md#a-mask-set-where-one-is-added-to; pthread_sigmask(3); sigprocmask(2)"};
inline const Advice kAnySignal{
    "any interruption taken for the signal",
    "EINTR says that some handler ran, not which, and however often it comes it says no more. Look "
    "at the flag again.",
    "README.md#any-interruption-taken-for-the-signal; ppoll(2), ERRORS"};
inline const Advice kStartsAnew{"a time-out that starts anew",
                                "Each interruption starts the same time-out once more. A timer "
                                "that is faster than it keeps the "
                                "wait going for ever. Wait for what is left until the deadline.",
                                "README.md#a-time-out-that-starts-anew; daemon/deadline.hh"};
inline const Advice kDeadlineFirst{"the deadline asked first",
                                   "The signal has come, and the wait says that it has not. What "
                                   "was waited for is looked at first; "
                                   "the deadline counts only when it is not there.",
                                   "README.md#the-deadline-asked-first"};
inline const Advice kPipe{
    "SIGPIPE left to kill",
    "A peer that hangs up is daily life. By default the next write to it ends the whole process, "
    "without a word. Ignored, the write fails with EPIPE.",
    "README.md#sigpipe-left-to-kill; write(2), EPIPE; signal(7)"};

inline const Advice kOwnFlags{
    "flags that nobody asked for",
    "SA_NODEFER lets the handler interrupt itself, SA_RESETHAND makes it the last one, SA_RESTART "
    "keeps the read going. The caller decides; what is added changes the program behind its back.",
    "README.md#flags-that-nobody-asked-for; sigaction(2), sa_flags"};
inline const Advice kFlagsPassedOver{
    "flags passed over",
    "The caller has asked for them, and the kernel has not been told. `flags` are for sa_flags.",
    "README.md#flags-passed-over; sigaction(2), sa_flags"};
inline const Advice kTakenTwice{
    "one count taken twice",
    "Two that take at the same time both read it before either has taken it away. To look and to "
    "start again at zero must be one step: exchange.",
    "README.md#one-count-taken-twice; std::atomic, exchange"};
inline const Advice kLateHandler{
    "a handler that finds no flag",
    "Another thread may be at the beginning of the handler when the scope ends. Then the table "
    "has no flag for the signal any more. It may go uncounted, and nothing else. Read the place "
    "once, and use what was read.",
    "README.md#a-handler-that-finds-no-flag"};
inline const Advice kNotEveryThread{
    "a table that not every thread sees",
    "The signal was delivered to another thread, and its handler found no flag there. The table is "
    "one for the whole process: global, and not thread_local.",
    "README.md#a-table-that-not-every-thread-sees; signal(7), Process-directed signals"};
inline const Advice kHalfPair{
    "half of the pair in place",
    "The action and the flag change in two steps. A signal between them finds a handler without "
    "its flag, or a flag without its handler, and is lost. Hold it back for this thread. For the "
    "others the flag comes first at the beginning, and goes last at the end.",
    "README.md#half-of-the-pair-in-place; pthread_sigmask(3)"};
inline const Advice kRefusalLeaves{
    "a refusal that leaves something behind",
    "The constructor throws, so no destructor will run for it. What it had changed by then, the "
    "flag in the table and the mask, it puts back itself before it throws, and the mask last.",
    "README.md#a-refusal-that-leaves-something-behind; sigaction(2), ERRORS"};
inline const Advice kOneSlot{
    "one place for all signals",
    "Each signal has its own flag, and several may lead to one. The table has a place for each "
    "number up to _NSIG, real-time signals included.",
    "README.md#one-place-for-all-signals; signal(7), Real-time signals"};
inline const Advice kGrowingTable{
    "a table that changes its shape",
    "A map or a vector that takes up one more signal moves or relinks those that are there, and a "
    "handler of one of them looks into it just then. A table with _NSIG places stays as it is.",
    "README.md#a-table-that-changes-its-shape; signal-safety(7)"};
inline const Advice kLetsInMore{
    "signals let in that are not waited for",
    "The caller has blocked them for a reason. The wait opens those that lead to its flag, all of "
    "them, and leaves the rest as it is.",
    "README.md#signals-let-in-that-are-not-waited-for; ppoll(2), sigmask"};
inline const Advice kOutOfTable{
    "a number that is no signal",
    "0, -5 or _NSIG as an index reaches outside the table. Look before you touch it, and throw as "
    "for any other signal that the kernel refuses.",
    "README.md#a-number-that-is-no-signal; sigaction(2), ERRORS"};
inline const Advice kSignalRefused{
    "a signal refused that is one",
    "The last real-time signal, SIGRTMAX, has the number _NSIG - 1, and it is as good as any "
    "other. Refuse what is below 1, and what is _NSIG or above.",
    "README.md#a-signal-refused-that-is-one; signal(7), Real-time signals"};
inline const Advice kNotNested{
    "a second scope refused",
    "The signal has a handler already, perhaps another scope's. That is no error: it is kept, and "
    "put back at the end. So a function may count SIGTERM for itself inside a program that does.",
    "README.md#a-second-scope-refused; daemon/signals.hh"};
inline const Advice kBusyWait{
    "a loop that asks instead of waiting",
    "It looks at the flag again and again and uses a processor for it. ppoll(2) sleeps until the "
    "signal comes.",
    "README.md#a-loop-that-asks-instead-of-waiting; ppoll(2)"};
inline const Advice kHeldBack{
    "other signals held back by the wait",
    "What the caller had not blocked stays open: its handler runs while the wait goes on. A wait "
    "that blocks everything but its own signals keeps SIGTERM from the rest of the program.",
    "README.md#other-signals-held-back-by-the-wait; ppoll(2), sigmask"};
inline const Advice kTooEarly{
    "the deadline come too early",
    "What is left was rounded down, or cut to a smaller type or to a longest sleep, and the wait "
    "says 'nothing came' before its time. The sleep has ended; ask the deadline.",
    "README.md#the-deadline-come-too-early; daemon/deadline.hh"};
inline const Advice kTooLate{
    "the deadline come too late",
    "Who sleeps for whole seconds, or wakes up from time to time to look at the clock, oversleeps. "
    "ppoll(2) takes what is left to the nanosecond.",
    "README.md#the-deadline-come-too-late; ppoll(2), tmo_p"};
inline const Advice kLeavesSome{
    "a take that leaves something",
    "take() gives all that was counted, and starts again at zero. What it leaves is taken a "
    "second time, as a signal that never came.",
    "README.md#a-take-that-leaves-something; std::atomic, exchange"};
inline const Advice kTakeWaits{
    "a take that waits",
    "Nothing was counted, and that is an answer, too: 0. To sleep until something comes is "
    "wait_for_signal()'s part.",
    "README.md#a-take-that-waits"};
inline const Advice kEmptied{
    "a flag emptied by the way",
    "What the flag has counted stays until take() is called. It may have signals from another "
    "handler already, and whoever looks at it after the scope's end wants to find them.",
    "README.md#a-flag-emptied-by-the-way; daemon/signals.hh"};
inline const Advice kOtherException{
    "another exception than was promised",
    "Who makes a handler catches std::system_error, and looks at its number. Any other "
    "exception goes past it, up to the end of the program; an assertion ends it at once.",
    "README.md#another-exception-than-was-promised; daemon/error.hh, check, fail"};
inline const Advice kOtherNumber{
    "a refusal told by another number",
    "errno says why the kernel has refused, and it does not always say EINVAL. Keep it before "
    "anything else is called, and throw this number.",
    "README.md#a-refusal-told-by-another-number; sigaction(2), ERRORS"};
inline const Advice kOldNumber{
    "an errno that is old",
    "errno is what the last call left that failed, perhaps long ago. Who refuses the number before "
    "any call has looked at it says the reason, too: EINVAL.",
    "README.md#an-errno-that-is-old; errno(3)"};
inline const Advice kInstallsAgain{
    "a handler that installs itself again",
    "On the systems of the eighties a handler was gone after its first signal. sigaction(2) "
    "keeps it; signal(2) in the handler sets it anew, with other flags and another mask.",
    "README.md#a-handler-that-installs-itself-again; sigaction(2), SA_RESETHAND; signal(2), "
    "Portability"};
inline const Advice kPendingLost{
    "a pending signal thrown away",
    "A signal that is blocked waits. To ignore it, for a moment only, throws away what waits (so "
    "does the default where that is to ignore), and sigtimedwait(2) takes it away. Set the new "
    "action in one call of sigaction(2).",
    "README.md#a-pending-signal-thrown-away; sigaction(2); signal(7), Signal dispositions"};
inline const Advice kNotAllSignals{
    "not all signals of the flag let in",
    "Each place of the table that holds this flag is a signal to let in: from 1 to the last "
    "real-time signal, and looked up in each wait, because scopes begin and end between two "
    "of them.",
    "README.md#not-all-signals-of-the-flag-let-in; signal(7), Real-time signals"};
inline const Advice kThirdEnd{
    "a wait that ends for another reason",
    "A wait has two ends: the flag is raised, or the deadline has come. That no signal leads "
    "to the flag just now is no third one: a scope may begin in another thread.",
    "README.md#a-wait-that-ends-for-another-reason; daemon/signals.hh"};
inline const Advice kBadTime{
    "a time that ppoll does not take",
    "In a timespec the nanoseconds are fewer than a thousand million: whole seconds go into "
    "tv_sec. Nothing in it is below zero: the deadline may come between two looks at the clock. "
    "And never is no number, neither -1 nor the largest one: pass nullptr.",
    "README.md#a-time-that-ppoll-does-not-take; ppoll(2); timespec(3)"};
inline const Advice kMoreIgnored{
    "more than SIGPIPE changed",
    "The header promises one thing, about one signal. A program that was to end when its "
    "terminal closes has to end then, also after this call.",
    "README.md#more-than-sigpipe-changed; signal(7)"};
inline const Advice kPipeBlocked{
    "SIGPIPE blocked in one thread",
    "A mask is a thread's own: the thread that called is safe, and another one's write still ends "
    "the process. To ignore a signal is a matter of the whole process.",
    "README.md#sigpipe-blocked-in-one-thread; signal(7), Signal mask; sigaction(2)"};
inline const Advice kPipeOnce{
    "SIGPIPE ignored once for all",
    "A static or call_once remembers that it was done, and not whether it still holds. "
    "reset_all_signals() may come between, in a child above all. To do it again costs nothing.",
    "README.md#sigpipe-ignored-once-for-all; daemon/signals.hh"};
inline const Advice kPastItsHandler{
    "a signal taken past its handler",
    "The signal has come, and the flag has not counted it: sigtimedwait(2) takes a signal away, "
    "and its handler does not run. True means that the flag is raised.",
    "README.md#a-signal-taken-past-its-handler; sigtimedwait(2)"};
inline const Advice kRestartAdded{
    "SA_RESTART that nobody asked for",
    "sa_flags are those that this handler was given, and nothing is added to them. With SA_RESTART "
    "a read goes on after the signal, and the loop round it never looks at the flag.",
    "README.md#sa_restart-that-nobody-asked-for; sigaction(2), sa_flags"};
inline const Advice kFlagNotBack{
    "the flag of before not put back",
    "The action is there again, and the table has not the flag that it counted in. The end of the "
    "scope puts back both: a handler without its flag counts nothing, or for somebody else.",
    "README.md#the-flag-of-before-not-put-back"};
inline const Advice kNoDeadline{
    "a wait without an end",
    "The deadline has come, and the wait still sleeps. sigsuspend(2) and pause(2) know no time; "
    "ppoll(2) is given what is left until the deadline.",
    "README.md#a-wait-without-an-end; ppoll(2), tmo_p; sigsuspend(2)"};

}  // namespace waymark::course::check
