// Errors of three of the four kinds: the system refused (SystemError by `fail` and `check`), the
// command line or a file is wrong (UsageError), and what a program's exit code says about either.
// The fourth kind, a peer that did something foreseen, is a value and is not here.
//
// The exit codes are qmail's and s6's: 100 means "do not try again before you changed something",
// 111 means "the system failed; it may work later".

#pragma once

#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace waymark::daemon {

inline constexpr int kExitOk = 0;
inline constexpr int kExitUsage = 100;   // your command or your file is wrong
inline constexpr int kExitSystem = 111;  // the system failed

// A command line, a configuration key or a file that a person must correct. The message says which
// place is wrong and what to do.
class UsageError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Throws std::system_error for `error_number`; what() reads "call object: reason".
[[noreturn]] void fail(int error_number, std::string_view call, std::string_view object = {});

// Returns `result`, or throws as `fail(errno, ...)` if it is -1.
int check(int result, std::string_view call, std::string_view object = {});
long check(long result, std::string_view call, std::string_view object = {});

// The text of an errno value. Safe in threads, unlike strerror(3).
std::string error_text(int error_number);

// What was thrown, in words: its what(), or that it has none. `thrown` is not empty.
std::string message_of(const std::exception_ptr& thrown);

// Prints "who: message" and a line end on stderr. A message of several lines is printed as such;
// other control characters of ASCII, which a file's name may bring to a terminal, as \x1b. What
// stderr does not take is lost, without an exception and without a signal: who has to end because
// of an error must not stumble over it.
void print_error(std::string_view who, std::string_view message) noexcept;

// Runs a program's body and turns what it throws into print_error(program, message) and an exit
// code: 100 for UsageError, 111 for everything else. Returns the body's own code otherwise.
int run_main(std::string_view program, const std::function<int()>& body);

}  // namespace waymark::daemon
