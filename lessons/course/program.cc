#include "lessons/course/program.hh"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
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
           const daemon::Fd& output, const daemon::Fd& errors) {
    daemon::check(::dup2(output.get(), STDOUT_FILENO), "dup2");
    if (errors) daemon::check(::dup2(errors.get(), STDERR_FILENO), "dup2");
    daemon::check(::chdir(folder.c_str()), "chdir", folder.string());
    const std::vector<char*> pointers = pointers_to(arguments);
    ::execvp(pointers.front(), pointers.data());
    fmt::print(stderr, "{}: {}\n", arguments.front(), std::strerror(errno));
    return kNotFound;
}

// What a program says, as it comes.
class Said {
  public:
    explicit Said(const std::function<void(std::string_view)>& on_line) : on_line_(on_line) {}

    void take(std::string_view bytes) {
        // Read on when it is too much: a program that cannot write would wait for ever.
        text_.append(bytes, 0, kMostOutput - std::min(kMostOutput, text_.size()));
        for (std::size_t end = text_.find('\n', told_); end != text_.npos;
             end = text_.find('\n', told_)) {
            on_line_(std::string_view(text_).substr(told_, end - told_));
            told_ = end + 1;
        }
    }
    std::string text() && { return std::move(text_); }

  private:
    const std::function<void(std::string_view)>& on_line_;
    std::string text_;
    std::size_t told_ = 0;  // up to here in whole lines
};

void read_all(const daemon::Fd& fd, Said& said) {
    char bytes[16384];
    for (;;) {
        const ssize_t count = ::read(fd.get(), bytes, sizeof bytes);
        if (count == -1 && errno == EINTR) continue;
        if (count <= 0) return;
        said.take({bytes, static_cast<std::size_t>(count)});
    }
}

}  // namespace

Ran run_program(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                const std::function<void(std::string_view line)>& on_line) {
    daemon::Pipe output = daemon::make_pipe();
    ChildProcess child([&] { return become(arguments, folder, output.writing, output.writing); });
    output.writing.reset();
    Said said(on_line);
    read_all(output.reading, said);
    return {child.wait(), std::move(said).text()};
}

Ran run_visibly(const std::vector<std::string>& arguments, const std::filesystem::path& folder) {
    daemon::Pipe output = daemon::make_pipe();
    ChildProcess child([&] { return become(arguments, folder, output.writing, {}); });
    output.writing.reset();
    const std::function<void(std::string_view)> nothing = [](std::string_view) {};
    Said said(nothing);
    read_all(output.reading, said);
    return {child.wait(), std::move(said).text()};
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
