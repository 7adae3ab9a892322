#include "lessons/course/template_instances.hh"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "lessons/course/program.hh"
#include "lessons/course/scratch_folder.hh"
#include "lessons/course/workspace.hh"

using waymark::course::kWithoutInstances;
using waymark::course::Ran;
using waymark::course::run_program;
using waymark::course::ScratchFolder;
using waymark::course::shared_instances;
using waymark::course::take_instances;
using waymark::course::write_file;

namespace {

namespace fs = std::filesystem;

using Names = std::vector<std::string>;

// The library's source, and what stands in its place.
// std::from_chars() has a table that is unique and not weak, and std::ranges::begin is an object.
constexpr const char* kOwn = R"(
#include <unistd.h>
#include <charconv>
#include <ranges>
#include <vector>
struct Window { long bytes; };
std::vector<Window> windows;
int sum(const std::vector<int>& numbers) {
    std::vector<int> all = numbers;
    all.push_back(int(*std::ranges::begin(all)));
    windows.push_back({2});
    return static_cast<int>(all.size() + windows.size());
}
int parsed(const char* text) {
    int number = 0;
    std::from_chars(text, text + 2, number, 16);
    return number;
}
int forgotten() { return 1; }
__attribute__((constructor)) void before_main() { _exit(9); }
)";
constexpr const char* kOther = R"(
#include <vector>
int sum(const std::vector<int>& numbers) {
    std::vector<int> all;
    for (int number : numbers) all.push_back(2 * number);
    const auto twice = [](int number) { return 2 * number; };
    return twice(static_cast<int>(all.size()));
}
)";
constexpr const char* kMain = R"(
#include <charconv>
#include <ranges>
#include <vector>
int sum(const std::vector<int>& numbers);
int main() {
    const std::vector<int> one{1};
    if (*std::ranges::begin(one) != 1) return 2;
    const char text[] = "2a";
    int number = 0;
    std::from_chars(text, text + 2, number, 16);
    return number == 42 && sum({3, 4}) == 4 ? 0 : 1;
}
)";

class Compiler {
  public:
    explicit Compiler(std::vector<std::string> sanitizers) : flags_(std::move(sanitizers)) {}

    // The object of a source with this text.
    fs::path object(const std::string& name, const std::string& text, bool whole = true) const {
        const fs::path source = folder_.path() / (name + ".cc");
        write_file(source, text);
        std::vector<std::string> words{
            "c++", "-std=c++20", "-O0", "-c", source.string(), "-o", object_of(name).string()};
        words.insert(words.end(), flags_.begin(), flags_.end());
        if (!whole) words.insert(words.end(), kWithoutInstances.begin(), kWithoutInstances.end());
        const Ran ran = run_program(words, folder_.path());
        INFO(ran.output);
        REQUIRE(ran.success());
        return object_of(name);
    }
    fs::path source_of(const std::string& name) const { return folder_.path() / (name + ".cc"); }
    fs::path object_of(const std::string& name) const { return folder_.path() / (name + ".o"); }

    Ran link(const std::vector<fs::path>& objects) const {
        std::vector<std::string> words{"c++", "-o", "program"};
        for (const fs::path& object : objects) words.push_back(object.string());
        words.insert(words.end(), flags_.begin(), flags_.end());
        return run_program(words, folder_.path());
    }
    Ran run() const { return run_program({"./program"}, folder_.path()); }

  private:
    const ScratchFolder folder_;
    const std::vector<std::string> flags_;
};

}  // namespace

TEST_CASE("taken are instances that others may define, without types of the source") {
    const std::string symbols =
        "_ZNSt6vectorIiSaIiEE9push_backEOi W 0 38\n"
        "_ZN6Window4openEv T 10 8\n"
        "_ZNSt6vectorI6WindowSaIS0_EE9push_backEOS0_ W 40 38\n"
        "_ZTVSt8functionIFivEE V 0 28\n"
        "_ZNSt8integralIiE5valueE u 0 8\n"
        "_ZNSt6ranges6__cust5beginE u 0 1\n"
        "_Z6helperSt6vectorIiSaIiEE W 60 8\n"  // inline int helper(std::vector<int>)
        "_ZltRK4RoomS1_ W 70 8\n"              // inline bool operator<(const Room&, const Room&)
        "_ZSteqIhLm16EEbRKSt5arrayIT_XT0_EES4_ W 78 8\n"  // std::operator==<unsigned char, 16>
        "_ZlsI4RoomERiS1_RKT_ W 80 8\n"                   // operator<< <Room>
        "_ZNK4RoomclI6DeviceEEvT_ W 84 8\n"               // Room::operator()<Device>
        "_ZNSt8__detaileqERKiS1_ W 86 8\n"                // std::__detail::operator==
        "_ZN9__gnu_cxxeqIPiEEbT_S2_QrqXeqcldtfL0p_4baseEE W 87 8\n"  // with a constraint
        "_ZN4RoomeqIiEEbT_QrqXeqcldtfL0p_4baseEE W 87 8\n"
        "_ZN4Room4openEv W 88 8\n"
        "_ZL5local t 0 8\n"
        "short\n";
    struct Row {
        const char* what;
        const char* source;
        Names taken;
    };
    const char* const number = "_ZNSt6vectorIiSaIiEE9push_backEOi";
    const char* const window = "_ZNSt6vectorI6WindowSaIS0_EE9push_backEOS0_";
    const char* const table = "_ZTVSt8functionIFivEE";
    const char* const begin = "_ZNSt6ranges6__cust5beginE";
    const char* const equal = "_ZSteqIhLm16EEbRKSt5arrayIT_XT0_EES4_";
    const char* const shown = "_ZlsI4RoomERiS1_RKT_";
    const char* const called = "_ZNK4RoomclI6DeviceEEvT_";
    const char* const friendly = "_ZNSt8__detaileqERKiS1_";
    const char* const bound = "_ZN9__gnu_cxxeqIPiEEbT_S2_QrqXeqcldtfL0p_4baseEE";
    const char* const unique = "_ZNSt8integralIiE5valueE";
    for (const Row& row : {
             Row{"no type of its own",
                 "int f() { return 1; }\n",
                 {number, window, table, unique, begin, equal, shown, called, friendly, bound}},
             Row{"a struct",
                 "struct Window {\n};\n",
                 {number, table, unique, begin, equal, shown, called, friendly, bound}},
             Row{"a class with a base",
                 "class Window : Base {\n",
                 {number, table, unique, begin, equal, shown, called, friendly, bound}},
             Row{"a final one",
                 "class Window final {\n",
                 {number, table, unique, begin, equal, shown, called, friendly, bound}},
             Row{"one of a class",
                 "class Room::Window {\n",
                 {number, table, unique, begin, equal, shown, called, friendly, bound}},
             Row{"an enumeration",
                 "enum class Window : char {\n",
                 {number, table, unique, begin, equal, shown, called, friendly, bound}},
             Row{"only named",
                 "struct Window;\n",
                 {number, window, table, unique, begin, equal, shown, called, friendly, bound}},
             Row{"another name",
                 "struct BigWindow {\n};\n",
                 {number, window, table, unique, begin, equal, shown, called, friendly, bound}},
             Row{"a template for others", "template <class T>\nT f(T t) { return t; }\n", {}},
             Row{"a template for itself",
                 "namespace {\ntemplate <class T>\nT f(T t) { return t; }\n}  // namespace\n",
                 {number, window, table, unique, begin, equal, shown, called, friendly, bound}},
             Row{"a template behind the unnamed namespace",
                 "namespace {\n}  // namespace\ntemplate <class T>\nT f(T t);\n",
                 {}},
             Row{"a template that is indented", "    template <class T> T f(T t);\n", {}},
         }) {
        CAPTURE(row.what);
        CHECK(shared_instances(symbols, row.source) == row.taken);
    }
}

TEST_CASE("an object without instances is linked with those of another, and nothing else of it") {
    for (const char* sanitizers : {"-fsanitize=address,undefined", "-fsanitize=thread"}) {
        CAPTURE(sanitizers);
        const Compiler compiler({sanitizers});
        const fs::path own = compiler.object("own", kOwn);
        const fs::path other = compiler.object("other", kOther, false);
        const fs::path main = compiler.object("main", kMain);
        const fs::path instances = compiler.object_of("instances");
        REQUIRE(take_instances(own, compiler.source_of("own"), instances));

        CHECK_FALSE(compiler.link({main, other}).success());  // they are really not there
        const Ran linked = compiler.link({main, other, instances});
        INFO(linked.output);
        REQUIRE(linked.success());
        CHECK(compiler.run().success());  // and what `own` does before main is not done

        const fs::path asks = compiler.object("asks", "int forgotten();\nint x = forgotten();\n");
        CHECK_FALSE(compiler.link({main, other, asks, instances}).success());
        // The control: so it would be with the whole object.
        CHECK(compiler.link({main, asks, own}).success());
        CHECK_FALSE(compiler.run().success());
    }
}

TEST_CASE("instances of the source's own types are made by who defines them") {
    const Compiler compiler({"-fsanitize=address"});
    const fs::path own = compiler.object("own", kOwn);
    const fs::path instances = compiler.object_of("instances");
    REQUIRE(take_instances(own, compiler.source_of("own"), instances));
    const std::string wider =
        "#include <vector>\nstruct Window { long bytes[9]; };\n"
        "int main() { std::vector<Window> all; all.push_back({}); return 0; }\n";
    CHECK_FALSE(compiler.link({compiler.object("wider", wider, false), instances}).success());
    CHECK(compiler.link({compiler.object("wider", wider)}).success());
    CHECK(compiler.run().success());
}

TEST_CASE("from an object without instances nothing is taken") {
    const Compiler compiler({});
    const fs::path own = compiler.object("own", "int forgotten() { return 1; }\n");
    const fs::path into = compiler.object_of("instances");
    CHECK_FALSE(take_instances(own, compiler.source_of("own"), into));
    CHECK_FALSE(fs::exists(into));
}

TEST_CASE("from what is no object nothing is taken") {
    const Compiler compiler({});
    write_file(compiler.source_of("text"), "int f();\n");
    const fs::path into = compiler.object_of("instances");
    CHECK_FALSE(take_instances(compiler.source_of("text"), compiler.source_of("text"), into));
    CHECK_FALSE(fs::exists(into));
}
