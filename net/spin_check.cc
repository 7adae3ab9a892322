#include "net/spin_check.hh"

#include <cxxabi.h>
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace waymark::net {

namespace {

std::string name_of(const std::type_info& type) {
    const std::unique_ptr<char, decltype(&std::free)> name(
        abi::__cxa_demangle(type.name(), nullptr, nullptr, nullptr), &std::free);
    return name ? name.get() : type.name();
}

// The kernel tells which descriptors an epoll instance watches, and with what data (proc(5)).
std::string descriptor_of(const daemon::Fd& epoll, const void* watcher) {
    std::ifstream info(fmt::format("/proc/self/fdinfo/{}", epoll.get()));
    for (std::string line; std::getline(info, line);) {
        int number = -1;
        unsigned events = 0;
        unsigned long long data = 0;
        if (std::sscanf(line.c_str(), "tfd: %d events: %x data: %llx", &number, &events, &data) < 3)
            continue;
        if (data != reinterpret_cast<std::uintptr_t>(watcher)) continue;
        std::error_code ignored;
        const std::filesystem::path link = fmt::format("/proc/self/fd/{}", number);
        return fmt::format("descriptor {} ({})", number,
                           std::filesystem::read_symlink(link, ignored).string());
    }
    return "a descriptor";
}

}  // namespace

void SpinCheck::round_begins() {
    if (!std::exchange(was_told_, false)) forget();
}

void SpinCheck::told(const void* watcher, bool took) {
    if (suspect_ == nullptr && !took) suspect_ = watcher;
    if (watcher != suspect_) return;
    if (took) return forget();
    was_told_ = true;
    ++in_vain_;
}

void SpinCheck::removed(const void* watcher) {
    if (watcher == suspect_) forget();
}

void SpinCheck::forget() {
    suspect_ = nullptr;
    in_vain_ = 0;
}

void fail_spinning(const daemon::Fd& epoll, const void* watcher, const std::type_info& type,
                   std::uint32_t events) {
    throw std::logic_error(
        fmt::format("the event loop spins: {} was ready {} times in a row (events {:#x} now), and "
                    "{} took nothing",
                    descriptor_of(epoll, watcher), SpinCheck::kMostInVain, events, name_of(type)));
}

}  // namespace waymark::net
