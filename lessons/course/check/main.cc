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

#include "lessons/course/check/events.hh"
#include "lessons/course/check/left_behind.hh"
#include "lessons/course/check/thread_sanitizer.hh"

namespace {

using waymark::course::check::Event;
using waymark::course::check::LeftBehind;
using waymark::course::check::send_event;

// Turns what doctest reports into events.
class EventReporter : public doctest::IReporter {
  public:
    explicit EventReporter(const doctest::ContextOptions&) {}

    void report_query(const doctest::QueryData& query) override {
        for (unsigned place = 0; place < query.num_data; ++place)
            fmt::print("{}\n", query.data[place]->m_name);
    }
    void test_case_start(const doctest::TestCaseData& data) override {
        waymark::course::check::set_case_pid(::getpid());
        send_event(Event("case").set("name", data.m_name));
        left_behind_.start();
    }
    void test_case_exception(const doctest::TestCaseException& thrown) override {
        send_event(Event("thrown").set("what", thrown.error_string.c_str()));
    }
    void test_case_end(const doctest::CurrentTestCaseStats& stats) override {
        for (const LeftBehind::Thing& thing : left_behind_.look())
            send_event(Event("left").set("kind", thing.kind).set("what", thing.what));
        send_event(Event("end").set("passed", stats.testCaseSuccess ? "yes" : "no"));
    }
    void log_assert(const doctest::AssertData& data) override {
        if (data.m_failed && !told_) send_event(Event("assertion").set("what", data.m_expr));
    }
    void log_message(const doctest::MessageData&) override { told_ = true; }

    void test_run_start() override {}
    void test_run_end(const doctest::TestRunStats&) override {}
    void test_case_reenter(const doctest::TestCaseData&) override {}
    void subcase_start(const doctest::SubcaseSignature&) override {}
    void subcase_end() override {}
    void test_case_skipped(const doctest::TestCaseData&) override {}

  private:
    LeftBehind left_behind_;
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
