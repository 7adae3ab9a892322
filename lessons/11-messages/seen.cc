#include "seen.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "daemon/error.hh"
#include "lessons/course/check/real_call.hh"

namespace waymark::course::check {

// Below TMPDIR, which is gone with the case, killed or not.
Folder::Folder() : path_(std::filesystem::temp_directory_path() / "waymark-messages-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) skip("no folder can be made for temporary files");
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

LogOptions to_file(const Folder& folder, Severity level) {
    return {.target = LogTarget::file, .path = folder.log(), .program = "test", .level = level};
}

LogOptions to_syslog(const Folder& folder) {
    return {.target = LogTarget::syslog, .path = folder.log(), .program = "test"};
}

std::string contents_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> lines_of(const std::string& path) {
    const std::string text = contents_of(path);
    std::vector<std::string> lines;
    for (std::size_t place = 0; place < text.size();) {
        const std::size_t end = text.find('\n', place);
        lines.push_back(text.substr(place, end - place));
        if (end == text.npos) {
            lines.back() += "(no line end)";
            break;
        }
        place = end + 1;
    }
    return lines;
}

namespace {

// " 3 " of "log: 3 lines ...": what of a report is no matter of words.
std::string_view number_in(std::string_view report) {
    const std::size_t begin = report.find(' ');
    return report.substr(begin, report.find(' ', begin + 1) - begin + 1);
}

}  // namespace

void expect_line(std::string_view line, Severity severity, std::string_view message,
                 const Causes& causes) {
    constexpr std::size_t kTimeLength = 24;
    const std::string head = fmt::format(" test[{}] {}: ", ::getpid(), name_of(severity));
    const bool has_head = line.size() >= kTimeLength && line[kTimeLength - 1] == 'Z' &&
                          line.substr(kTimeLength).starts_with(head);
    const std::string own = fmt::format(" test[{}] ", ::getpid());
    const bool is_ours = line.substr(std::min(line.size(), kTimeLength)).starts_with(own);
    const Causes of_head = line.empty()                         ? causes
                           : is_ours && line.ends_with(message) ? Causes(kOtherSeverity)
                           : line.ends_with("were lost")        ? causes
                                                                : Causes(kHead);
    expect(has_head, "the head of the line", "a time and" + show(head), show(line.substr(0, 100)),
           of_head);
    const std::string_view seen = line.substr(kTimeLength + head.size());
    const bool is_report = message.ends_with("were lost") && seen.starts_with("log: ");
    const bool has_number = is_report && seen.find(number_in(message)) != seen.npos;
    expect(seen == message, "its message", show(message.substr(0, 200)), show(seen.substr(0, 200)),
           has_number ? Causes(kHead) : causes);
}

void expect_lines(const std::string& path, const std::vector<std::string>& messages,
                  const Causes& causes) {
    const std::vector<std::string> lines = lines_of(path);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        expect(!lines[i].empty(), "a line of the file", "one that was logged",
               "empty, in: " + show(contents_of(path).substr(0, 400)), kNoPart);
        const bool is_early = lines[i].ends_with("were lost") && i < messages.size() &&
                              i + 1 < lines.size() &&
                              lines[i + 1].ends_with("] info: " + messages[i]);
        if (is_early)
            fail(fmt::format("line {} of the file", i + 1), show(messages[i]), show(lines[i]),
                 kToldBefore);
    }
    expect(lines.size() == messages.size(), "lines in the file", show(messages.size()),
           fmt::format("{}: {}", lines.size(), show(contents_of(path).substr(0, 400))), causes);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const bool is_about_lost = messages[i].starts_with("log: ");
        expect_line(lines[i], is_about_lost ? Severity::warning : Severity::info, messages[i],
                    causes);
    }
}

std::string told(long lost) {
    return fmt::format("log: {} lines before this one were lost", lost);
}

SystemLog::SystemLog(const Folder& folder) : path_(folder.log()) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path_.data(), path_.size());
    socket_ = Fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        skip("no socket can be made in a folder for temporary files");
}

SystemLog::~SystemLog() {
    ::unlink(path_.c_str());
}

std::string SystemLog::next() {
    char text[8192];
    const ssize_t length = ::recv(socket_.get(), text, sizeof text, MSG_DONTWAIT);
    return length == -1 ? "(nothing)" : std::string(text, static_cast<std::size_t>(length));
}

// Looks at the flags of openat(2), by which the C library opens; nothing else is touched.
bool refuse_late_close_on_exec() {
    sock_filter steps[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 5),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[2])),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_CLOEXEC, 3, 0),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, O_ACCMODE),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, O_RDONLY, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | kNotFromBirth),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{std::size(steps), steps};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

void room_for(rlim_t bytes) {
    rlimit room{};
    ::getrlimit(RLIMIT_FSIZE, &room);
    room.rlim_cur = std::min(bytes, room.rlim_max);
    ::setrlimit(RLIMIT_FSIZE, &room);
}

std::string in_words(int status) {
    if (WIFSIGNALED(status)) return fmt::format("killed by signal {}", WTERMSIG(status));
    return fmt::format("{} lines lost", WEXITSTATUS(status));
}

namespace {

struct Record {
    bool is_kept = false;
    int connects = 0;
    int dup2s = 0;
    int dup3s = 0;
    int dup3_error = 0;
};
Record record;

}  // namespace

PlaceCalls::PlaceCalls() {
    record = {.is_kept = true};
}
PlaceCalls::~PlaceCalls() {
    record = Record{};
}
int PlaceCalls::connects() const {
    return record.connects;
}
int PlaceCalls::dup2s() const {
    return record.dup2s;
}
int PlaceCalls::dup3s() const {
    return record.dup3s;
}
void PlaceCalls::fail_dup3(int error) {
    record.dup3_error = error;
}

}  // namespace waymark::course::check

using waymark::course::check::real_call;
using waymark::course::check::record;

extern "C" {

int connect(int fd, const sockaddr* address, socklen_t length) {
    static auto* const real = real_call<int(int, const sockaddr*, socklen_t)>("connect");
    if (record.is_kept) ++record.connects;
    return real(fd, address, length);
}

int dup2(int from, int to) noexcept {
    static auto* const real = real_call<int(int, int)>("dup2");
    if (record.is_kept) ++record.dup2s;
    return real(from, to);
}

int dup3(int from, int to, int flags) noexcept {
    static auto* const real = real_call<int(int, int, int)>("dup3");
    if (record.is_kept) ++((flags & O_CLOEXEC) == 0 ? record.dup2s : record.dup3s);
    if (record.is_kept && record.dup3_error != 0) {
        errno = record.dup3_error;
        return -1;
    }
    return real(from, to, flags);
}

}  // extern "C"
