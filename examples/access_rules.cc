#include "examples/access_rules.hh"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "daemon/error.hh"
#include "daemon/fd.hh"

namespace waymark::examples {

namespace {

constexpr std::size_t kMostBytes = 1024 * 1024;

// Not by a stream of the library: of a folder it throws words that name neither it nor the option.
std::string text_in(const AccessRules& rules) {
    const auto refuse = [&](const std::string& what) {
        throw daemon::UsageError(fmt::format("{}-file {}: {}", rules.option, rules.file, what));
    };
    const daemon::Fd file(::open(rules.file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!file) refuse(daemon::error_text(errno));
    std::string text;
    std::array<char, 4096> piece;
    while (true) {
        const ssize_t got = ::read(file.get(), piece.data(), piece.size());
        if (got == -1 && errno == EINTR) continue;
        if (got == -1) refuse(daemon::error_text(errno));
        if (got <= 0) return text;
        text.append(piece.data(), static_cast<std::size_t>(got));
        if (text.size() > kMostBytes) refuse("is larger than 1 MiB; is it the right file?");
    }
}

}  // namespace

net::AccessList read_access(const AccessRules& rules) {
    // Each text by itself first, so that a mistake is told with its own place.
    net::AccessList list = net::AccessList::parse(rules.words, net::Access::allow, rules.option);
    if (rules.file.empty()) return list;
    const std::string text = text_in(rules);
    net::AccessList::parse(text, net::Access::allow, rules.file);
    std::string all;
    for (const std::string& rule : rules.words) all += rule + "\n";
    return net::AccessList::parse(all + text, net::Access::allow, rules.file);
}

}  // namespace waymark::examples
