#include "lessons/course/check/left_behind.hh"

#include <fmt/core.h>

#include <filesystem>
#include <thread>

#include "lessons/course/check/story.hh"

namespace waymark::course::check {

namespace {

namespace fs = std::filesystem;

// Read in two goes: the look at the folder is itself a descriptor, and gone when the link is read.
std::map<int, std::string> open_descriptors() {
    std::vector<fs::path> numbers;
    for (const fs::directory_entry& entry : fs::directory_iterator("/proc/self/fd"))
        numbers.push_back(entry.path());
    std::map<int, std::string> descriptors;
    for (const fs::path& number : numbers) {
        std::error_code gone;
        const fs::path target = fs::read_symlink(number, gone);
        if (!gone) descriptors.emplace(std::stoi(number.filename().string()), target.string());
    }
    return descriptors;
}

std::size_t count_threads() {
    std::size_t count = 0;
    for ([[maybe_unused]] const fs::directory_entry& entry :
         fs::directory_iterator("/proc/self/task"))
        ++count;
    return count;
}

}  // namespace

void LeftBehind::start() {
#ifdef __SANITIZE_THREAD__
    std::thread([] {}).join();  // the sanitizer starts a thread of its own with the first one
#endif
    descriptors_ = open_descriptors();
    threads_ = count_threads();
}

std::vector<LeftBehind::Thing> LeftBehind::look() const {
    std::vector<Thing> things;
    for (const auto& [number, target] : open_descriptors())
        if (!descriptors_.contains(number))
            things.push_back({"descriptor", fmt::format("{}: {}", number, target)});
    if (count_threads() > threads_) eventually([this] { return count_threads() <= threads_; });
    const std::size_t threads = count_threads();
    if (threads > threads_)
        things.push_back({"thread", fmt::format("{} that still run", threads - threads_)});
    return things;
}

}  // namespace waymark::course::check
