// Whole races in a made-up network, held against a model: hosts of all kinds in any order, and a
// deadline somewhere among what they do.

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "advice.hh"
#include "played.hh"

using namespace waymark::course::check;
using namespace std::chrono_literals;
using waymark::net::Address;

namespace {

enum class Does { answers, refuses, nothing, fails_at_once };
struct Host {
    std::string address;
    Does does = Does::nothing;
    int at = 0;  // 0: at once
};

std::string in_words(const Host& host) {
    const char* const names[] = {"answers", "refuses", "is silent", "has no route"};
    const bool timed = host.does == Does::answers || host.does == Does::refuses;
    return host.address + " " + names[static_cast<int>(host.does)] +
           (timed ? fmt::format(" at {}", host.at) : "");
}

// What is right, found by going from millisecond to millisecond.
struct RaceModel {
    const std::vector<Host>& hosts;
    int deadline;
    std::string status = "timed_out", address = "none", failures = {}, calls = {};
    int took = 0;
    bool is_open = false;  // two things come at once, whose order the contract leaves open

    void fail(const Host& host, const char* what) {
        failures += (failures.empty() ? "" : "; ") + host.address + ": " + what;
    }

    void run() {
        std::size_t begun = 0, failed = 0;
        int last = 0;
        bool failed_since = false;
        std::vector<const Host*> under_way;
        for (int now = 0; now <= deadline; ++now) {
            int happened = 0;
            // As often as a failure lets another one begin at the same instant.
            for (bool again = true; again;) {
                again = false;
                if (begun < hosts.size() &&
                    (begun == 0 || (now < deadline && (failed_since || now >= last + 250)))) {
                    if (begun > 0 && !failed_since) ++happened;
                    const Host& host = hosts[begun++];
                    last = now;
                    failed_since = false;
                    again = true;
                    calls +=
                        fmt::format("{}{} at {}", calls.empty() ? "" : ", ", host.address, now);
                    if (host.does == Does::fails_at_once) {
                        fail(host, "Network is unreachable");
                        status = "unreachable";
                        failed_since = true;
                        ++failed;
                    } else {
                        under_way.push_back(&host);
                    }
                }
                for (const Host* host : std::vector(under_way)) {
                    if (host->does == Does::nothing || now < host->at) continue;
                    if (host->at == now) ++happened;
                    took = now;
                    if (host->does == Does::answers) {
                        status = "connected";
                        address = host->address;
                        is_open = is_open || happened > 1;
                        return;
                    }
                    fail(*host, "Connection refused");
                    status = "refused";
                    failed_since = true;
                    ++failed;
                    again = true;
                    std::erase(under_way, host);
                }
                took = now;
                if (failed == hosts.size()) {
                    is_open = is_open || happened > 1;
                    return;
                }
            }
            is_open = is_open || happened > 1 || (happened > 0 && now == deadline);
        }
        status = "timed_out";
        for (const Host* host : under_way) fail(*host, "Connection timed out");
        for (; begun < hosts.size(); ++begun) fail(hosts[begun], "not tried in time");
    }
};

std::multiset<std::string> parts_of(std::string_view text) {
    std::multiset<std::string> parts;
    for (std::size_t end = 0; !text.empty(); text.remove_prefix(std::min(end + 2, text.size()))) {
        end = std::min(text.find("; "), text.size());
        parts.emplace(text.substr(0, end));
    }
    return parts;
}

}  // namespace

TEST_CASE("made-up races end as in a model") {
    step("connect 80 times to up to five hosts that answer, refuse, are silent or have no route");
    if_it_hangs(kDeadlineLost);
    std::mt19937 random(77);
    for (int turn = 0; turn < 80; ++turn) {
        MadeUpNetwork network;
        std::vector<Host> hosts(1 + random() % 5);
        std::vector<Address> addresses;
        std::string words;
        for (std::size_t i = 0; i < hosts.size(); ++i) {
            Host& host = hosts[i];
            host.address = fmt::format("192.0.2.{}:80", i + 1);
            const Does kinds[] = {Does::answers, Does::refuses, Does::refuses,
                                  Does::nothing, Does::nothing, Does::fails_at_once};
            host.does = kinds[random() % 6];
            host.at = random() % 3 == 0 ? 0 : 1 + static_cast<int>(random() % 900);
            const auto at = std::chrono::milliseconds(host.at);
            const char* const text = host.address.c_str();
            addresses.push_back(host.does == Does::answers   ? network.answers_late(text, at)
                                : host.does == Does::refuses ? network.refuses_late(text, at)
                                : host.does == Does::nothing
                                    ? network.is_silent(text)
                                    : network.fails_at_once(text, ENETUNREACH));
            words += in_words(host) + ", ";
        }
        RaceModel model{.hosts = hosts, .deadline = 1 + static_cast<int>(random() % 1200)};
        model.run();
        if (model.is_open) continue;
        words = " (" + words + fmt::format("deadline at {})", model.deadline);
        const Played seen = play(network, addresses, std::chrono::milliseconds(model.deadline));
        expect(seen.thrown.empty(), "connect_to_any" + words, "gives a result",
               "threw " + seen.thrown, kUnusable);
        expect_equal(seen.calls, model.calls, "connect(2)" + words, {kOneByOne, kFailureWaits});
        expect_equal(
            seen.status, model.status, "the status" + words,
            seen.status == "connected" ? Causes{kWritable, kTooSoon} : Causes{kNotTaken, kUntold});
        expect_equal(seen.address, model.address, "the address that answered" + words, kGivenUp);
        expect_equal(seen.took, static_cast<long>(model.took), "milliseconds that it took" + words,
                     seen.took > model.took ? kSleepsOn : kDeadlineLost);
        const bool is_order = parts_of(seen.failures) == parts_of(model.failures);
        if (model.status != "connected")
            expect_equal(seen.failures, model.failures,
                         (is_order ? "the order of error_text()" : "error_text()") + words,
                         kUntold);
        expect_equal(seen.left_open, 0, "descriptors left open beside the result's socket" + words,
                     kLeak);
    }
}
