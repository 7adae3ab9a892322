#include "lessons/course/template_instances.hh"

#include <cxxabi.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <regex>
#include <sstream>

#include "lessons/course/program.hh"
#include "lessons/course/workspace.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;

// "6Window" for a type Window: so it stands in the mangled name of whatever is made with it.
std::vector<std::string> types_defined_in(const std::string& source) {
    static const std::regex definition(
        R"re(\b(?:struct|class|union|enum)\s+(?:\w+::)*(\w+)(?:\s+final)?\s*[:{])re");
    std::vector<std::string> types;
    for (std::sregex_iterator found(source.begin(), source.end(), definition), none; found != none;
         ++found)
        types.push_back(fmt::format("{}{}", (*found)[1].length(), (*found)[1].str()));
    return types;
}

// By the mangled name: where a constraint stands in one, the demangler does not know it (g++ 14).
bool is_of_the_standard_library(const std::string& mangled) {
    constexpr const char* kBegin[] = {"_ZSt", "_ZNSt", "_ZNKSt", "_ZN9__gnu_cxx", "_ZNK9__gnu_cxx"};
    return std::ranges::any_of(kBegin,
                               [&](const char* begin) { return mangled.starts_with(begin); });
}

// Of a template, or of a library of others: their inline functions are the same for everybody. One
// that is neither is made by whoever defines it.
bool is_shareable(const std::string& mangled) {
    int status = 0;
    const std::unique_ptr<char, decltype(&std::free)> name(
        abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, &status), std::free);
    if (!name) return is_of_the_standard_library(mangled);
    // A template's operator is "operator< <int>" here.
    static const std::regex sign("operator(\\(\\)|<=>|<<=|<<|<=|<|->\\*|->|>>=|>>|>=|>)");
    const std::string plain = std::regex_replace(name.get(), sign, "operator");
    if (plain.starts_with("std::") || plain.starts_with("fmt::")) return true;
    const std::size_t bracket = plain.find_first_of("<(");
    return bracket != std::string::npos && plain[bracket] == '<';
}

bool defines_a_template_for_others(const std::string& source) {
    static const std::regex keyword(R"re(^\s*template\b)re");
    bool unnamed = false;
    std::istringstream lines(source);
    for (std::string line; std::getline(lines, line);) {
        if (line == "namespace {") unnamed = true;
        if (line == "}  // namespace") unnamed = false;
        if (!unnamed && std::regex_search(line, keyword)) return true;
    }
    return false;
}

}  // namespace

std::vector<std::string> shared_instances(std::string_view symbols, std::string_view source) {
    const std::string text(source);
    if (defines_a_template_for_others(text)) return {};
    const std::vector<std::string> types = types_defined_in(text);
    std::vector<std::string> shared;
    std::istringstream lines{std::string(symbols)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string name;
        std::string kind;
        if (!(words >> name >> kind) || std::string_view("WVu").find(kind) == std::string::npos)
            continue;
        const auto is_in_it = [&](const std::string& type) {
            return name.find(type) != std::string::npos;
        };
        // A unique one is a variable, and objcopy(1) makes none of them local.
        if ((kind == "u" || is_shareable(name)) && std::ranges::none_of(types, is_in_it))
            shared.push_back(name);
    }
    return shared;
}

bool take_instances(const fs::path& object, const fs::path& source, const fs::path& into) {
    const Ran symbols = run_program(
        {"nm", "--format=posix", "--defined-only", "--extern-only", object.string()}, "/");
    if (!symbols.success()) return false;
    const std::vector<std::string> shared = shared_instances(symbols.output, read_file(source));
    if (shared.empty()) return false;  // to objcopy(1) an empty list is none: all would stay
    const fs::path names = into.string() + ".names";
    write_file(names, fmt::format("{}\n", fmt::join(shared, "\n")));
    // All become weak: whoever comes first is taken, so no groups are needed; a group that is
    // thrown away would leave behind those that use it.
    const bool made = run_program({"objcopy", "--keep-global-symbols=" + names.string(),
                                   "--weaken-symbols=" + names.string(), "--remove-section=.group",
                                   "--remove-section=.init_array*", "--remove-section=.fini_array*",
                                   object.string(), into.string()},
                                  "/")
                          .success();
    if (!made) fs::remove(into);
    return made;
}

}  // namespace waymark::course
