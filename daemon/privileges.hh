// Rights that a program needs once, and must not keep. Who binds port 80 is root for that one call;
// who then reads what strangers send should be nobody, for good. A process has real, effective and
// saved ids (credentials(7)): as long as one of them is root's, a fault in a parser can become root
// again. So the permanent drop sets all three, and then tries to undo itself.
//
// A drop that fails must not be survived ("go on as root"): the functions throw, and the caller
// ends.
// All threads change, because glibc does that (setresuid(2), NOTES); the system calls themselves
// change one thread only.

#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace waymark::daemon {

// Becomes `user` for good: supplementary groups, group, user, in this order, for after the user has
// changed the groups cannot be. With an empty `group` it is the user's own group; of the others
// that the user belongs to it gets none (no initgroups(3)). Proves it: reads all ids back and
// requires that root cannot be regained; then gives up all capabilities. Keeps the parent-death
// signal (Children), which the kernel clears here; if the parent died meanwhile, the process ends.
// Throws UsageError if there is no such user or group, and std::system_error if the system refuses
// or the proof fails. Needs root; a process that has these ids and no supplementary groups already
// may call it, too.
void drop_permanently(const std::string& user, const std::string& group = {});

// Another effective user for the length of a scope, for a file that only this user may open. Not a
// drop: the saved id remains, and whoever takes over the process may use it. Groups change, too.
// Throws std::system_error. If the way back fails, the process ends with 111: the rest of the
// program would run with rights that nobody expects.
class ScopedEffectiveUser {
  public:
    ScopedEffectiveUser(uid_t user, gid_t group);
    ScopedEffectiveUser(const ScopedEffectiveUser&) = delete;
    ScopedEffectiveUser& operator=(const ScopedEffectiveUser&) = delete;
    ~ScopedEffectiveUser();

  private:
    uid_t previous_user_;
    gid_t previous_group_;
    std::vector<gid_t> previous_groups_;
};

// From now on execve(2) gives no rights: set-user-ID programs run as we are (prctl(2),
// PR_SET_NO_NEW_PRIVS). Inherited, and never to be taken back. Throws std::system_error.
void set_no_new_privileges();

}  // namespace waymark::daemon
