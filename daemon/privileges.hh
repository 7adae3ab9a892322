// Rights that a program needs once, and must not keep. Who binds port 80 is root for that one call;
// who then reads what strangers send should be nobody, for good. A process has real, effective and
// saved ids (credentials(7)): as long as one of them is root's, a fault in a parser can become root
// again. So the permanent drop sets all three, and then tries to undo itself.
//
// A drop that fails must not be survived ("go on as root"): the functions throw, and the caller
// ends.
// To be called before there are threads. glibc changes the ids and groups of all threads
// (setresuid(2), NOTES); capabilities, no_new_privs and the parent-death signal are the calling
// thread's alone.

#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace waymark::daemon {

// Becomes `user` for good: supplementary groups, group, user, in this order, for after the user has
// changed the groups cannot be. With an empty `group` it is the user's own group; no supplementary
// group is left, also none of the user's (no initgroups(3)). Both are names, not numbers, and are
// looked up before anything is changed. Proves it: reads all ids and the groups back, and tries to
// be root again, which must fail; then gives up all capabilities (capabilities(7)), inheritable
// ones as well. `user` may be root, who keeps capabilities, and of whom only the ids and groups are
// proved. Keeps the parent-death signal (Children), which the kernel clears here (prctl(2),
// PR_SET_PDEATHSIG); if one is set and the parent died meanwhile, the process ends with 111.
// Throws UsageError if there is no such user or group, and std::system_error if the look-up or the
// system fails, or the proof: EPERM. Needs root; a process that has these ids and no supplementary
// groups already may call it, too.
void drop_permanently(const std::string& user, const std::string& group = {});

// Another effective user for the length of a scope, for a file that only this user may open. Not a
// drop: the real and the saved id remain, and whoever takes over the process may use them. The
// effective group changes, too, and of supplementary groups there is `group` alone; the end of the
// scope brings all three back. Throws std::system_error, and then nothing has changed. If the way
// back fails, the process ends with 111: the rest of the program would run with rights that nobody
// expects. The kernel clears the parent-death signal here, and it is not set again.
class ScopedEffectiveUser {
  public:
    ScopedEffectiveUser(uid_t user, gid_t group);
    ScopedEffectiveUser(const ScopedEffectiveUser&) = delete;
    ScopedEffectiveUser& operator=(const ScopedEffectiveUser&) = delete;
    ~ScopedEffectiveUser();

  private:
    void go_back();  // ends the process if it cannot

    uid_t previous_user_;
    gid_t previous_group_;
    std::vector<gid_t> previous_groups_;
};

// From now on execve(2) gives no rights: set-user-ID programs run as we are (prctl(2),
// PR_SET_NO_NEW_PRIVS). Inherited, and never to be taken back. Throws std::system_error.
void set_no_new_privileges();

}  // namespace waymark::daemon
