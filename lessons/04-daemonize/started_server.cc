// The part of started.hh that runs in the command's process and in the daemon's.

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "daemon/error.hh"
#include "daemon/privileges.hh"
#include "lessons/04-daemonize/started.hh"
#include "lessons/course/check/processes.hh"

namespace waymark::course::check {

using daemon::PidFile;
using daemon::Readiness;

namespace {

std::string environment_text() {
    std::vector<std::string> entries;
    for (char** entry = environ; entry && *entry; ++entry) entries.emplace_back(*entry);
    std::ranges::sort(entries);
    return fmt::format("{}", fmt::join(entries, " "));
}

// What a program does between daemonize() and ready().
void settle() {
    const daemon::Fd zero(daemon::check(::open("/dev/zero", O_RDWR | O_CLOEXEC), "open"));
    for (const int number : {STDIN_FILENO, STDOUT_FILENO}) ::dup2(zero.get(), number);
    ::umask(0123);
    daemon::check(::chdir("/proc"), "chdir");
}

// What is promised is std::system_error.
std::string in_words(const std::exception& error) {
    const bool promised = dynamic_cast<const std::system_error*>(&error) != nullptr;
    return fmt::format("{}{}", promised ? "" : Started::kNoSystemError, error.what());
}

bool has_terminal() {
    return static_cast<bool>(daemon::Fd(::open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)));
}

// A child of the server that has its copy of everything and ends with all destructors run.
void run_a_child(std::optional<PidFile>& pid_file) {
    in_a_process([&] {
        pid_file.reset();
        return 0;
    });
}

// The system takes nothing more into a file, or takes only a piece of what it is given.
void write_pid(PidFile& pid_file, std::string_view how) {
    Faults faults;
    if (how == "in-pieces") faults.shorten(2);
    if (how == "without-room") {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit nothing{0, 0};
        ::setrlimit(RLIMIT_FSIZE, &nothing);
    }
    pid_file.write_pid();
}

// The first thing that is written is the word.
std::string say_ready(Readiness& readiness, std::string_view how) {
    std::string place;
    Faults faults;
    if (how == "without-descriptors") faults.fail(Call::open, EMFILE, 10);
    faults.before(Call::write, [&] { place = file_of(::getpid(), STDERR_FILENO); });
    readiness.ready();
    return place.empty() ? "(no word)" : place;
}

}  // namespace

void Started::give_stderr_a_buffer() {
    static char buffer[BUFSIZ];
    std::setvbuf(stderr, buffer, _IOFBF, sizeof buffer);
}

int Started::run_command(const How& how) {
    ends_.first.close();
    ::dup2(input_.reading.get(), STDIN_FILENO);
    ::dup2(output_.writing.get(), STDOUT_FILENO);
    ::dup2(errors_.writing.get(), STDERR_FILENO);
    daemon::close_all_but({ends_.second.fd().get()});
    how.before();
    std::optional<PidFile> pid_file;
    daemon::DaemonOptions options = how.options;
    options.keep.push_back(ends_.second.fd().get());
    if (!how.pid_path.empty()) {
        std::optional<PidFile> locked = lock(how);
        if (!locked) return daemon::kExitUsage;
        pid_file.emplace(std::move(*locked));
        options.keep.push_back(pid_file->fd().get());
    }
    if (how.in_foreground) {
        Readiness readiness = Readiness::foreground();
        ends_.second.send(fmt::format("{} 0", ::getpid()));
        return serve(readiness, pid_file);
    }
    const std::string own_end = file_of(::getpid(), ends_.second.fd().get());
    std::optional<Faults> faults(std::in_place);
    if (how.faults) how.faults(*faults);
    Readiness readiness = leave(options);
    const int calls = faults->calls(how.counted);
    faults.reset();
    // It can say nothing any more, so it says so where no descriptor is needed. The number may be
    // another file's by now.
    if (file_of(::getpid(), ends_.second.fd().get()) != own_end) {
        keep_closed_->store(true);
        ::_exit(daemon::kExitSystem);
    }
    ends_.second.send(fmt::format("{} {}", ::getpid(), calls));
    return serve(readiness, pid_file);
}

// Says itself why there is none.
std::optional<PidFile> Started::lock(const How& how) {
    std::optional<Faults> faults;
    if (how.lock_faults) how.lock_faults(faults.emplace());
    try {
        std::optional<PidFile> locked =
            PidFile::try_lock(how.pid_path, daemon::Deadline::after(how.patience));
        if (!locked) ends_.second.send("refused");
        return locked;
    } catch (const std::exception& error) {
        ends_.second.send(fmt::format("thrown {}", in_words(error)));
        return std::nullopt;
    }
}

Readiness Started::leave(const daemon::DaemonOptions& options) {
    const pid_t command = ::getpid();
    try {
        // A view: the text behind it goes on where the name has ended.
        return daemon::daemonize(std::string_view("rosamunde").substr(0, 4), options);
    } catch (const std::exception& error) {
        const bool promised = dynamic_cast<const std::system_error*>(&error) != nullptr;
        const std::string word = promised ? "thrown" : fmt::format("thrown {}", in_words(error));
        ends_.second.send(::getpid() == command ? word : "thrown on");
        throw;
    }
}

int Started::serve(Readiness& readiness, std::optional<PidFile>& pid_file) {
    for (;;) {
        const std::string request = wait_for_word(ends_.second);
        if (request.empty() || request == "end") return 0;
        std::string answer;
        try {
            answer = answer_to(request, readiness, pid_file);
        } catch (const std::exception& error) {
            answer = in_words(error);
        }
        ends_.second.send(answer);
    }
}

std::string Started::answer_to(std::string_view request, Readiness& readiness,
                               std::optional<PidFile>& pid_file) {
    const std::size_t space = request.find(' ');
    const std::string_view verb = request.substr(0, space);
    const std::string rest(space == request.npos ? "" : request.substr(space + 1));
    if (verb == "ready") return say_ready(readiness, rest);
    if (verb == "failed") readiness.failed(std::stoi(rest), rest.substr(rest.find(' ') + 1));
    if (verb == "print") {
        fmt::print(stderr, "{}\n", rest);
        std::fflush(stderr);
    }
    if (verb == "settle") settle();
    if (verb == "environment") return "has " + environment_text();
    if (verb == "open") {
        // Without O_NOCTTY, and never closed: this is what the second fork is for.
        if (::open(rest.c_str(), O_RDWR | O_CLOEXEC) == -1) return "could not open it";
        return has_terminal() ? "has a terminal" : "has no terminal";
    }
    if (verb == "write" && pid_file) write_pid(*pid_file, rest);
    if (verb == "child") run_a_child(pid_file);
    if (verb == "become") daemon::drop_permanently(rest);
    return "done";
}

}  // namespace waymark::course::check
