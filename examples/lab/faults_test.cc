#include "faults.hh"

#include <doctest/doctest.h>

#include <fstream>

#include "daemon/error.hh"
#include "daemon/folder_under_test.hh"

using namespace waymark;
using lab::Fault;
using lab::Faults;

TEST_CASE("a fault is said in words") {
    CHECK_EQ(lab::to_string(Fault{}), "nothing");
    CHECK_EQ(lab::to_string(Fault{.drop_percent = 30}), "30 % lost");
    CHECK_EQ(lab::to_string(Fault{.delay_ms = 200}), "200 ms late");
    CHECK_EQ(lab::to_string(Fault{.drop_percent = 30, .delay_ms = 200}), "30 % lost, 200 ms late");
    CHECK_EQ(lab::to_string(Fault{.cut = true, .drop_percent = 30}), "cut");
}

TEST_CASE("the faults in force are those of the file") {
    const daemon::TemporaryFolder folder;
    const lab::State state(folder.path());
    CHECK(lab::read_faults(state).empty());
    std::ofstream(state.file("faults")) << "host1 host2 1 0 0\nhost2 gateway 0 30 200\n";
    CHECK_EQ(lab::read_faults(state),
             Faults{{{"host1", "host2"}, Fault{.cut = true}},
                    {{"host2", "gateway"}, Fault{.drop_percent = 30, .delay_ms = 200}}});
}

TEST_CASE("a line that was not written to its end is none") {
    const daemon::TemporaryFolder folder;
    const lab::State state(folder.path());
    std::ofstream(state.file("faults")) << "host1 host2 0 10 0\nhost2 host1 0 1";
    CHECK_EQ(lab::read_faults(state), Faults{{{"host1", "host2"}, Fault{.drop_percent = 10}}});
}

TEST_CASE("without a keeper no lab is up whatever stands in the folder") {
    const daemon::TemporaryFolder folder;
    const lab::State state(folder.path());
    std::ofstream(state.file("hosts")) << "switch 0 1\nhost1 1 1\n";
    std::ofstream(state.file("keeper.pid")) << "1\n";
    CHECK_THROWS_WITH_AS(lab::Lab::find(state),
                         ("no lab is up in " + state.file("") + ": lab up 3").c_str(),
                         daemon::UsageError);
}
