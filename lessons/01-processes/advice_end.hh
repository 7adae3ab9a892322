// The same of how children are brought to their end.

#pragma once

#include "lessons/course/check/story.hh"

namespace waymark::course::check {

inline const Advice kNoGrace{
    "killing without grace",
    "SIGKILL cannot be caught: the child has no chance to finish its work. Wait until it has "
    "ended or the grace is over, and only then kill.",
    "README.md#killing-without-grace; signal(7)"};
inline const Advice kSleepIsEnd{
    "a sleep taken for an end",
    "Left alone the parent waits for its children, and it kills them when a signal interrupts its "
    "sleep. sleep_until_ended() may return earlier: look who has ended, and sleep again.",
    "README.md#a-sleep-taken-for-an-end; daemon/children.hh, sleep_until_ended"};
inline const Advice kOwnLimit{
    "another limit than the grace",
    "How long the children have is the caller's word: Deadline::never() and an hour are a grace, "
    "too. A number of rounds, or of seconds, in terminate_all itself is another one.",
    "README.md#another-limit-than-the-grace; daemon/deadline.hh"};
inline const Advice kAskedInTurn{
    "asking one after the other",
    "A child was not asked to end, because another one is waited for first. Ask all of them, then "
    "wait: they end at the same time, and some wait for each other.",
    "README.md#asking-one-after-the-other"};
inline const Advice kGroup{
    "signalling the whole group",
    "kill(0, ...), or a negative number, means a process group: everybody in it, also who is no "
    "child of ours, and the sender. signal_all() sends to each child.",
    "README.md#signalling-the-whole-group; kill(2)"};
inline const Advice kAskedOtherwise{
    "asking by another signal",
    "SIGTERM is how a process is asked to end: that one it is prepared for. Any other signal is "
    "another message, and most of them end it at once.",
    "README.md#asking-by-another-signal; signal(7)"};
inline const Advice kSleptThrough{
    "sleeping through the grace",
    "The grace is the longest that one waits, not how long one waits. All children have ended, "
    "and still nobody has looked.",
    "README.md#sleeping-through-the-grace"};
inline const Advice kPastGrace{
    "waiting past the grace",
    "The grace is over, children are left, and the parent sleeps on instead of killing them. Each "
    "sleep on the way ends with the grace: sleep_until_ended(pid, grace).",
    "README.md#waiting-past-the-grace"};
inline const Advice kBusy{
    "asking again and again",
    "A loop of looks without a sleep takes a whole processor to do nothing, just when the children "
    "need it to finish. sleep_until_ended() sleeps until there is something to see.",
    "README.md#asking-again-and-again; poll(2)"};
inline const Advice kStopped{
    "stopped child not continued",
    "A stopped process (Ctrl-Z, SIGSTOP) acts on SIGTERM only when it goes on. Send SIGCONT after "
    "it.",
    "README.md#stopped-child-not-continued; signal(7)"};
inline const Advice kForGranted{"an end taken for granted",
                                "SIGKILL was sent to this child, but it had ended by itself before "
                                "that. How it ended waitpid(2) "
                                "says, and nobody else.",
                                "README.md#an-end-taken-for-granted; waitpid(2)"};
inline const Advice kNoQuestion{
    "a grace that is over taken for no question",
    "How long the grace is says nothing about the first step: SIGTERM goes to each child, then the "
    "loop looks at the grace, and then comes SIGKILL.",
    "README.md#a-grace-that-is-over-taken-for-no-question"};
inline const Advice kNobodyAsked{
    "a child that nobody asked to end",
    "The child waits for its SIGTERM, and the parent for the child. signal_all(SIGTERM) sends "
    "it to each child in running_; a negative number is that of a group, and a child has its "
    "parent's.",
    "README.md#a-child-that-nobody-asked-to-end; kill(2)"};
inline const Advice kPastNumber{
    "signalling a number of the past",
    "A child that was collected has no number any more, and whoever gets it next would get the "
    "signal. SIGKILL is for who is in running_ when the grace is over: signal_all() sends to "
    "those.",
    "README.md#signalling-a-number-of-the-past; kill(2)"};
inline const Advice kAskedAgain{
    "asking more than once",
    "Many programs end in order at the first SIGTERM, and at the second at once, as a person "
    "means it who presses Ctrl-C twice. Ask each child once; then wait.",
    "README.md#asking-more-than-once; signal(7)"};

}  // namespace waymark::course::check
