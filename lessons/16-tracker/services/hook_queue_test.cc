#include "services/hook_queue.hh"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "daemon/folder_under_test.hh"
#include "daemon/log_under_test.hh"
#include "store/devices.hh"
#include "store/open_database.hh"
#include "unix_time.hh"

using namespace waymark;
using namespace waymark::tracker;
using namespace waymark::daemon;

namespace {

constexpr std::uint16_t kCaller = 5;

// A store with an account and as many hooks as are wanted, and what the queue sends.
struct Queued {
    LogFolder folder;
    Log log{to_file(folder)};
    TemporaryFolder data;
    std::string path = data.file("waymark.db");
    net::EventLoop loop;
    std::unique_ptr<Store> store;
    std::vector<HookPost> sent;
    HookQueue queue;

    explicit Queued(int hooks, std::chrono::milliseconds longest_flight = HookQueue::kLongestFlight)
        : store(open(path, hooks)),
          queue(
              loop, *store, log,
              [this](std::uint16_t receiver, std::string_view message) {
                  CHECK(receiver == kCaller);
                  REQUIRE(read(message, sent.emplace_back()));
              },
              longest_flight) {}

    static std::unique_ptr<Store> open(const std::string& path, int hooks) {
        Connection connection = open_for_writing(path);
        for (int i = 1; i <= hooks; ++i) {
            connection.execute(
                "INSERT INTO account (name, role, created_ms) SELECT 'a' || count(*), 2, 1 FROM "
                "account");
            WebHooks(connection)
                .add({.by = static_cast<UserNumber>(i), .url = "http://x/", .secret = "s"});
        }
        return std::make_unique<Store>(path);
    }

    void test(HookNumber hook) {
        store->change([&](Connection& connection) {
            WebHooks(connection).test(hook, static_cast<UserNumber>(hook), unix_now());
        });
        queue.look();
    }
    void want() { CHECK(queue.takes(kCaller, write_empty(MessageKind::want_posts))); }
    void answer(const HookPost& post, bool is_taken) {
        CHECK(queue.takes(kCaller, write(HookAnswer{post.number, is_taken, "status"})));
    }
    // Until that many have been sent in all.
    void run_until_sent(std::size_t count) {
        while (sent.size() < count) {
            loop.run_once(Deadline::after(std::chrono::milliseconds(20)));
            queue.step_if_due();
        }
    }
    void run_until_written() {
        do loop.run_once(Deadline::after(std::chrono::milliseconds(20)));
        while (!queue.step_if_due());
    }
    WebHook hook(UserNumber by) {
        WebHook found;
        store->change([&](Connection& connection) { found = WebHooks(connection).list(by).at(0); });
        return found;
    }
};

}  // namespace

TEST_CASE("what is due is handed to the caller, and what it says is written down") {
    Queued queued(2);
    queued.test(1);
    queued.want();
    queued.run_until_sent(1);
    CHECK(queued.hook(1).waiting == 1);
    queued.answer(queued.sent[0], true);
    queued.run_until_written();
    CHECK(queued.hook(1).waiting == 0);
    CHECK(queued.hook(1).delivered == 1);
    queued.test(2);
    queued.run_until_sent(2);
    queued.answer(queued.sent[1], false);
    queued.run_until_written();
    CHECK(queued.hook(2).waiting == 1);
    CHECK(queued.hook(2).failures == 1);
    CHECK(queued.hook(2).said == "status");
}

TEST_CASE("without a caller nothing is handed out, and to a new one all that was not answered") {
    Queued queued(1);
    queued.test(1);
    CHECK_FALSE(queued.queue.step_if_due());
    queued.want();
    queued.run_until_sent(1);
    // Its answer came too late: it is another caller's by now.
    queued.want();
    queued.answer(queued.sent[0], true);
    queued.run_until_sent(2);
    CHECK(queued.sent[1].id == queued.sent[0].id);
    CHECK(queued.hook(1).waiting == 1);
    queued.answer(queued.sent[1], true);
    queued.run_until_written();
    CHECK(queued.hook(1).delivered == 1);
    // What others say does not count.
    CHECK(queued.queue.takes(3, write(HookAnswer{queued.sent[1].number, true, ""})));
    CHECK_FALSE(queued.queue.takes(3, write_empty(MessageKind::heard)));
}

TEST_CASE("no more are under way than there may be, and a slow one holds up its own hook only") {
    constexpr int kHooks = static_cast<int>(HookQueue::kMostAtOnce) + 4;
    Queued queued(kHooks);
    for (HookNumber hook = 1; hook <= kHooks; ++hook) queued.test(hook);
    queued.want();
    queued.run_until_sent(HookQueue::kMostAtOnce);
    queued.loop.run_once(Deadline::after(HookQueue::kBetweenSteps * 2));
    queued.queue.step_if_due();
    CHECK(queued.sent.size() == HookQueue::kMostAtOnce);
    // The first one never answers; all others have their turn.
    for (std::size_t i = 1; i < kHooks; ++i) {
        queued.run_until_sent(i + 1);
        queued.answer(queued.sent[i], true);
    }
    queued.run_until_written();
    CHECK(queued.hook(1).waiting == 1);
    for (UserNumber by = 2; by <= kHooks; ++by) CHECK(queued.hook(by).delivered == 1);
}

TEST_CASE("what is never answered is handed out again") {
    Queued queued(1, std::chrono::milliseconds(0));
    queued.test(1);
    queued.want();
    queued.run_until_sent(1);
    queued.queue.look();
    queued.run_until_sent(2);
    CHECK(queued.sent[1].id == queued.sent[0].id);
}
