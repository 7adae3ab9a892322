#include "net/inherited_sockets.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "daemon/error.hh"

namespace waymark::net {

using daemon::Fd;
using daemon::UsageError;

namespace {

constexpr int kFirst = 3;      // SD_LISTEN_FDS_START
constexpr int kMost = 10'000;  // what comes from the environment bounds no loop by itself

// The variable's text, taken out of the environment.
std::optional<std::string> take_variable(const char* name) {
    const char* const text = std::getenv(name);
    if (text == nullptr) return std::nullopt;
    const std::string value = text;
    ::unsetenv(name);
    return value;
}

int number_in(std::string_view name, const std::string& text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 0)
        throw UsageError(
            fmt::format("{}={}: is no number; start the service by its manager, or "
                        "unset the variable",
                        name, text));
    return number;
}

std::vector<std::string> split_names(std::string_view text) {
    std::vector<std::string> names;
    for (;;) {
        const std::size_t colon = text.find(':');
        names.emplace_back(text.substr(0, colon));
        if (colon == text.npos) return names;
        text.remove_prefix(colon + 1);
    }
}

}  // namespace

std::vector<InheritedSocket> take_inherited_sockets() {
    const std::optional<std::string> pid = take_variable("LISTEN_PID");
    const std::optional<std::string> count_text = take_variable("LISTEN_FDS");
    const std::optional<std::string> names_text = take_variable("LISTEN_FDNAMES");
    if (!pid || !count_text || number_in("LISTEN_PID", *pid) != ::getpid()) return {};
    const int count = number_in("LISTEN_FDS", *count_text);
    if (count > kMost)
        throw UsageError(fmt::format("LISTEN_FDS={}: more than {} descriptors", count, kMost));
    std::vector<InheritedSocket> sockets;
    int missing = -1;
    for (int i = 0; i < count; ++i) {
        // Also says whether it is open: an Fd must own nothing that is not.
        if (::fcntl(kFirst + i, F_SETFD, FD_CLOEXEC) == 0)
            sockets.push_back({Fd(kFirst + i), "unknown"});
        else if (missing == -1)
            missing = kFirst + i;
    }
    if (missing != -1)
        throw UsageError(
            fmt::format("LISTEN_FDS={}: descriptor {} is not open; call this before "
                        "the program closes files",
                        count, missing));
    if (!names_text || (count == 0 && names_text->empty())) return sockets;
    const std::vector<std::string> names = split_names(*names_text);
    if (names.size() != sockets.size())
        throw UsageError(fmt::format("LISTEN_FDNAMES={}: names {} sockets, and LISTEN_FDS is {}",
                                     *names_text, names.size(), count));
    for (std::size_t i = 0; i < names.size(); ++i) sockets[i].name = names[i];
    return sockets;
}

}  // namespace waymark::net
