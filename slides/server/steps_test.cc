#include "slides/server/steps.hh"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "daemon/folder_under_test.hh"

using namespace waymark::slides;

namespace {

// A checkout with one source, two regions of which have steps.
struct Checkout {
    Checkout() {
        std::filesystem::create_directories(path / "daemon/deep");
        std::ofstream(path / "daemon/deep/a.cc") << "//#region one\n"
                                                    "int a;  //@ 1\n"
                                                    "int b;  //@ 2\n"
                                                    "//#endregion one\n"
                                                    "//#region two\n"
                                                    "int c;  //@ 3\n"
                                                    "//#endregion two\n";
    }

    // The faults of a slide with these regions and this note, each with a blank line behind it.
    std::string faults(std::vector<std::string> regions, std::string notes) {
        Slide slide;
        slide.notes = std::move(notes);
        for (std::string& region : regions) {
            Block& block = slide.blocks.emplace_back();
            block.kind = Block::Kind::code;
            block.code = {"daemon/deep/a.cc", std::move(region)};
        }
        std::string all;
        for (const std::string& fault : faults_of_steps(slide, files)) all += fault + "\n";
        return all;
    }

    waymark::daemon::TemporaryFolder folder;
    std::filesystem::path path = folder.path();
    ProjectFiles files{path};
};

}  // namespace

TEST_CASE("a slide is right if each of its steps is in its note") {
    Checkout checkout;
    CHECK(checkout.faults({"one"}, "Step 1: so. Step 2: or so.") == "");
    CHECK(checkout.faults({"one"}, "Look at steps 1 and 2.") == "");
    CHECK(checkout.faults({"one", "two"}, "Steps 1, 2 and\n3.") == "");
    CHECK(checkout.faults({}, "The exercise has step 7.") == "");
    CHECK(checkout.faults({"gone"}, "Step 1: told elsewhere.") == "");
}

TEST_CASE("a step without a mark is a fault, and so is a mark without a step") {
    Checkout checkout;
    CHECK(checkout.faults({"one"}, "Step 1. Step 2. Step 3.") ==
          "the note speaks of step 3, and no line of daemon/deep/a.cc#one is marked with it: put "
          "//@ 3 behind it\n");
    CHECK(
        checkout.faults({"one"}, "Step 2.") ==
        "daemon/deep/a.cc#one has step 1, and the note does not say \"Step 1\": say what it shows, "
        "or take //@ 1 away\n");
    CHECK(checkout.faults({"two"}, "Step 3.") ==
          "daemon/deep/a.cc#two has step 3 and no step 2: count from 1, without a gap\n");
}

TEST_CASE("a note that counts lines is refused") {
    Checkout checkout;
    CHECK(checkout.faults({"one"}, "Step 1 and 2. See line 7.") ==
          "the note names a line by its number, and lines move: mark it as a step\n");
}

TEST_CASE("a mark in a region that no slide shows is told with its place") {
    Checkout checkout;
    CHECK(stray_marks({{"daemon/deep/a.cc", "one"}, {"daemon/deep/a.cc", "two"}}, checkout.files)
              .empty());
    const std::vector<std::string> strays =
        stray_marks({{"daemon/deep/a.cc", "one"}}, checkout.files);
    REQUIRE(strays.size() == 1);
    CHECK(strays[0] ==
          "daemon/deep/a.cc:6: this step is on no slide; take its mark away, or show a "
          "region that has it");
}
