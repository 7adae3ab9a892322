#include "slides/server/shown_program.hh"

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include "daemon/error.hh"
#include "slides/server/terminal.hh"

namespace waymark::slides {

namespace {

// A JSON string of it fits into one message even if each byte becomes six (\u001b).
constexpr std::size_t kReadBytes = 8 * 1024;

void limit(__rlimit_resource resource, rlim_t soft, rlim_t hard, const char* name) {
    const rlimit value{soft, hard};
    daemon::check(::setrlimit(resource, &value), "setrlimit", name);
}

// A process that takes more processor time than its limit gets SIGXCPU, a second later SIGKILL.
void enter_limits(const RunLimits& limits) {
    const auto seconds = static_cast<rlim_t>(limits.processor.count());
    limit(RLIMIT_CPU, seconds, seconds + 1, "RLIMIT_CPU");
    limit(RLIMIT_FSIZE, limits.file_bytes, limits.file_bytes, "RLIMIT_FSIZE");
    limit(RLIMIT_CORE, 0, 0, "RLIMIT_CORE");
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

// The same small environment in every run, so that a recorded transcript can be compared. A demo
// that crashes on purpose must crash also where everything is built with the address sanitizer.
std::vector<std::string> environment(const std::filesystem::path& folder,
                                     const std::vector<std::string>& more) {
    const char* path = ::getenv("PATH");
    std::vector<std::string> variables = {
        std::string("PATH=") + (path == nullptr ? "/usr/bin:/bin" : path),
        "HOME=" + folder.string(),
        "TMPDIR=" + folder.string(),
        "TERM=xterm-256color",
        "LANG=C.UTF-8",
        "ASAN_OPTIONS=handle_segv=0:handle_abort=0:detect_leaks=0:"
        "detect_stack_use_after_return=0"};
    variables.insert(variables.end(), more.begin(), more.end());
    return variables;
}

int become_program(const DemoEntry& demo, const std::filesystem::path& folder,
                   const std::vector<std::string>& more) {
    std::vector<std::string> arguments{demo.program.string()};
    arguments.insert(arguments.end(), demo.arguments.begin(), demo.arguments.end());
    std::vector<std::string> variables = environment(folder, more);
    ::execve(demo.program.c_str(), pointers_to(arguments).data(), pointers_to(variables).data());
    daemon::fail(errno, "execve", demo.program.string());
}

}  // namespace

std::filesystem::path make_run_folder() {
    std::string name = (std::filesystem::temp_directory_path() / "waymark-run-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) daemon::fail(errno, "mkdtemp", name);
    return name;
}

RunFolder::~RunFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

void ShownProgram::start(course::ChildGroup& children, const DemoEntry& demo,
                         const RunLimits& limits, const std::filesystem::path& folder,
                         const std::vector<std::string>& variables) {
    Terminal terminal = open_terminal();
    incomplete_.clear();
    pid_ = children.start([&] {
        enter_terminal(terminal.programs);
        enter_limits(limits);
        daemon::check(::chdir(folder.c_str()), "chdir", folder.string());
        return become_program(demo, folder, variables);
    });
    screen_ = std::move(terminal.screen);
}

std::string ShownProgram::read() {
    if (!screen_) return {};
    std::array<char, kReadBytes> buffer;
    const ssize_t count = ::read(screen_.get(), buffer.data(), buffer.size());
    if (count == -1 && (errno == EAGAIN || errno == EINTR)) return {};
    // EIO says that nobody has the other side open (pty(7)).
    if (count <= 0) {
        screen_.reset();
        return std::exchange(incomplete_, {});
    }
    std::string text = std::exchange(incomplete_, {});
    text.append(buffer.data(), static_cast<std::size_t>(count));
    const std::size_t tail = incomplete_tail(text);
    incomplete_ = text.substr(text.size() - tail);
    text.resize(text.size() - tail);
    return text;
}

void ShownProgram::type(std::string_view text) {
    if (!screen_) return;
    // A full buffer means that the program does not read; then the line is lost, as at a terminal.
    [[maybe_unused]] const ssize_t written = ::write(screen_.get(), text.data(), text.size());
}

std::size_t incomplete_tail(std::string_view text) {
    constexpr std::size_t kLongest = 4;
    for (std::size_t back = 1; back < kLongest && back <= text.size(); ++back) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if ((byte & 0xC0) == 0x80) continue;  // not the first byte of its character
        const std::size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
        return length > back ? back : 0;
    }
    return 0;
}

}  // namespace waymark::slides
