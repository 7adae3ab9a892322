#include "delay.hh"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>

#include "daemon/children.hh"
#include "daemon/error.hh"
#include "daemon/quiet_write.hh"
#include "daemon/signals.hh"
#include "late_frames.hh"
#include "namespaces.hh"

namespace waymark::lab {

namespace {

using daemon::check;
using daemon::Fd;
using namespace std::chrono_literals;

std::string lock_of(const State& state, const Way& way) {
    return state.file(fmt::format("delay-{}-{}", way.first, way.second));
}

[[noreturn]] void bring_late(const std::string& lock_path, const Lab& lab, const Way& way,
                             const Fault& fault, Fd told) noexcept {
    try {
        ::setsid();
        daemon::close_all_but({told.get()});  // with the folder's, its lock would stay taken
        LateFrames frames(port_of(way.first), port_of(way.second),
                          mac_of(lab.host(way.second).host.number),
                          std::chrono::milliseconds(fault.delay_ms), fault.drop_percent);
        daemon::PidFile lock = daemon::PidFile::lock(lock_path, daemon::Deadline::after(2s));
        lock.write_pid();
        const Fd nothing(check(::open("/dev/null", O_RDWR | O_CLOEXEC), "open", "/dev/null"));
        for (const int number : {0, 1, 2}) check(::dup2(nothing.get(), number), "dup2");
        daemon::write_quietly(told.get(), "ready");
        told.reset();
        frames.run();
    } catch (const std::exception& error) {
        daemon::write_quietly(told.get(), error.what());
    }
    ::_exit(daemon::kExitSystem);
}

std::string all_of(const Fd& pipe) {
    std::string text;
    std::array<char, 512> bytes{};
    for (;;) {
        const ssize_t count = ::read(pipe.get(), bytes.data(), bytes.size());
        if (count == -1 && errno == EINTR) continue;
        if (check(count, "read") == 0) return text;
        text.append(bytes.data(), static_cast<std::size_t>(count));
    }
}

}  // namespace

void start_delay(const State& state, const Lab& lab, const Way& way, const Fault& fault) {
    daemon::Pipe pipe = daemon::make_pipe();
    daemon::Children children;
    children.start([&] {
        enter(lab.bridge().process, CLONE_NEWUSER | kHostNamespaces);
        // Forked here, it is one of the switch's processes; when this one ends, its parent is
        // process 1 there.
        if (check(::fork(), "fork") == 0)
            bring_late(lock_of(state, way), lab, way, fault, std::move(pipe.writing));
        return daemon::kExitOk;
    });
    pipe.writing.reset();
    const std::string said = all_of(pipe.reading);
    if (said != "ready")
        throw std::runtime_error(
            fmt::format("the delay did not start: {}", said.empty() ? "it was killed" : said));
}

void stop_delay(const State& state, const Way& way) {
    const auto running = daemon::find_locked_process(lock_of(state, way));
    if (running && daemon::send_signal(*running, SIGKILL)) {
        pollfd ended{running->process.get(), POLLIN, 0};
        while (::poll(&ended, 1, -1) == -1 && errno == EINTR) {
        }
    }
    ::unlink(lock_of(state, way).c_str());
}

}  // namespace waymark::lab
