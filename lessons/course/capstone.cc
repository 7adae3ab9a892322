#include "lessons/course/capstone.hh"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <nlohmann/json.hpp>
#include <sstream>

#include "daemon/children.hh"
#include "daemon/error.hh"
#include "lessons/course/compiler_words.hh"
#include "lessons/course/handout.hh"
#include "lessons/course/process_tree.hh"
#include "lessons/course/program.hh"
#include "lessons/course/verdict.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;
using daemon::UsageError;
using nlohmann::json;

constexpr const char* kServer = "lessons/16-tracker/tracker";
constexpr const char* kPages = "lessons/16-tracker/web/site";
constexpr const char* kSuite = "acceptance";

// Why the learner's is not taken; empty if it passes.
std::string verdict_of(const Course& course, const Lesson& lesson) {
    if (!course.workspace().begun(lesson)) return "not begun";
    const Toolchain toolchain = course.toolchain(lesson);
    toolchain.build_ahead(lesson);
    Judge judge{toolchain};
    judge.until = RunUntil::end;
    const Verdict verdict = judge.judge(lesson, course.files_to_link(lesson));
    if (verdict.passed()) return "";
    if (!verdict.compiled) return "does not compile";
    const std::size_t good =
        verdict.count(CaseOutcome::passed) + verdict.count(CaseOutcome::skipped);
    return fmt::format("{} of {} cases do not pass", verdict.cases_in_all - good,
                       verdict.cases_in_all);
}

bool is_in_suite(const json& test) {
    return std::ranges::any_of(test.at("suite"), [](const json& suite) {
        const std::string name = suite.get<std::string>();
        return name == kSuite || name.ends_with(std::string(":") + kSuite);
    });
}

// Meson's own words about one test, as a command line that runs it with our server.
AcceptanceTest read_test(const json& test, const fs::path& build, const fs::path& server) {
    AcceptanceTest read{test.at("name").get<std::string>(), {"timeout", "--kill-after=20"}};
    read.command.push_back(std::to_string(test.at("timeout").get<int>()));
    read.command.emplace_back("env");
    for (const auto& [name, value] : test.at("env").items())
        read.command.push_back(name + "=" + value.get<std::string>());
    const fs::path library_server = (build / kServer).lexically_normal();
    for (const json& word : test.at("cmd")) {
        const std::string text = word.get<std::string>();
        const bool is_server = (build / text).lexically_normal() == library_server;
        read.command.push_back(is_server ? server.string() : text);
    }
    return read;
}

void read_counts(Accepted& accepted) {
    std::istringstream lines(accepted.output);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("SKIP: ")) accepted.skips.push_back(line.substr(6));
        if (line.find(" passed, ") != line.npos && line.ends_with(" skipped"))
            accepted.counts = line;
    }
}

// How many are left that still run. Those that a test killed are given a moment to end, and those
// that have ended are ours to collect: they lost their parent, and that is no fault.
std::size_t count_left_behind() {
    const daemon::Deadline enough = daemon::Deadline::after(std::chrono::seconds(5));
    for (;;) {
        std::vector<Process> left = descendants_of(::getpid());
        std::erase_if(left, [](const Process& process) { return process.zombie(); });
        if (left.empty() || enough.expired()) return left.size();
        const daemon::Fd first = daemon::open_process(left.front().pid);
        pollfd ended{first.get(), POLLIN, 0};
        if (first && ::poll(&ended, 1, enough.poll_timeout()) == -1 && errno != EINTR)
            daemon::fail(errno, "poll");
    }
}

}  // namespace

Part choose_part(const Course& course, const Lesson& lesson) {
    Part part;
    part.lesson = lesson.name;
    part.sources = lesson.sources;
    part.because = verdict_of(course, lesson);
    if (part.because.empty()) {
        part.whose = Part::Whose::learners;
        part.files = course.files(lesson);
    } else if (!has_solution(course.workspace(), lesson)) {
        part.whose = Part::Whose::nobodys;
    }
    return part;
}

fs::path build_capstone(const Course& course, const std::vector<Part>& parts) {
    const fs::path& build = course.folders().build;
    const fs::path folder = course.folders().work / ".built" / "capstone";
    fs::create_directories(folder / "web");
    std::vector<std::string> words{"ninja", "--quiet", kServer};
    if (fs::exists(course.folders().root / "lessons" / "16-tracker" / "web"))
        words.push_back(std::string(kPages) + ".stamp");
    const Ran ran = run_program(words, build);
    if (!ran.success())
        throw UsageError(
            fmt::format("the server does not build with the library's own modules:\n{}",
                        fmt::join(first_problems(ran.output, 3), "\n")));
    fs::remove(folder / "web" / "site");
    fs::create_directory_symlink(build / kPages, folder / "web" / "site");
    std::map<std::string, fs::path> files;
    for (const Part& part : parts) files.insert(part.files.begin(), part.files.end());
    const fs::path server = folder / "tracker";
    fs::remove(server);
    const Compiled compiled = Toolchain(build, folder).link(kServer, server, files);
    if (!compiled.success)
        throw UsageError(
            fmt::format("the server cannot be built on your modules, though each passes its check; "
                        "a function that the check does not ask for may be gone:\n{}",
                        fmt::join(compiled.problems, "\n")));
    return server;
}

std::vector<AcceptanceTest> acceptance_tests(const fs::path& build, const fs::path& server) {
    const fs::path file = build / "meson-info" / "intro-tests.json";
    std::vector<AcceptanceTest> tests;
    try {
        for (const json& test : json::parse(read_file(file)))
            if (is_in_suite(test)) tests.push_back(read_test(test, build, server));
    } catch (const json::exception& error) {
        throw UsageError(
            fmt::format("{}: is not as Meson writes it: {}", file.string(), error.what()));
    }
    if (tests.empty())
        throw UsageError(fmt::format("{}: no test is in the suite '{}'", file.string(), kSuite));
    return tests;
}

Accepted run_acceptance_test(const AcceptanceTest& test, const fs::path& build) {
    const auto begin = std::chrono::steady_clock::now();
    become_subreaper();
    Ran ran = run_program(test.command, build);
    constexpr int kSkipped = 77;
    const bool skipped = ran.ending.exited_with(kSkipped);
    Accepted accepted;
    accepted.output = std::move(ran.output);
    read_counts(accepted);
    accepted.passed = skipped || (ran.success() && !accepted.counts.empty());
    if (accepted.counts.empty())
        accepted.counts = skipped ? "skipped" : "no result, " + ran.ending.describe();
    if (const std::size_t left = count_left_behind(); left > 0) {
        accepted.passed = false;
        accepted.counts += fmt::format("; {} processes were left behind", left);
    }
    end_descendants(daemon::Deadline::after(std::chrono::seconds(10)));
    accepted.time = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - begin);
    return accepted;
}

}  // namespace waymark::course
