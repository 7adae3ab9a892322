// The misconceptions of this lesson, each under the name that README.md explains it by.

#pragma once

#include "lessons/course/check/story.hh"

namespace waymark::course::check {

inline const Advice kNotDropped{"rights that stay",
                                "The process is still root, and nobody was told.",
                                "README.md#rights-that-stay; setresuid(2)"};
inline const Advice kEffective{
    "seteuid meant as permanent",
    "Only the effective id has changed. The real and the saved one are root's, so the next fault "
    "calls seteuid(0) and is root.",
    "README.md#seteuid-meant-as-permanent; seteuid(2); credentials(7)"};
inline const Advice kSaved{
    "the saved id forgotten",
    "A change back to the saved id is always allowed. A drop sets all three.",
    "README.md#the-saved-id-forgotten; setresuid(2)"};
inline const Advice kGroupIds{
    "the group left as it was",
    "The user is another one, the group is still root's: files of that group are open.",
    "README.md#the-group-left-as-it-was; setresgid(2)"};
inline const Advice kGroups{
    "supplementary groups kept",
    "A file is open to a member of its group, and setresgid(2) does not touch the list of "
    "supplementary groups.",
    "README.md#supplementary-groups-kept; setgroups(2)"};
inline const Advice kOrder{"the user changed first",
                           "Who is not root any more may not change the groups: setgroups(2) and "
                           "setresgid(2) say EPERM.",
                           "README.md#the-user-changed-first; setgroups(2), ERRORS"};
inline const Advice kUnchecked{
    "a failed drop survived",
    "A call said -1, and the program went on with the rights that it had.",
    "README.md#a-failed-drop-survived; setresuid(2), NOTES"};
inline const Advice kProof{"done taken for proved",
                           "The call said 0, and an id or a group was still there. All that the "
                           "program does later relies on it: read it back.",
                           "README.md#done-taken-for-proved; getresuid(2); getgroups(2)"};
inline const Advice kRegain{
    "the way back not tried",
    "The ids were right, and the process could still become root: capabilities were left, or "
    "something else lets it. Try, and let success be the failure.",
    "README.md#the-way-back-not-tried; capabilities(7)"};
inline const Advice kRegainOfRoot{
    "an id of root taken for a way back",
    "Who was asked to be root, or to have its group, has not failed by having it. Root is whoever "
    "has the number 0, under any name.",
    "README.md#an-id-of-root-taken-for-a-way-back"};
inline const Advice kCapabilities{
    "capabilities kept",
    "Permitted ones, which PR_SET_KEEPCAPS keeps, can be made effective again; no change of user "
    "touches the inheritable ones. And capset() says EINVAL to a head without a version.",
    "README.md#capabilities-kept; capabilities(7); capset(2); prctl(2), PR_SET_KEEPCAPS"};
inline const Advice kNoMoreToDo{
    "the right ids and nothing more to do",
    "Ids and groups are those that were asked for, and capabilities are left: whoever has started "
    "the process may have set both. What needs no root is done all the same.",
    "README.md#the-right-ids-and-nothing-more-to-do; capabilities(7)"};
inline const Advice kNeedless{
    "a drop refused to who has dropped",
    "Nothing had to be changed, and a call that needs root was made all the same.",
    "README.md#a-drop-refused-to-who-has-dropped"};
inline const Advice kUnknown{
    "a user who is not there",
    "A name that nobody bears is a mistake on the command line: UsageError, "
    "before anything is changed.",
    "README.md#a-user-who-is-not-there; getpwnam(3)"};
inline const Advice kLookUp{
    "a look-up that failed taken for an answer",
    "getpwnam(3) gives a null pointer for two reasons: there is no such user, or nobody could be "
    "asked. errno tells them apart.",
    "README.md#a-look-up-that-failed-taken-for-an-answer; getpwnam(3), RETURN VALUE"};
inline const Advice kStaleErrno{
    "an errno from before",
    "Where there is no such name getpwnam(3) may leave errno alone. Set it to 0 before the call.",
    "README.md#an-errno-from-before; getpwnam(3), RETURN VALUE"};
inline const Advice kNumber{
    "a number taken for a name",
    "A text that is made a number becomes 0 where it is none, and 0 is root.",
    "README.md#a-number-taken-for-a-name"};
inline const Advice kGroupGiven{"another group than was asked for",
                                "With a group given it is that one; without, the user's own.",
                                "README.md#another-group-than-was-asked-for; getgrnam(3)"};
inline const Advice kDeathSignal{
    "the parent-death signal lost",
    "The kernel clears it when the effective user or group changes. The worker then outlives the "
    "server.",
    "README.md#the-parent-death-signal-lost; prctl(2), PR_SET_PDEATHSIG"};
inline const Advice kOrphan{"an orphan that goes on",
                            "The parent died while the signal was cleared, so none will come. Set "
                            "it first, then look whether "
                            "the parent is the one from before.",
                            "README.md#an-orphan-that-goes-on; prctl(2), PR_SET_PDEATHSIG"};
inline const Advice kExit{
    "exit for _exit",
    "exit(3) runs what atexit(3) has, and writes out what lies in buffers: code of a program that "
    "should not go on with these rights.",
    "README.md#exit-for-_exit; _exit(2)"};
inline const Advice kThrownEnd{
    "an exception for _exit",
    "Whoever catches it goes on, without a parent and without a signal. What must end ends by "
    "_exit().",
    "README.md#an-exception-for-_exit; _exit(2)"};
inline const Advice kNoOrphan{"taken for an orphan",
                              "Process 1 may be the parent from the beginning, and who has set no "
                              "signal has not asked to end.",
                              "README.md#taken-for-an-orphan"};
inline const Advice kOtherError{"another error than was promised",
                                "What the system refused is a std::system_error with its errno; "
                                "what a person must correct is a "
                                "UsageError.",
                                "README.md#another-error-than-was-promised"};
inline const Advice kErrnoOfNothing{
    "the errno of a call that went well",
    "No call has failed here: what they said was read back, and was not so. errno has then what "
    "some call has left. The proof has an error of its own, EPERM.",
    "README.md#the-errno-of-a-call-that-went-well; errno(3)"};
inline const Advice kScopeNothing{"a scope that changes nothing",
                                  "Inside, the effective user is the other one.",
                                  "README.md#a-scope-that-changes-nothing; seteuid(2)"};
inline const Advice kScopePermanent{
    "a scope without a way back",
    "The real or the saved id was given up, or the end of the scope did not bring everything back.",
    "README.md#a-scope-without-a-way-back; credentials(7)"};
inline const Advice kScopeGroups{
    "root's groups in the scope",
    "A file that is closed to the other user is opened by a group that root has.",
    "README.md#roots-groups-in-the-scope; setgroups(2)"};
inline const Advice kScopeGroupsBack{"other groups afterwards",
                                     "The list before was longer, or empty, or not the one that is "
                                     "there now.",
                                     "README.md#other-groups-afterwards; getgroups(2)"};
inline const Advice kPrevious{
    "the real id taken for the one before",
    "In a set-user-ID program the real user is whoever started it, and the effective one is root.",
    "README.md#the-real-id-taken-for-the-one-before; credentials(7)"};
inline const Advice kWayBackOrder{
    "the way back in the order of the way in",
    "The other user may not change groups. On the way back the user comes first.",
    "README.md#the-way-back-in-the-order-of-the-way-in"};
inline const Advice kHalf{
    "half a change left",
    "A constructor that throws has no destructor behind it. What it has changed "
    "it undoes itself.",
    "README.md#half-a-change-left"};
inline const Advice kBackFromNowhere{
    "back from where it never was",
    "The first call failed, so nothing had changed, and there was nothing to bring back. Who may "
    "not set the groups may not set the old ones either: the way back fails, and ends the process.",
    "README.md#back-from-where-it-never-was"};
inline const Advice kWayBackFails{
    "on with rights that nobody expects",
    "The way back failed. Nothing may run after that: the process ends with 111.",
    "README.md#on-with-rights-that-nobody-expects; _exit(2)"};
inline const Advice kOtherStatus{
    "another exit status than 111",
    "The process has ended, as it must, and whoever started it reads the status: 111 says that the "
    "system failed and that it may work later, 100 that a person must change something. Others say "
    "nothing.",
    "README.md#another-exit-status-than-111; daemon/error.hh, kExitSystem"};
inline const Advice kSilent{
    "an end without a word",
    "The process ended, as it must, and nobody will ever know why: print_error() says which call "
    "has failed.",
    "README.md#an-end-without-a-word; daemon/error.hh"};

}  // namespace waymark::course::check
