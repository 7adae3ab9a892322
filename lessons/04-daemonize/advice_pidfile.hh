// The misconceptions of lesson 04 about the pid file and its locks, each with its section in
// README.md.

#pragma once

#include "lessons/course/check/story.hh"

namespace waymark::course::check {

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
    "this process closes any descriptor of the file. Write through the descriptor that is there.",
    "README.md#a-lock-dropped-by-a-second-descriptor; fcntl_locking(2), Advisory record locking"};

inline const Advice kNoOwner{
    "a lock that belongs to nobody",
    "F_OFD_SETLK locks for the open file, and of such a lock F_GETLK gives -1 for the process. "
    "Byte 1 tells who the server is: F_SETLK, the lock of this process alone.",
    "README.md#a-lock-that-belongs-to-nobody; fcntl_locking(2), F_GETLK"};

inline const Advice kMoreLocked{
    "more locked than one byte",
    "A length of 0 is as far as the file may ever go. The lock on byte 0 then covers byte 1, and "
    "the lock that tells who the server is finds it there: l_start 0, l_len 1.",
    "README.md#more-locked-than-one-byte; fcntl_locking(2), l_len"};

inline const Advice kWrongPid{
    "the pid of the wrong process",
    "The process that stays writes its own number, getpid(2) in write_pid(). Before daemonize() "
    "that is the command's, which ends; getppid(2) is another's.",
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

inline const Advice kNotBegunAgain{
    "a lost file given up",
    "The path led to another file when the lock was there, and try_lock said that somebody holds "
    "it. Nobody does: open what stands at the path now, and lock that.",
    "README.md#a-lost-file-given-up; daemon/pidfile.hh"};

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

inline const Advice kWaitsForLock{
    "a wait for the lock of the process",
    "F_SETLKW sleeps until the lock is free, and a server that runs keeps it for months. Byte 1 is "
    "asked for once, with F_SETLK: write_pid() throws if another process has it.",
    "README.md#a-wait-for-the-lock-of-the-process; fcntl_locking(2), F_SETLKW"};

inline const Advice kMoreWritten{
    "more written than the text",
    "The text is the number and a newline. The zero byte that ends a string in memory is no "
    "part of it: write size() bytes.",
    "README.md#more-written-than-the-text"};

inline const Advice kTakenForHeld{
    "a refusal taken for a held lock",
    "try_lock gives nothing when another server has the lock, and only then. What the system "
    "refuses (no such folder, no permission, a link) is thrown: else a person looks for a "
    "server that is not there.",
    "README.md#a-refusal-taken-for-a-held-lock; daemon/error.hh, check"};

inline const Advice kLongPause{
    "a pause until the deadline",
    "A lock may be free the next moment. Try it again after a short pause, a hundredth of a "
    "second or so, as long as the deadline has not come. What is left of one that never comes "
    "is -1 for poll(2): a sleep without an end.",
    "README.md#a-pause-until-the-deadline"};

inline const Advice kGivenBack{
    "a lock given back for everybody",
    "The lock on byte 0 is the open file's, and fork hands it on: who unlocks it in a child "
    "unlocks it for the server. It goes by itself when the last descriptor is closed.",
    "README.md#a-lock-given-back-for-everybody; fcntl_locking(2), Open file description locks"};

inline const Advice kBothAtOnce{
    "the second lock taken too early",
    "Byte 1 tells who the server is, so the process that stays takes it, in write_pid(). If the "
    "command has it, the daemon is refused, or nobody has it when the command has ended.",
    "README.md#the-second-lock-taken-too-early; daemon/pidfile.hh"};

inline const Advice kRemoveThrows{
    "an exception out of remove",
    "remove() is noexcept and is called by the destructor: an exception in it ends the program "
    "by std::terminate. That the file is gone already is what it wanted.",
    "README.md#an-exception-out-of-remove; daemon/pidfile.hh; std::terminate"};

inline const Advice kWriterEarly{
    "the writer remembered too early",
    "write_pid() has thrown, so this process has written nothing, and its end removes nothing. Who "
    "has written is noted when the text is in the file: after the lock, and after the write.",
    "README.md#the-writer-remembered-too-early; daemon/pidfile.hh"};

}  // namespace waymark::course::check
