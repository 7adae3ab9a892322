#include "echo.hh"

#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <span>

#include "daemon/error.hh"
#include "net/timed_io.hh"
#include "program.hh"

namespace waymark::echo {

namespace {

// What recv(2) and send(2) give, EINTR repeated; 0 for a connection that is gone.
template <class Call>
std::size_t moved(Call call, const char* name) {
    while (true) {
        const ssize_t count = call();
        if (count >= 0) return static_cast<std::size_t>(count);
        const int error = errno;
        if (error == EINTR) continue;
        if (net::classify_io_error(error) == net::IoErrorKind::broken) return 0;
        daemon::fail(error, name, "client");
    }
}

// send(2) may take a part only: the rest is ours to send.
bool send_all(const Fd& client, std::span<const char> bytes) {
    while (!bytes.empty()) {
        const std::size_t sent = moved(
            [&] { return ::send(client.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL); }, "send");
        if (sent == 0) return false;
        bytes = bytes.subspan(sent);
    }
    return true;
}

// For the handlers, which see nothing else.
std::atomic<int> served = -1;
std::atomic<bool> was_told = false;
static_assert(std::atomic<int>::is_always_lock_free);

void let_end_come(int) {
    const int error = errno;
    was_told = true;
    ::shutdown(served, SHUT_RD);
    ::alarm(static_cast<unsigned>(kGrace.count()));
    errno = error;
}

void cut_off(int) {
    const int error = errno;
    ::shutdown(served, SHUT_RDWR);
    errno = error;
}

// Lets the two signals and the alarm through for the length of a scope, in which `client` is
// served. Elsewhere they stay as they are: blocked, where somebody waits for them in another way.
class Interruptible {
  public:
    explicit Interruptible(const Fd& client) {
        served = client.get();
        sigset_t ours;
        sigemptyset(&ours);
        for (const int signal : {SIGTERM, SIGINT, SIGALRM}) {
            struct sigaction action = {};
            action.sa_handler = signal == SIGALRM ? cut_off : let_end_come;
            daemon::check(::sigaction(signal, &action, nullptr), "sigaction");
            sigaddset(&ours, signal);
        }
        ::sigprocmask(SIG_UNBLOCK, &ours, &previous_);
    }
    ~Interruptible() {
        ::sigprocmask(SIG_SETMASK, &previous_, nullptr);
        ::alarm(0);
        served = -1;
    }
    Interruptible(const Interruptible&) = delete;
    Interruptible& operator=(const Interruptible&) = delete;

  private:
    sigset_t previous_;
};

}  // namespace

void echo_back(const Fd& client) {
    std::array<char, 16'384> buffer;
    while (true) {
        const std::size_t got =
            moved([&] { return ::recv(client.get(), buffer.data(), buffer.size(), 0); }, "recv");
        if (got == 0) return;
        if (!send_all(client, std::span(buffer).first(got))) return;
    }
}

bool echo_back_until_signal(const Fd& client) {
    const Interruptible interruptible(client);
    echo_back(client);
    return !was_told;
}

}  // namespace waymark::echo
