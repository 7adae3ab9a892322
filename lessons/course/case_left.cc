#include "lessons/course/case_left.hh"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "lessons/course/process_tree.hh"

namespace waymark::course {

namespace {

// "process 7", "50 processes (7, 8, 9 and 47 more)".
std::string who(const std::vector<pid_t>& pids) {
    constexpr std::size_t kNamed = 3;
    if (pids.size() == 1) return fmt::format("process {}", pids.front());
    const std::size_t named = std::min(kNamed, pids.size());
    std::string numbers = fmt::format("{}", fmt::join(pids.begin(), pids.begin() + named, ", "));
    if (pids.size() > named) numbers += fmt::format(" and {} more", pids.size() - named);
    return fmt::format("{} processes ({})", pids.size(), numbers);
}

}  // namespace

void look_for_processes(std::vector<CaseResult::Left>& left) {
    std::map<std::pair<std::string, std::string>, std::vector<pid_t>> alike;
    for (const Process& process : descendants_of(::getpid())) {
        if (process.zombie())
            alike[{"zombie", ""}].push_back(process.pid);
        else
            alike[{"orphan", describe_wait(process.pid)}].push_back(process.pid);
    }
    for (const auto& [what, pids] : alike) {
        const auto& [kind, does] = what;
        const bool one = pids.size() == 1;
        left.push_back({kind, kind == "zombie"
                                  ? fmt::format("{} {} ended and nobody waited for {}", who(pids),
                                                one ? "has" : "have", one ? "it" : "them")
                                  : fmt::format("{} still {}: {} {}", who(pids),
                                                one ? "runs" : "run", one ? "it" : "each", does)});
    }
}

void look_for_files(const std::filesystem::path& folder, std::vector<CaseResult::Left>& left) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        left.push_back({"file", std::filesystem::relative(entry.path(), folder).string()});
}

}  // namespace waymark::course
