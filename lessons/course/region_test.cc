#include "lessons/course/region.hh"

#include <doctest/doctest.h>

#include <string>

using waymark::course::find_region;
using waymark::course::region_names;
using waymark::course::RegionError;
using waymark::course::replace_region;

namespace {

const std::string kText =
    "int before;\n"
    "//#region outer\n"
    "int one;\n"
    "    //#region inner\n"
    "    int two;\n"
    "    //#endregion inner\n"
    "//#endregion outer\n"
    "int after;\n";

}  // namespace

TEST_CASE("a region is what lies between its marks, with the line where it begins") {
    CHECK(find_region(kText, "inner").body == "    int two;\n");
    CHECK(find_region(kText, "inner").first_line == 5);
    CHECK(region_names(kText) == std::vector<std::string>{"outer", "inner"});
}

TEST_CASE("marks of inner regions are not shown") {
    CHECK(find_region(kText, "outer").body == "int one;\n    int two;\n");
    CHECK(find_region(kText, "outer").first_line == 3);
}

TEST_CASE("a replaced region can be replaced again") {
    const std::string once = replace_region(kText, "outer", "int other;");
    CHECK(once == "int before;\n//#region outer\nint other;\n//#endregion outer\nint after;\n");
    CHECK(replace_region(once, "outer", find_region(kText, "outer").body).find("int two") !=
          std::string::npos);
    CHECK(replace_region(kText, "outer", "").find("int one") == std::string::npos);
}

TEST_CASE("marks of steps are not in the body, and their lines have the numbers of the text") {
    const std::string text =
        "//#region outer\n"
        "int one;  //@ 1\n"
        "//#region inner\n"
        "int two;  //@ 2..\n"
        "//#endregion inner\n"
        "int three;  //@ ..2\n"
        "//#endregion outer\n"
        "int after;  //@ 3\n";
    const waymark::course::Region region = find_region(text, "outer");
    CHECK(region.body == "int one;\nint two;\nint three;\n");
    CHECK(region.steps == waymark::course::StepLines{{1, {2}}, {2, {4, 6}}});
    CHECK_THROWS_WITH_AS(find_region(text, "inner"), "line 4: step 2 has no end (//@ ..2)",
                         RegionError);
}

TEST_CASE("an empty region has an empty body") {
    CHECK(find_region("//#region a\n//#endregion a", "a").body.empty());
}

TEST_CASE("a name that only begins alike is another region") {
    CHECK_THROWS_AS(find_region("//#region ab\n//#endregion ab\n", "a"), RegionError);
}

TEST_CASE("marks that do not match are refused with the line") {
    const struct {
        const char* text;
        const char* says;
    } cases[] = {
        {"//#region a\n", "line 1: region 'a' does not end"},
        {"x\n//#endregion a\n", "line 2: region 'a' ends and was not begun"},
        {"//#region a\n//#region a\n//#endregion a\n", "line 2: region 'a' begins a second time"},
        {"//#region a\n//#endregion a\n//#region a\n//#endregion a\n",
         "line 3: region 'a' begins a second time"},
    };
    for (const auto& wrong : cases)
        CHECK_THROWS_WITH_AS(region_names(wrong.text), wrong.says, RegionError);
}

TEST_CASE("a region that is not there is named together with the cure") {
    CHECK_THROWS_WITH_AS(find_region(kText, "gone"),
                         "there is no region 'gone'; put '//#region gone' before it and "
                         "'//#endregion gone' behind it",
                         RegionError);
}
