#include "net/task_group.hh"

#include <doctest/doctest.h>

#include <memory>
#include <stdexcept>
#include <string>

#include "net/event_loop.hh"

using namespace waymark::net;

namespace {

// Says when it is destroyed: what a connection owns.
struct Owned {
    explicit Owned(int& count) : destroyed(count) {}
    ~Owned() { ++destroyed; }
    int& destroyed;
};

Task<> hold(EventLoop& loop, int& destroyed) {
    const Owned owned(destroyed);
    co_await loop.yield();
}

Task<> fail_with(EventLoop& loop, std::string text) {
    co_await loop.yield();
    throw std::runtime_error(text);
}

}  // namespace

TEST_CASE("a task leaves the group when it has ended") {
    EventLoop loop;
    int destroyed = 0;
    int emptied = 0;
    TaskGroup group;
    group.when_empty([&] { ++emptied; });
    group.start(hold(loop, destroyed));
    group.start(hold(loop, destroyed));
    CHECK(group.size() == 2);
    while (group.size() > 0) loop.run_once();
    CHECK(destroyed == 2);
    CHECK(emptied == 1);
}

TEST_CASE("the end of a group destroys what its tasks own") {
    EventLoop loop;
    int destroyed = 0;
    {
        TaskGroup group;
        for (int i = 0; i < 10; ++i) group.start(hold(loop, destroyed));
        CHECK(destroyed == 0);
    }
    CHECK(destroyed == 10);
}

TEST_CASE("what one task throws is heard, and the others go on") {
    EventLoop loop;
    int destroyed = 0;
    std::string heard;
    TaskGroup group([&](std::exception_ptr error) {
        try {
            std::rethrow_exception(error);
        } catch (const std::exception& exception) {
            heard += exception.what();
        }
    });
    group.start(fail_with(loop, "broken"));
    group.start(hold(loop, destroyed));
    while (group.size() > 0) loop.run_once();
    CHECK(heard == "broken");
    CHECK(destroyed == 1);
}

TEST_CASE("a group is empty when the last task and all that it owned are gone") {
    struct Note {
        explicit Note(std::string& text) : said(&text) {}
        Note(Note&& other) noexcept : said(std::exchange(other.said, nullptr)) {}
        ~Note() {
            if (said != nullptr) *said += "parameter gone, ";
        }
        std::string* said;
    };
    std::string said;
    EventLoop loop;
    TaskGroup group;
    group.when_empty([&] { said += "empty"; });
    auto own = [](EventLoop& on, [[maybe_unused]] Note note) -> Task<> { co_await on.yield(); };
    Note note(said);
    group.start(own(loop, std::move(note)));
    while (group.size() > 0) loop.run_once();
    CHECK(said == "parameter gone, empty");
}
