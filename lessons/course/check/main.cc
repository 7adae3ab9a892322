// The main function of every check. `check --list` prints the names of its cases, one a line;
// `check NAME` runs that one. One case is one process, so that a crash, a hang or a leak in one
// says nothing about the others. Exit status: 0 passed, 1 failed, 77 skipped, 100 no such case.
//
// doctest's own handlers for crashes are left out: the sanitizers and the runner say more, and in a
// forked child those handlers would report a test that is not theirs.

#define DOCTEST_CONFIG_IMPLEMENT
#define DOCTEST_CONFIG_NO_POSIX_SIGNALS
#include <doctest/doctest.h>
#include <fmt/core.h>
#include <unistd.h>

#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "lessons/course/check/events.hh"
#include "lessons/course/check/left_behind.hh"
#include "lessons/course/check/runner_line.hh"
#include "lessons/course/check/stack_on_demand.hh"
#include "lessons/course/check/story.hh"
#include "lessons/course/check/surroundings.hh"
#include "lessons/course/check/thread_sanitizer.hh"

namespace {

using waymark::course::kWordLength;
using waymark::course::check::Event;
using waymark::course::check::LeftBehind;
using waymark::course::check::listen_to_runner;
using waymark::course::check::runner_listens;
using waymark::course::check::send_event;
using waymark::course::check::Surroundings;
using waymark::course::check::tell_runner;

// Behind this word the runner believes the end of a case (runner_line.hh).
char last_word[kWordLength];

WAYMARK_BEFORE_EVERYTHING void listen(int, char**, char** environment) {
    listen_to_runner(environment, last_word);
}

[[gnu::section(".preinit_array"), gnu::used]] void (*const before_everything)(int, char**,
                                                                              char**) = &listen;

// The main function lets one run of doctest speak. Another could be started by the code that is
// judged, with a case of its own that passes.
bool may_speak = false;

// Turns what doctest reports into events.
class EventReporter : public doctest::IReporter {
  public:
    explicit EventReporter(const doctest::ContextOptions&)
        : speaks_(std::exchange(may_speak, false)) {}

    void report_query(const doctest::QueryData& query) override {
        for (unsigned place = 0; place < query.num_data; ++place)
            fmt::print("{}\n", query.data[place]->m_name);
    }
    void test_case_start(const doctest::TestCaseData& data) override {
        if (!speaks_) return;
        waymark::course::check::set_case_pid(::getpid());
        send_event(Event("case").set("name", data.m_name));
        surroundings_.start();
        left_behind_.start();
    }
    void test_case_exception(const doctest::TestCaseException& thrown) override {
        if (!speaks_) return;
        send_event(Event("thrown").set("what", thrown.error_string.c_str()));
        waymark::course::check::only_in_the_check();
    }
    void test_case_end(const doctest::CurrentTestCaseStats& stats) override {
        if (!speaks_) return;
        waymark::course::check::only_in_the_check();
        for (const LeftBehind::Thing& thing : left_behind_.look())
            send_event(Event("left").set("kind", thing.kind).set("what", thing.what));
        for (const std::string& words : surroundings_.changed())
            send_event(Event("left").set("kind", "changed").set("what", words));
        const Event end = Event("end").set("passed", stats.testCaseSuccess ? "yes" : "no");
        if (runner_listens()) tell_runner({last_word, kWordLength}, end.as_json());
    }
    void log_assert(const doctest::AssertData& data) override {
        if (speaks_ && data.m_failed && !told_)
            send_event(Event("assertion").set("what", data.m_expr));
    }
    void log_message(const doctest::MessageData&) override { told_ = true; }

    void test_run_start() override {}
    void test_run_end(const doctest::TestRunStats&) override {}
    void test_case_reenter(const doctest::TestCaseData&) override {}
    void subcase_start(const doctest::SubcaseSignature&) override {}
    void subcase_end() override {}
    void test_case_skipped(const doctest::TestCaseData&) override {}

  private:
    const bool speaks_;
    LeftBehind left_behind_;
    Surroundings surroundings_;
    bool told_ = false;  // a story's failure comes as a message; it was sent already
};

REGISTER_REPORTER("events", 1, EventReporter);

constexpr int kNoSuchCase = 100;

int list_cases(doctest::Context& context) {
    // A flag only: setOption would make it "list-test-cases=true", which doctest does not know.
    const char* const flag[] = {"check", "--list-test-cases"};
    context.applyCommandLine(2, flag);
    return context.run();
}

int run_case(doctest::Context& context, std::string_view name) {
    context.setOption("test-case", std::string(name).c_str());
    context.setOption("case-sensitive", true);
    context.setOption("no-path-filenames", true);
    waymark::course::check::print_stacks_on_demand();
    may_speak = true;
    const int result = context.run();
    if (waymark::course::check::case_pid() != 0) return result == 0 ? 0 : 1;
    fmt::print(stderr, "check: there is no case '{}'; --list names them\n", name);
    return kNoSuchCase;
}

}  // namespace

int main(int argument_count, char** arguments) {
    doctest::Context context;
    context.setOption("reporters", "events");
    context.setOption("no-intro", true);
    context.setOption("no-version", true);
    if (argument_count == 2 && std::string_view(arguments[1]) == "--list")
        return list_cases(context);
    if (argument_count == 2) return run_case(context, arguments[1]);
    fmt::print(stderr, "usage: check --list | check 'NAME OF A CASE'\n");
    return kNoSuchCase;
}
