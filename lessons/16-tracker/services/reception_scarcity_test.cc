// Memory that runs out while one phone is heard costs that phone an answer, which makes it come
// again. It loses no point, and the next phone is served.

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <algorithm>
#include <string>
#include <vector>

#include "daemon/channel.hh"
#include "daemon/error.hh"
#include "daemon/log.hh"
#include "memory_directory.hh"
#include "net/listener.hh"
#include "net/scarcity_under_test.hh"
#include "services/messages.hh"
#include "services/reception.hh"
#include "unix_time.hh"

using namespace waymark;
using namespace waymark::tracker;
using daemon::Channel;
using daemon::check;
using daemon::Deadline;
using daemon::Fd;
using net::scarcity::at_each_allocation;
using net::scarcity::Shortage;
using namespace std::chrono_literals;

namespace {

// A receiver's thread that knows one device, and the store's end of its channel in our hand.
struct Receiver {
    net::Listener listener{net::Address::parse("127.0.0.1:0")};
    daemon::Log log{{.target = daemon::LogTarget::file, .path = "/dev/null"}};
    Reception reception{settings(), listeners(), log};
    daemon::ChannelPair pair = daemon::make_channel();
    std::vector<Ticket> tickets;          // of batches that nobody has answered
    std::vector<std::int32_t> latitudes;  // of all fixes that have reached the store

    Receiver() {
        bool is_open = false;
        reception.on_open([&is_open] { is_open = true; });
        reception.meet_store(std::move(pair.first));
        const DirectoryEntry phone{{.number = 1}, {}, {"phone"}};
        for (const std::string& part : pack_directory({phone}))
            REQUIRE(pair.second.send(write_text(MessageKind::directory, part)) ==
                    Channel::Result::done);
        rounds();
        REQUIRE(is_open);
    }

    static Settings settings() {
        Settings settings;
        settings.reloadable.max_connections_per_address = 8;
        return settings;
    }
    std::vector<Fd> listeners() const {
        std::vector<Fd> list;
        list.push_back(listener.fd().duplicate());
        return list;
    }

    void rounds() {
        for (int i = 0; i < 8; ++i) reception.loop().run_once(Deadline::after(0ms));
    }

    Fd send_place(int latitude) {
        const net::Address& address = listener.address();
        Fd phone(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
        check(::connect(phone.get(), address.data(), address.size()), "connect");
        const std::string request = "GET /?id=phone&lat=" + std::to_string(latitude) +
                                    "&lon=9.6&timestamp=" + std::to_string(unix_now() / 1000) +
                                    "&extra=of+a+length+that+needs+memory HTTP/1.1\r\nHost: h\r\n"
                                    "Connection: close\r\n\r\n";
        REQUIRE(::send(phone.get(), request.data(), request.size(), 0) > 0);
        return phone;
    }

    void hear() {
        for (;;) {
            const Channel::Received got = pair.second.receive();
            if (got.result != Channel::Result::done) return;
            if (kind_of(got.message) == MessageKind::heard) continue;  // where a phone was
            Batch batch;
            REQUIRE(read(got.message, batch));
            tickets.push_back(batch.ticket);
            for (const Item& item : batch.items)
                latitudes.push_back(std::get<Fix>(item).latitude_e7 / 10'000'000);
        }
    }
    void acknowledge() {
        for (const Ticket ticket : tickets)
            REQUIRE(pair.second.send(write(Answer{ticket, true, ""})) == Channel::Result::done);
        tickets.clear();
    }
    bool has_reached_the_store(int latitude) const {
        return std::count(latitudes.begin(), latitudes.end(), latitude) > 0;
    }
};

// The status that a phone was answered, "" if it was hung up on, "nothing" if it waits.
std::string answer_to(const Fd& phone) {
    char buffer[1000];
    const ssize_t got = ::recv(phone.get(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (got == -1 && errno == EAGAIN) return "nothing";
    return got < 12 ? "" : std::string(buffer + 9, 3);
}

}  // namespace

TEST_CASE("memory that runs out while a phone is heard loses no point, and the next is served") {
    const int failures = at_each_allocation([](Shortage& shortage) {
        Receiver receiver;
        const Fd phone = receiver.send_place(47);
        // The loop itself throws nothing, neither when the point comes nor when it is stored.
        CHECK(shortage.during([&] { receiver.rounds(); }));
        receiver.hear();
        receiver.acknowledge();
        CHECK(shortage.during([&] { receiver.rounds(); }));
        const std::string first = answer_to(phone);
        if (!shortage.has_failed()) CHECK(first == "200");
        CHECK((first == "200" || first == "500" || first == "503" || first.empty()));
        if (first == "200") CHECK(receiver.has_reached_the_store(47));

        const Fd next = receiver.send_place(48);
        std::string second = "nothing";
        for (int rounds = 0; second == "nothing" && rounds < 1000; ++rounds) {
            receiver.reception.loop().run_once(Deadline::after(10ms));
            receiver.hear();
            receiver.acknowledge();
            second = answer_to(next);
        }
        REQUIRE(second == "200");
        CHECK(receiver.has_reached_the_store(48));
    });
    CHECK(failures > 20);
}
