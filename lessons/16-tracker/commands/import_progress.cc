#include "commands/import_progress.hh"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace waymark::tracker {

namespace {

constexpr std::size_t kMostReasons = 10;
constexpr std::chrono::milliseconds kBetweenLines(250);
constexpr std::string_view kClearLine = "\r\x1b[K";

}  // namespace

ImportCounts& ImportCounts::operator+=(const ImportCounts& other) {
    read += other.read;
    stored += other.stored;
    already += other.already;
    refused += other.refused;
    return *this;
}

std::string counted(std::uint64_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string words_of(const ImportCounts& counts) {
    return fmt::format("{} read: {} stored, {} there already, {} refused",
                       counted(counts.read, "position"), counts.stored, counts.already,
                       counts.refused);
}

void print_import(std::string_view name, std::string_view format, const ImportCounts& counts,
                  const ImportedPoints& points) {
    fmt::print("{} ({}): {}\n", name, format, words_of(counts));
    if (counts.read == 0)
        fmt::print("  there is no position in it: IMPORT.md says what is read of each format\n");
    const auto& refusals = points.refusals();
    for (std::size_t i = 0; i < std::min(refusals.size(), kMostReasons); ++i)
        fmt::print("  refused: {} with {}; the first in line {}\n", refusals[i].count,
                   words_of_refusal(refusals[i].reason), refusals[i].first_line);
}

ImportProgress::ImportProgress(std::string name, const daemon::Fd& file) : name_(std::move(name)) {
    is_shown_ = ::isatty(STDERR_FILENO) == 1;
    struct stat status = {};
    if (::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode))
        size_ = static_cast<std::uint64_t>(status.st_size);
}

ImportProgress::~ImportProgress() {
    if (is_shown_ && read_ > 0) std::fwrite(kClearLine.data(), 1, kClearLine.size(), stderr);
}

void ImportProgress::add(std::size_t bytes, const ImportCounts& counts) {
    read_ += bytes;
    const auto now = std::chrono::steady_clock::now();
    if (!is_shown_ || now < next_) return;
    next_ = now + kBetweenLines;
    const std::string how_far =
        size_ > 0 ? fmt::format("{:3} %", std::min<std::uint64_t>(100, read_ * 100 / size_))
                  : fmt::format("{} MB", read_ / 1'000'000);
    fmt::print(stderr, "{}{}: {}  {} stored, {} there already, {} refused", kClearLine, name_,
               how_far, counts.stored, counts.already, counts.refused);
    std::fflush(stderr);
}

}  // namespace waymark::tracker
