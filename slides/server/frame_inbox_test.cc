// How a demo hands in the frames that its slide draws.

#include "slides/server/frame_inbox.hh"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "daemon/fd.hh"
#include "slides/server/shown_program.hh"

using namespace waymark;
using namespace waymark::slides;
using nlohmann::json;

namespace {

struct Run {
    RunFolder folder{make_run_folder()};
    std::vector<std::pair<std::string, json>> told;
    FrameInbox inbox{folder.path(), true, [this](std::string_view name, json data) {
                         told.emplace_back(name, std::move(data));
                     }};

    void send(std::string_view line) const {
        const daemon::Fd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        sockaddr_un name{};
        name.sun_family = AF_UNIX;
        std::ranges::copy(inbox.inbox().path().string(), name.sun_path);
        REQUIRE(::sendto(fd.get(), line.data(), line.size(), MSG_DONTWAIT,
                         reinterpret_cast<const sockaddr*>(&name),
                         sizeof name) == static_cast<ssize_t>(line.size()));
    }
};

}  // namespace

TEST_CASE("a frame has a sender and a receiver and words") {
    const auto frame = parse_frame("client > server SYN, seq 0");
    REQUIRE(frame);
    CHECK(frame->from == "client");
    CHECK(frame->to == "server");
    CHECK(frame->what == "SYN, seq 0");
    CHECK_FALSE(frame->is_lost);
    CHECK(parse_frame("a x b FIN")->is_lost);
    CHECK(parse_frame("a > b ping\nand more")->what == "ping");
}

TEST_CASE("what is no frame is refused") {
    for (const char* line : {"", "\n", "client", "client >", "client > server", "client > server ",
                             "client server SYN", "client - server SYN", " > server SYN",
                             "client >  SYN", "client  > server SYN", "client >> server SYN",
                             "a-name-of-more-than-24-bytes > server SYN"}) {
        CAPTURE(line);
        CHECK_FALSE(parse_frame(line));
    }
}

TEST_CASE("frames are told in order and what is none is told once") {
    Run run;
    run.send("a > b one");
    run.send("nonsense");
    run.send("nonsense");
    run.send("a > b " + std::string(FrameInbox::kLongestLine, 'x'));
    run.send("b x a \xff two\n");
    run.inbox.tell_new();
    REQUIRE(run.told.size() == 4);
    CHECK(run.told[0] ==
          std::pair<std::string, json>("frame", {{"from", "a"}, {"to", "b"}, {"what", "one"}}));
    CHECK(run.told[1].first == "frame_refused");
    CHECK(run.told[2].first == "frame_refused");
    CHECK(run.told[2].second["why"] == "a line of more than 240 bytes");
    CHECK(run.told[3].second["lost"] == true);
}

TEST_CASE("there is an end to frames") {
    Run run;
    for (std::size_t i = 0; i < FrameInbox::kMostFrames + 3; ++i) {
        run.send("a > b again");
        run.inbox.tell_new();
    }
    CHECK(run.told.size() == FrameInbox::kMostFrames + 1);
    CHECK(run.told.back().second["why"] == "more than 500 frames");
}

TEST_CASE("where the slide shows no frames there is no socket for them") {
    const RunFolder folder(make_run_folder());
    FrameInbox none(folder.path(), false, [](std::string_view, const json&) { FAIL("told"); });
    CHECK(none.inbox().path().empty());
    CHECK(none.inbox().descriptor() == -1);
    none.tell_new();
    CHECK(std::filesystem::is_empty(folder.path()));
}
