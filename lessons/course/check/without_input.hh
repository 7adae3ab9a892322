// A program that has no standard input, because it was started so (`server <&-`) or has closed it.
// The next descriptor that it opens is number 0, and whoever takes 0 for none loses it.

#pragma once

#include <fcntl.h>
#include <unistd.h>

#include "daemon/error.hh"
#include "daemon/fd.hh"

namespace waymark::course::check {

// As long as it lives, number 0 is free. Whatever gets it must be closed before.
class WithoutInput {
  public:
    WithoutInput()
        : input_(daemon::check(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, kOutOfTheWay), "fcntl")) {
        ::close(STDIN_FILENO);
    }
    WithoutInput(const WithoutInput&) = delete;
    WithoutInput& operator=(const WithoutInput&) = delete;
    ~WithoutInput() { ::dup2(input_.get(), STDIN_FILENO); }

  private:
    static constexpr int kOutOfTheWay = 100;
    daemon::Fd input_;
};

}  // namespace waymark::course::check
