#include "lessons/course/check/story.hh"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <chrono>

#include "lessons/course/check/events.hh"

namespace waymark::course::check {

namespace {

constexpr int kFellThrough = 98;
constexpr int kSkipped = 77;  // as Meson and Automake count it

// A child that returns from the learner's fork into the check would tell the story a second time.
void only_in_the_check() {
    if (::getpid() == case_pid()) return;
    send_event(Event("fell-through"));
    ::_exit(kFellThrough);
}

Event& add(Event& event, const Advice& advice) {
    return event.set("misconception", advice.misconception)
        .set("because", advice.because)
        .set("read", advice.read);
}

std::string escaped(unsigned char byte) {
    switch (byte) {
        case '\n':
            return "\\n";
        case '\r':
            return "\\r";
        case '\t':
            return "\\t";
        case '"':
            return "\\\"";
        case '\\':
            return "\\\\";
        default:
            break;
    }
    return byte < 0x20 || byte >= 0x7f ? fmt::format("\\x{:02x}", byte)
                                       : std::string(1, static_cast<char>(byte));
}

}  // namespace

void step(std::string_view what) {
    only_in_the_check();
    send_event(Event("step").set("text", what));
}

void if_it_hangs(const Advice& advice) {
    Event event("if-it-hangs");
    send_event(add(event, advice));
}

void if_it_crashes(const Advice& advice) {
    Event event("if-it-crashes");
    send_event(add(event, advice));
}

void fail(std::string_view what, std::string_view expected, std::string_view seen,
          const Advice& advice) {
    only_in_the_check();
    Event event("failed");
    event.set("what", what).set("expected", expected).set("seen", seen);
    send_event(add(event, advice));
    FAIL(fmt::format("{}: expected {}, saw {}", what, expected, seen));
    ::_exit(kFellThrough);  // FAIL throws
}

void expect(bool right, std::string_view what, std::string_view expected, std::string_view seen,
            const Advice& advice) {
    only_in_the_check();
    if (!right) fail(what, expected, seen, advice);
    CHECK(right);  // counted
}

void skip(std::string_view why) {
    only_in_the_check();
    send_event(Event("skipped").set("why", why));
    ::_exit(kSkipped);
}

std::string show(std::string_view bytes) {
    std::string shown = "\"";
    for (const char byte : bytes) shown += escaped(static_cast<unsigned char>(byte));
    return shown + '"';
}

std::string show(bool value) {
    return value ? "true" : "false";
}

std::string show(double value) {
    return fmt::format("{}", value);
}

void expect_no_throw(const std::function<void()>& body, std::string_view what,
                     const Advice& advice) {
    std::string thrown;
    try {
        body();
    } catch (const std::exception& error) {
        thrown = error.what();
        if (thrown.empty()) thrown = "an exception without words";
    }
    expect(thrown.empty(), what, "no exception", fmt::format("exception: {}", thrown), advice);
}

bool eventually(const std::function<bool()>& condition) {
    constexpr int kPauseMilliseconds = 2;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        ::poll(nullptr, 0, kPauseMilliseconds);
    }
    return true;
}

}  // namespace waymark::course::check
