#include "lessons/course/program.hh"

#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "daemon/error.hh"

namespace waymark::course {

namespace {

constexpr std::size_t kMostOutput = 256U * 1024;
constexpr int kNotFound = 127;

std::vector<char*> pointers_to(std::vector<std::string>& words) {
    std::vector<char*> pointers;
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return pointers;
}

int become(std::vector<std::string> arguments, const std::filesystem::path& folder,
           const daemon::Fd& output) {
    daemon::check(::dup2(output.get(), STDOUT_FILENO), "dup2");
    daemon::check(::dup2(output.get(), STDERR_FILENO), "dup2");
    daemon::check(::chdir(folder.c_str()), "chdir", folder.string());
    const std::vector<char*> pointers = pointers_to(arguments);
    ::execvp(pointers.front(), pointers.data());
    fmt::print(stderr, "{}: {}\n", arguments.front(), std::strerror(errno));
    return kNotFound;
}

std::string read_all(const daemon::Fd& fd) {
    std::string text;
    char bytes[16384];
    for (;;) {
        const ssize_t count = ::read(fd.get(), bytes, sizeof bytes);
        if (count == -1 && errno == EINTR) continue;
        if (count <= 0) return text;
        const auto length = static_cast<std::size_t>(count);
        // Read on when it is too much: a program that cannot write would wait for ever.
        if (text.size() < kMostOutput)
            text.append(bytes, std::min(length, kMostOutput - text.size()));
    }
}

}  // namespace

Ran run_program(const std::vector<std::string>& arguments, const std::filesystem::path& folder) {
    daemon::Pipe output = daemon::make_pipe();
    ChildProcess child([&] { return become(arguments, folder, output.writing); });
    output.writing.reset();
    std::string text = read_all(output.reading);
    return {child.wait(), std::move(text)};
}

std::vector<std::string> split_words(std::string_view command) {
    std::vector<std::string> words;
    bool inside = false;
    char quote = '\0';
    for (std::size_t place = 0; place < command.size(); ++place) {
        const char character = command[place];
        const bool space = character == ' ' || character == '\t' || character == '\n';
        if (quote == '\0' && space) {
            inside = false;
            continue;
        }
        if (!inside) words.emplace_back();
        inside = true;
        if (quote != '\0' && character == quote)
            quote = '\0';
        else if (quote == '\0' && (character == '\'' || character == '"'))
            quote = character;
        else if (character == '\\' && quote != '\'' && place + 1 < command.size())
            words.back() += command[++place];
        else
            words.back() += character;
    }
    return words;
}

}  // namespace waymark::course
