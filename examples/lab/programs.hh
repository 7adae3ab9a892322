// Runs ip(8) and nft(8), which say to the kernel what we would have to say by netlink(7) otherwise:
// a file of theirs is as short as the matter is, and what it does can be looked up and typed by
// hand. Several may run at once.

#pragma once

#include <map>
#include <string>
#include <vector>

#include "daemon/children.hh"
#include "daemon/fd.hh"

namespace waymark::lab {

// The path of a program: in PATH, or in /usr/sbin or /sbin, which users of Debian do not have in
// theirs. Throws UsageError that names the package.
std::string find_program(const std::string& name, const std::string& package);

class Programs {
  public:
    // What each program enters: the network is enough for the keeper, who has the rights over it; a
    // command from outside gets them in the user namespace.
    explicit Programs(int namespaces) : namespaces_(namespaces) {}

    // Starts words[0], a path, with `input` on stdin, in the namespaces of `process` (a pidfd).
    // `who` stands before what it says on stderr. Throws
    // std::system_error.
    void start(const std::string& who, const std::vector<std::string>& words,
               const std::string& input, const daemon::Fd& process);

    // Until all have ended. Throws std::runtime_error with the first line that one of them has said
    // on stderr, if it did not end with 0.
    void wait();

  private:
    struct Running {
        std::string who;
        daemon::Fd said;
    };

    int namespaces_;
    daemon::Children children_;
    std::map<pid_t, Running> running_;
};

}  // namespace waymark::lab
