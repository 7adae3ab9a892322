// A list of what a process may ask of the kernel; all else fails (seccomp(2)). Who has found a hole
// in a parser runs code with the rights of that process: it starts a shell, writes a file, tries
// the kernel's rarely used calls. A list of what is forbidden is out of date with the next kernel,
// which has calls that nobody thought of; a list of what is allowed is not.
//
// What is not allowed fails with an error number, it does not kill: a C library that tries a new
// call and has another way goes on, and one that has none tells its caller, who logs the call by
// its name and serves the others. A process that is killed tells nobody why, and the next one dies
// of the same.

#pragma once

#include <initializer_list>
#include <span>

#include "daemon/call_groups.hh"

namespace waymark::daemon {

// From now on only calls of these groups succeed, in this thread and in all that it starts. The
// others fail with EPERM, also those that are newer than this program; clone3(2) fails with ENOSYS,
// so that the C library takes clone(2), whose flags a filter can see. Sets no_new_privileges
// (daemon/privileges.hh), and cannot be taken back; a second filter is refused, for no group has the
// call. To be called before there are threads. Throws std::system_error.
//
// A call is judged by its number and its arguments, but not by what a pointer leads to: which file
// is opened and whom a socket is connected to is for daemon/landlock to say.
void allow_only(std::span<const CallGroup> groups);
inline void allow_only(std::initializer_list<CallGroup> groups) {
    allow_only(std::span(groups.begin(), groups.size()));
}

}  // namespace waymark::daemon
