// The four system calls of a lab: a user namespace, in which one may do what only root may do
// outside; processes with namespaces of their own in it; and the way into those of another process.
//
// user_namespaces(7): whoever makes one has all capabilities in it, and over the namespaces that
// are made from it, but none over those outside. That is why no root is needed.

#pragma once

#include <sched.h>
#include <sys/types.h>

#include "daemon/fd.hh"

namespace waymark::lab {

// This process becomes root of a user namespace of its own: its user and its group are 0 in there,
// and nobody else has a number. To be called before there are threads (EINVAL). Throws UsageError,
// in one line with the cure, where the system lets nobody do this.
void become_root_of_own_namespace();

// What a host does not share with the others (namespaces(7)).
inline constexpr int kHostNamespaces =
    CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC;

// fork(2), with new namespaces for the child only. The child is process 1 of its pid namespace: when
// it ends, the kernel kills all others in there (pid_namespaces(7)). Returns 0 in the child. Throws
// std::system_error, or UsageError where the rights are missing.
pid_t fork_into(int namespaces);

// Enters the namespaces of `process`, a pidfd, of which `which` says the kinds (setns(2)). One more
// fork is needed before the process is in the pid namespace. Throws std::system_error.
void enter(const daemon::Fd& process, int which);

}  // namespace waymark::lab
