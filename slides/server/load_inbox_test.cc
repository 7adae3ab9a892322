// How a demo hands in the load that its slide draws.

#include "slides/server/load_inbox.hh"

#include <doctest/doctest.h>
#include <stdlib.h>

#include <vector>

#include "lessons/course/hand_in_load.hh"
#include "slides/server/shown_program.hh"

using namespace waymark;
using namespace waymark::slides;
using nlohmann::json;

namespace {

// With the path where a demo looks for it.
struct LoadRun {
    RunFolder folder{make_run_folder()};
    std::vector<std::pair<std::string, json>> told;
    LoadInbox loads{folder.path(), true, [this](std::string_view name, json data) {
                        told.emplace_back(name, std::move(data));
                    }};

    LoadRun() { ::setenv(LoadInbox::kVariable, loads.inbox().path().c_str(), 1); }
    ~LoadRun() { ::unsetenv(LoadInbox::kVariable); }
};

}  // namespace

TEST_CASE("a load has four numbers and perhaps a limit and an answer") {
    const auto load = parse_load("inside 10 of 12 waiting 5 refused 3 answer 1800");
    REQUIRE(load);
    CHECK(load->inside == 10);
    CHECK(load->limit == 12);
    CHECK(load->waiting == 5);
    CHECK(load->refused == 3);
    CHECK(load->answer_us == 1800);
    const auto less = parse_load("inside 80 of - waiting 0 refused 0 answer -\n");
    REQUIRE(less);
    CHECK_FALSE(less->limit);
    CHECK_FALSE(less->answer_us);
}

TEST_CASE("what is no load is refused") {
    for (const char* line : {"", "inside", "inside 1", "inside 1 of 2 waiting 3 refused 4 answer",
                             "inside 1 of 2 waiting 3 refused 4 answer 5 and more",
                             "inside -1 of 2 waiting 3 refused 4 answer 5",
                             "inside 1 of 2 waiting - refused 4 answer 5",
                             "inside  1 of 2 waiting 3 refused 4 answer 5",
                             "inside 1 of 2 waiting 3 refused 4 answer 5.5",
                             "inside 4000000001 of 2 waiting 3 refused 4 answer 5",
                             "inside 1 von 2 waiting 3 refused 4 answer 5",
                             "inside 1 of 2 waiting 3 refused 4 answer +5"}) {
        CAPTURE(line);
        CHECK_FALSE(parse_load(line));
    }
}

TEST_CASE("what a demo hands in is told in order") {
    LoadRun run;
    demo::hand_in_load({.inside = 10, .limit = 12, .waiting = 5, .refused = 3, .answer_us = 1800});
    demo::hand_in_load({.inside = 80});
    run.loads.tell_new();
    REQUIRE(run.told.size() == 2);
    CHECK(run.told[0] ==
          std::pair<std::string, json>(
              "load",
              {{"inside", 10}, {"limit", 12}, {"waiting", 5}, {"refused", 3}, {"answer_ms", 1.8}}));
    CHECK(run.told[1] ==
          std::pair<std::string, json>("load", {{"inside", 80}, {"waiting", 0}, {"refused", 0}}));
}

TEST_CASE("there is an end to moments and it is told once") {
    LoadRun run;
    for (std::size_t i = 0; i < LoadInbox::kMostLoads + 3; ++i) {
        demo::hand_in_load({.inside = 1});
        run.loads.tell_new();
    }
    CHECK(run.told.size() == LoadInbox::kMostLoads + 1);
    CHECK(run.told.back() ==
          std::pair<std::string, json>("load_refused", {{"why", "more than 500 moments"}}));
}

TEST_CASE("where the slide shows no load there is no socket for it and nothing happens") {
    const RunFolder folder(make_run_folder());
    LoadInbox none(folder.path(), false, [](std::string_view, const json&) { FAIL("told"); });
    CHECK(none.inbox().path().empty());
    CHECK(none.inbox().descriptor() == -1);
    demo::hand_in_load({.inside = 1});
    none.tell_new();
}
