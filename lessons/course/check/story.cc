#include "lessons/course/check/story.hh"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <utility>

#include "lessons/course/check/events.hh"

namespace waymark::course::check {

namespace {

constexpr int kFellThrough = 98;
constexpr int kSkipped = 77;  // as Meson and Automake count it

// The second and later ones with their number behind the key: "misconception 2".
Event& add(Event& event, const Causes& causes) {
    std::string behind;
    for (int number = 1; const Advice& advice : causes.all()) {
        event.set("misconception" + behind, advice.misconception)
            .set("because" + behind, advice.because)
            .set("read" + behind, advice.read);
        behind = fmt::format(" {}", ++number);
    }
    return event;
}

Witness* last_witness = nullptr;

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

void only_in_the_check() {
    if (::getpid() == case_pid()) return;
    send_event(Event("fell-through"));
    ::_exit(kFellThrough);
}

void step(std::string_view what) {
    only_in_the_check();
    send_event(Event("step").set("text", what));
}

void if_it_hangs(const Advice& advice, std::string_view sign) {
    Event event("if-it-hangs");
    send_event(add(event, advice).set("sign", sign));
}

void if_it_crashes(const Advice& advice, std::string_view sign) {
    Event event("if-it-crashes");
    send_event(add(event, advice).set("sign", sign));
}

Witness::Witness(std::function<std::string()> printed)
    : printed_(std::move(printed)), previous_(std::exchange(last_witness, this)) {}

// They need not end in the reverse order of their beginning.
Witness::~Witness() {
    for (Witness** place = &last_witness; *place != nullptr; place = &(*place)->previous_) {
        if (*place != this) continue;
        *place = previous_;
        return;
    }
}

void ask_witnesses() {
    for (const Witness* witness = last_witness; witness != nullptr; witness = witness->previous_)
        if (const std::string text = witness->printed_(); !text.empty())
            send_event(Event("printed").set("text", text));
}

void may_use(std::chrono::milliseconds processor_time) {
    send_event(Event("may-use").set("milliseconds", std::to_string(processor_time.count())));
}

void does_not_count(std::chrono::milliseconds processor_time) {
    send_event(Event("does-not-count").set("milliseconds", std::to_string(processor_time.count())));
}

void fail(std::string_view what, std::string_view expected, std::string_view seen,
          const Causes& causes) {
    only_in_the_check();
    ask_witnesses();
    Event event("failed");
    event.set("what", what).set("expected", expected).set("seen", seen);
    send_event(add(event, causes));
    FAIL(fmt::format("{}: expected {}, saw {}", what, expected, seen));
    ::_exit(kFellThrough);  // FAIL throws
}

void expect(bool right, std::string_view what, std::string_view expected, std::string_view seen,
            const Causes& causes) {
    only_in_the_check();
    if (!right) fail(what, expected, seen, causes);
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
                     const Causes& causes) {
    std::string thrown;
    try {
        body();
    } catch (const std::exception& error) {
        thrown = error.what();
        if (thrown.empty()) thrown = "an exception without words";
    }
    expect(thrown.empty(), what, "no exception", fmt::format("exception: {}", thrown), causes);
}

bool eventually(const std::function<bool()>& condition) {
    constexpr timespec kPause{0, 2'000'000};
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > end) return false;
        // By number: the faults of the case are for the learner's calls.
        ::syscall(SYS_nanosleep, &kPause, nullptr);
    }
    return true;
}

}  // namespace waymark::course::check
