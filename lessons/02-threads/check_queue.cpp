// The queue of the pool: its bound, its order, and that there is one for each pool.

#include <doctest/doctest.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lessons/02-threads/crew.hh"
#include "lessons/course/check/faults.hh"

using namespace waymark::course::check;

TEST_CASE("a full queue refuses and takes work again when there is room") {
    Held held;
    Crew crew(1, 2);
    keep_busy(crew, held);
    act("try_submit two pieces: the queue has two places", kWorkLocked);
    const auto first = crew->try_submit([] {});
    auto second = crew->try_submit([] {});
    expect(first && second, "both pieces", "accepted",
           first ? "the second is refused" : "the first is refused", kOtherLimit);
    act("try_submit a third piece", kTryWaits);
    {
        Faults faults;
        const bool third = crew->try_submit([] {}).has_value();
        const bool fourth = third && crew->try_submit([] {}).has_value();
        expect(!third, "the third piece", "refused", "accepted", fourth ? kUnbounded : kOnePlace);
        expect_equal(faults.calls(Call::cond_wait) + faults.calls(Call::pause), 0,
                     "waits before it was refused", kTryWaits);
    }
    act("let the thread go and wait until the queue is empty", kNotify);
    held.let_go.open();
    second->get();
    act("try_submit once more", kWorkLocked);
    expect(crew->try_submit([] {}).has_value(), "the piece", "accepted", "refused", kFreeSlot);
    destroy(crew);
}

TEST_CASE("the bound of the queue is the one that was asked for") {
    Held held[3];
    Crew crew(3, 1);
    for (Held& each : held) keep_busy(crew, each);
    act("three threads are busy, the queue has one place: try_submit two pieces", kWorkLocked);
    const bool first = crew->try_submit([] {}).has_value();
    const bool second = crew->try_submit([] {}).has_value();
    expect(first && !second, "the two pieces", "the first accepted, the second refused",
           first ? "both accepted" : "the first refused", kOtherLimit);
    for (Held& each : held) each.let_go.open();
    destroy(crew);
    for (const std::size_t limit : {std::size_t{1} << 32, SIZE_MAX}) {
        act("try_submit to a pool that may queue " + show(limit) + " pieces", kWorkLocked);
        Crew wide(1, limit);
        expect(wide->try_submit([] {}).has_value(), "the piece", "accepted", "refused", kLimitCut);
        destroy(wide);
    }
}

TEST_CASE("a thread takes one piece at a time") {
    Held held;
    Held first;
    Crew crew(1, 3);
    keep_busy(crew, held);
    act("put three pieces into the queue, which is full then", kWorkLocked);
    Tally others;
    crew->submit(first.piece());
    for (int i = 0; i < 2; ++i) crew->submit([&] { others.add(); });
    act("let the thread go; it is at the first of the three: there is one place", kNotify);
    held.let_go.open();
    first.reached.wait();
    const bool one = crew->try_submit([] {}).has_value();
    const bool more = crew->try_submit([] {}).has_value();
    expect(one && !more, "two pieces that come now", "the first accepted, the second refused",
           one ? "both accepted" : "the first refused",
           !one                  ? kOtherLimit
           : others.value() == 0 ? kBatch
                                 : kOrder);  // those that came later were done first
    first.let_go.open();
    destroy(crew);
}

TEST_CASE("two pools know nothing of each other") {
    Held held;
    Crew crew(1, 1);
    keep_busy(crew, held);
    act("fill the queue of a pool; make another one, and try_submit to it", kStatic);
    crew->submit([] {});
    std::optional<Crew> other(std::in_place, 1, 1);
    auto result = (*other)->try_submit([] { return 5; });
    expect(result.has_value(), "the piece for the other pool", "accepted", "refused", kStatic);
    act("wait for its result", kStatic);
    expect_equal(result->get(), 5, "the result", kStatic);
    act("stop the other pool, and let the first one go on", kStatic);
    (*other)->stop(AtStop::drain);
    held.let_go.open();
    expect_no_throw([&] { crew->submit([] {}).get(); }, "submit to the first pool", kStatic);
    other->destroy();
    destroy(crew);
}

TEST_CASE("a piece that was done is gone") {
    Crew crew(1, 1);
    ThreadGate gone;
    act("a piece holds something that tells when it is destroyed; nobody keeps its future",
        kKeptPiece);
    {
        const std::shared_ptr<int> held(new int(0), [&](int* number) {
            delete number;
            gone.open();
        });
        crew->submit([held] {});
    }
    gone.wait();
    destroy(crew);
}

TEST_CASE("the stack of a thread does not grow with its pieces") {
    constexpr int kPieces = 300;
    constexpr std::intptr_t kSome = 8192;
    Crew crew(1, 1);
    act("do 300 pieces in one thread, and look where its stack ends in each", kNotify);
    const auto place = [] { return reinterpret_cast<std::intptr_t>(__builtin_frame_address(0)); };
    const std::intptr_t first = crew->submit(place).get();
    std::intptr_t last = first;
    for (int i = 1; i < kPieces; ++i) last = crew->submit(place).get();
    expect(first - last < kSome && last - first < kSome, "the stack in the last piece",
           "where it was in the first", show(first - last) + " bytes deeper", kRecursion);
    destroy(crew);
}

TEST_CASE("submit waits until there is room") {
    Held held;
    Crew crew(1, 1);
    keep_busy(crew, held);
    act("submit a piece that takes the only place", kWorkLocked);
    std::atomic<pid_t> done_by = 0;
    crew->submit([&] { done_by = ::gettid(); });
    act("submit one more in a thread of its own, and see whether it waits", kWorkLocked);
    std::atomic<bool> gave_up = false;
    Caller caller([&] {
        try {
            crew->submit([] {});
        } catch (const ThreadPoolStopped&) {
            gave_up = true;
        }
    });
    if_it_hangs(kAsking);  // it neither sleeps nor returns
    caller.wait_until_settled();
    expect(!gave_up, "submit to a full queue", "waits", "says that the pool is stopped", kGaveUp);
    if (caller.returned()) {
        const EndIfFailed if_by_the_caller;
        expect(done_by == 0, "the piece in the queue, while the crew is at its gate", "waits",
               "was done by the caller", kNoCrew);
        Caller next([&] { crew->submit([] {}); });  // is there a bound at all?
        const EndIfFailed end;
        next.wait_until_settled();
        fail("submit to a full queue", "waits", "returned at once",
             next.returned() ? kUnbounded : kOnePlace);
    }
    act("let the thread go: there will be room", kNotify);
    held.let_go.open();
    caller.join();
    destroy(crew);
}

TEST_CASE("the piece that came first is done first") {
    Held held;
    std::string order;  // written by the one thread of the crew, read when that has ended
    Crew crew(1, 3);
    keep_busy(crew, held);
    act("give it three pieces, which write 1, 2 and 3, the second one by try_submit", kWorkLocked);
    const auto write = [&order](char number) { return [&order, number] { order += number; }; };
    crew->submit(write('1'));
    crew->try_submit(write('2'));
    crew->submit(write('3'));
    act("let the thread go, and stop the pool", kNotify);
    held.let_go.open();
    crew->stop(AtStop::drain);
    expect_equal(order, std::string("123"), "what they have written",
                 order.size() < 3 ? kForgotten : kOrder);
    destroy(crew);
    act("fill a queue of two places; a caller waits for room with a third piece", kNotify);
    order.clear();
    Held busy;
    Held first;
    Crew waited_for(1, 2);
    keep_busy(waited_for, busy);
    waited_for->submit(first.piece());
    waited_for->submit(write('2'));
    Caller caller([&] { waited_for->submit(write('3')); });
    caller.wait_until_settled();
    act("let the thread take the first piece; when the caller has returned, let it go on",
        kRoomLate);
    busy.let_go.open();
    first.reached.wait();
    caller.join();
    first.let_go.open();
    waited_for->stop(AtStop::drain);
    expect_equal(order, std::string("23"), "what the other two have written",
                 order.size() < 2 ? kForgotten : kOrder);
    destroy(waited_for);
}
