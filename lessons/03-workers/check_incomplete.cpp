// Lesson 03's check, last part: a crew that cannot be made whole.

#include "lessons/course/check/faults.hh"
#include "lessons/course/check/threads.hh"
#include "visitors.hh"

using namespace workers_check;
using namespace std::chrono_literals;

namespace {

// In a worker: until every other thread of it waits for something.
void let_the_others_settle() {
    for (const pid_t thread : threads_now())
        if (thread != ::gettid()) eventually([&] { return asleep(thread); });
}

}  // namespace

// The client is in the queue before there is a worker: a thread that could take it would.
TEST_CASE("a crew that cannot be complete takes nobody") {
    const Office office;
    Ends ends;
    WorkerPool pool(office.listener(), fixed(1, 3), serve_as_told, ends.events());
    Fd waiting = office.connect();
    step("a client waits; a worker is started whose second thread cannot be made (EAGAIN)");
    if_it_hangs(kIncomplete);
    pid_t worker = -1;
    {
        Faults faults;
        faults.fail(Call::thread_create, EAGAIN, 1, 1);
        faults.before(Call::thread_create,
                      [&] { faults.before(Call::thread_create, let_the_others_settle); });
        pool.tend(kNow);
        expect_equal(pool.pids().size(), 1U, "workers", kStart);
        worker = pool.pids()[0];
        expect(ends_soon(worker), "the worker", "ends", "goes on with fewer threads", kIncomplete);
    }
    step("look: how did it end? Then the next one serves the client");
    pool.tend(kNow + 1s);
    expect(ends.how[worker] == "exit status 111", "how the worker ended", "exit status 111",
           ends.how[worker], kIncomplete);
    leave(enter(std::move(waiting), kIncomplete), kIncomplete);
}
