#include "lessons/course/toolchain.hh"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <set>
#include <sstream>

#include "daemon/error.hh"
#include "lessons/course/build_names.hh"
#include "lessons/course/build_progress.hh"
#include "lessons/course/compiler_words.hh"
#include "lessons/course/folder_lock.hh"
#include "lessons/course/program.hh"
#include "lessons/course/source_includes.hh"
#include "lessons/course/template_instances.hh"
#include "lessons/course/workspace.hh"

namespace waymark::course {

namespace {

namespace fs = std::filesystem;

void replace_word(std::vector<std::string>& words, const std::string& from, const std::string& to) {
    std::ranges::replace(words, from, to);
}

// The header that all of the build folder is compiled with (tests/doctest): a learner's file is
// compiled with what it includes itself, and with a header of its own made of that.
void drop_precompiled(std::vector<std::string>& words) {
    const auto header = std::ranges::find_if(
        words, [](const std::string& word) { return word.ends_with("/most_included.hh"); });
    if (header != words.end() && header != words.begin()) words.erase(header - 1, header + 1);
}

// Code that calls the check's own functions could skip its cases.
bool names_the_check(const fs::path& object) {
    return read_file(object).find("6course5check") != std::string::npos;
}

bool is_fresh(const fs::path& made, const fs::path& from) {
    std::error_code missing;
    const auto made_at = fs::last_write_time(made, missing);
    return !missing && made_at >= fs::last_write_time(from, missing) && !missing;
}

}  // namespace

fs::path Toolchain::program(const Lesson& lesson) const {
    return scratch_ / lesson.name;
}

fs::path Toolchain::check_without_learner(const Lesson& lesson) const {
    return build_ / check_of(lesson.name);
}

void Toolchain::build_ahead(const Lesson& lesson) const {
    if (!fs::exists(build_ / "build.ninja"))
        throw daemon::UsageError(fmt::format("{}: no build is set up there", build_.string()));
    const daemon::Fd lock = lock_folder(build_);
    commands_.clear();  // ninja may set the folder up anew
    BuildProgress progress(
        fmt::format("building the check of {} and the library that it judges", lesson.name));
    const Ran ran = run_program({"ninja", check_of(lesson.name)}, build_,
                                [&](std::string_view line) { progress.hear(line); });
    if (ran.success()) return;
    throw daemon::UsageError(fmt::format(
        "the library or the check of lesson {} does not build (your file is not part of it; "
        "'git status' shows what else was changed):\n{}",
        lesson.name, fmt::join(first_problems(ran.output, 3), "\n")));
}

daemon::Fd Toolchain::claim(const Lesson& lesson) const {
    fs::create_directories(scratch_);
    return lock_folder(scratch_, [&] {
        fmt::print(stderr, "Another check of {} is running; this one waits for its end.\n",
                   lesson.name);
    });
}

Toolchain Toolchain::beside(fs::path scratch) const {
    Toolchain other = *this;
    other.scratch_ = std::move(scratch);
    other.remembers_ = false;
    return other;
}

void Toolchain::prepare(const Lesson& lesson) const {
    fs::create_directories(preludes_);
    std::vector<std::string> targets{check_of(lesson.name)};
    for (const std::string& source : lesson.sources) targets.push_back(object_of(source));
    ask_commands(targets);
    for (const std::string& source : lesson.sources) {
        prelude(source);
        instances_of(source);
    }
}

// One line a target, in the order of the targets.
void Toolchain::ask_commands(const std::vector<std::string>& targets) const {
    std::vector<std::string> question{"ninja", "-t", "commands", "-s"};
    std::vector<std::string> asked;
    for (const std::string& target : targets)
        if (!commands_.contains(target)) asked.push_back(target);
    if (asked.empty()) return;
    std::ranges::copy(asked, std::back_inserter(question));
    const Ran ran = run_program(question, build_);
    std::vector<std::string> commands;
    std::istringstream lines(ran.output);
    for (std::string line; std::getline(lines, line);)
        if (!line.empty()) commands.push_back(line);
    if (!ran.success() || commands.size() != asked.size())
        throw daemon::UsageError(
            fmt::format("{}: ninja does not know {}", build_.string(), fmt::join(asked, " or ")));
    for (std::size_t place = 0; place < asked.size(); ++place) {
        std::vector<std::string> words = split_words(commands[place]);
        if (words.front().ends_with("ccache"))  // the file is new each time
            words.erase(words.begin());
        drop_precompiled(words);
        commands_[asked[place]] = std::move(words);
    }
}

std::vector<std::string> Toolchain::last_command(const std::string& target) const {
    ask_commands({target});
    return commands_.at(target);
}

std::vector<std::string> Toolchain::compile_command(const std::string& source, const fs::path& file,
                                                    const fs::path& object) const {
    const std::string own_object = object_of(source);
    std::vector<std::string> words = last_command(own_object);
    replace_word(words, own_object, object.string());
    replace_word(words, own_object + ".d", object.string() + ".d");
    for (std::string& word : words)
        if (word.ends_with(source) && !word.starts_with("-")) word = file.string();
    words.emplace_back("-fdiagnostics-color=never");
    words.emplace_back("-fmax-errors=5");
    words.emplace_back("-pipe");  // the assembler works meanwhile
    return words;
}

fs::path Toolchain::own_source(const std::string& source) const {
    return fs::weakly_canonical(build_ / last_command(object_of(source)).back());
}

fs::path Toolchain::prelude(const std::string& source) const {
    const fs::path header = preludes_ / (flat(source) + ".prelude.hh");
    const fs::path made = header.string() + ".gch";
    const std::string own = own_source(source).string();
    const std::string text = system_includes(own.substr(0, own.size() - source.size()), source);
    if (is_fresh(made, header) && read_file(header) == text) return header;
    if (!fs::exists(header) || read_file(header) != text) write_file(header, text);
    std::vector<std::string> words = compile_command(source, header, made);
    words.insert(words.begin() + 1, {"-x", "c++-header"});
    // Without a prelude the verdict is later and no worse.
    run_program(words, build_);
    return header;
}

// Empty if there are none to be had: then a file makes its own.
fs::path Toolchain::instances_of(const std::string& source) const {
    const fs::path object = build_ / object_of(source);
    const fs::path made = preludes_ / (flat(source) + ".instances.o");
    if (is_fresh(made, object) || take_instances(object, own_source(source), made)) return made;
    return {};
}

fs::path Toolchain::object_made(const std::string& source, Instances instances) const {
    return scratch_ / (flat(source) + (instances == Instances::own ? ".whole.o" : ".o"));
}

// A thin archive of the library's objects without those that the learner's stand in for. So a
// function that the learner forgot is missed by the linker, and not taken from the library in
// silence.
fs::path Toolchain::rest_of(const fs::path& library,
                            const std::vector<std::string>& without) const {
    const fs::path archive = scratch_ / ("rest-" + flat(library.string()));
    std::set<std::string> left_out;
    for (const std::string& source : without)
        left_out.insert(fs::path(object_of(source)).filename().string());
    std::vector<std::string> words{"ar", "rcsT", archive.string()};
    for (const fs::directory_entry& entry :
         fs::directory_iterator(build_ / (library.string() + ".p"))) {
        const std::string name = entry.path().filename().string();
        if (name.ends_with(".o") && !left_out.contains(name))
            words.push_back(entry.path().string());
    }
    // The list of names that stands in the archive is as old as the library's.
    const fs::path list = archive.string() + ".made";
    const std::string made = fmt::format("{}\n", fmt::join(words, "\n"));
    if (is_fresh(archive, build_ / library) && fs::exists(list) && read_file(list) == made)
        return archive;
    fs::remove(archive);
    const Ran ran = run_program(words, build_);
    if (!ran.success()) throw daemon::UsageError(fmt::format("ar: {}", ran.output));
    write_file(list, made);
    return archive;
}

// Not again what has not changed since: neither the file nor, by its archive, the library with its
// headers and settings. What was compiled and what the compiler said of it are kept beside it: a
// file that came back by mv or from an archive is older than the object and another one.
Compiled Toolchain::compile_one(const std::string& source, const fs::path& file,
                                const fs::path& object, Instances instances) const {
    const fs::path said = object.string() + ".said";
    const fs::path compiled_text = object.string() + ".text";
    const std::string text = read_file(file);
    if (text.find_first_not_of(" \t\r\n") == text.npos)
        return {false,
                {fmt::format(
                    "{}: is empty; './waymark reset' with the number of the lesson begins it again",
                    file.string())}};
    if (fs::exists(object) && fs::exists(compiled_text) && read_file(compiled_text) == text &&
        is_fresh(object, build_ / library_of(source)))
        return {true, first_problems(read_file(said), 3)};
    std::vector<std::string> words = compile_command(source, file, object);
    const std::vector<std::string> include{"-include", prelude(source).string()};
    words.insert(words.begin() + 1, include.begin(), include.end());
    if (instances == Instances::shared)
        words.insert(words.end(), kWithoutInstances.begin(), kWithoutInstances.end());
    fs::remove(object);
    const Ran ran = run_program(words, build_);
    write_file(said, ran.output);
    write_file(compiled_text, text);
    return {ran.success(), first_problems(ran.output, 3), true};
}

Compiled Toolchain::compile(const Lesson& lesson,
                            const std::map<std::string, fs::path>& files) const {
    return link(check_of(lesson.name), program(lesson), files);
}

// Not tried again where it was in vain: who has written a container of his own will keep it.
Compiled Toolchain::link(const std::string& target, const fs::path& program,
                         const std::map<std::string, fs::path>& files) const {
    const fs::path in_vain = program.string() + ".whole";
    if (!remembers_ || !fs::exists(in_vain)) {
        const Compiled quick = link_with(Instances::shared, target, program, files);
        if (quick.success || !quick.not_linked) return quick;
    }
    const Compiled whole = link_with(Instances::own, target, program, files);
    if (remembers_ && whole.success) write_file(in_vain, "");
    return whole;
}

Compiled Toolchain::link_with(Instances instances, const std::string& target,
                              const fs::path& program,
                              const std::map<std::string, fs::path>& files) const {
    fs::create_directories(scratch_);
    Compiled compiled{true, {}};
    std::vector<std::string> targets{target};
    for (const auto& [source, file] : files) targets.push_back(object_of(source));
    ask_commands(targets);
    std::map<std::string, std::vector<std::string>> objects;  // of a library
    std::map<std::string, std::vector<std::string>> replaced;
    for (const auto& [source, file] : files) {
        const fs::path shared = instances == Instances::shared ? instances_of(source) : "";
        const Instances made = shared.empty() ? Instances::own : Instances::shared;
        const fs::path object = object_made(source, made);
        const Compiled one = compile_one(source, file, object, made);
        std::ranges::copy(one.problems, std::back_inserter(compiled.problems));
        compiled.anew = compiled.anew || one.anew;
        if (!one.success) return {false, compiled.problems};
        if (names_the_check(object))
            return {false, {"error: your file names the check, which judges it"}};
        objects[library_of(source)].push_back(object.string());
        if (!shared.empty()) objects[library_of(source)].push_back(shared.string());
        replaced[library_of(source)].push_back(source);
    }
    std::vector<std::string> words;
    for (const std::string& word : last_command(target)) {
        if (word == target) {
            words.push_back(program.string());
        } else if (objects.contains(word)) {
            std::ranges::copy(objects[word], std::back_inserter(words));
            words.push_back(rest_of(word, replaced[word]).string());
        } else {
            words.push_back(word);
        }
    }
    const Ran ran = run_program(words, build_);
    if (ran.success()) return compiled;
    return {.success = false, .problems = linker_problems(ran.output, 3), .not_linked = true};
}

}  // namespace waymark::course
