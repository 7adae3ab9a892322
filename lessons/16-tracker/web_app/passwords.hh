// Passwords, made into what is kept of them, and compared with it: argon2id (RFC 9106), as
// libsodium writes it (crypto_pwhash_str). It is slow on purpose, so it is done on a thread of its
// own, never on the event loop's.
//
// The cost is libsodium's "interactive": two passes over 64 MiB, a tenth of a second on a small
// machine. That is what RFC 9106 (4) wants where memory is short, with two passes in place of its
// three; "moderate" takes four times as much, which a small machine that also runs other things has
// not to spare. One is computed at a time and few wait, so all log-ins at once cost 64 MiB for a
// moment, and the memory goes back to the system (malloc maps and unmaps pieces of this size).

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/thread_pool.hh"
#include "net/event_loop.hh"
#include "net/task.hh"

namespace waymark::tracker {

struct PasswordCost {
    unsigned long long passes;
    std::size_t memory;  // bytes
};
// What people's passwords cost.
extern const PasswordCost kPasswordCost;
// The least that is allowed, for tests.
extern const PasswordCost kLeastPasswordCost;

// Throws std::bad_alloc if there is no memory for it. To be called where waiting does no harm.
std::string hash_password(const std::string& password, const PasswordCost& cost = kPasswordCost);
// False also for a hash that is none, after the time that one takes: who asks about a name that is
// nobody's waits as long. Throws std::bad_alloc.
bool is_password(const std::string& hash, const std::string& password);

class Passwords {
  public:
    static constexpr std::size_t kAtOnce = 1;
    static constexpr std::size_t kMostWaiting = 16;

    // The loop must outlive it.
    explicit Passwords(net::EventLoop& loop, const PasswordCost& cost = kPasswordCost)
        : loop_(loop), cost_(cost), pool_(kAtOnce, kMostWaiting) {}

    // Nothing if too many wait, or there is no memory: try later.
    net::Task<std::optional<std::string>> hash(std::string password);
    net::Task<std::optional<bool>> is(std::string hash, std::string password);

    // Drops what waits.
    void stop() { pool_.stop(daemon::ThreadPool::AtStop::discard); }

  private:
    net::EventLoop& loop_;
    PasswordCost cost_;
    daemon::ThreadPool pool_;
};

}  // namespace waymark::tracker
