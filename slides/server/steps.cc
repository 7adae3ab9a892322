#include "slides/server/steps.hh"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <regex>
#include <set>

#include "lessons/course/region.hh"

namespace waymark::slides {

namespace {

// Nothing if there is no such region; others tell that.
std::optional<course::Region> region_of(const CodeReference& code, ProjectFiles& files) {
    try {
        const std::optional<std::string> text = files.read(code.file);
        if (!text) return std::nullopt;
        return course::find_region(*text, code.region);
    } catch (const course::RegionError&) {
        return std::nullopt;
    }
}

std::string name_of(const CodeReference& code) {
    return fmt::format("{}#{}", code.file, code.region);
}

// The lines of `file` that are a step of something that is shown.
std::set<std::size_t> marked_lines(const std::string& file, const std::vector<CodeReference>& shown,
                                   ProjectFiles& files) {
    std::set<std::size_t> marked;
    for (const CodeReference& code : shown) {
        if (code.file != file) continue;
        const std::optional<course::Region> region = region_of(code, files);
        if (!region) continue;
        for (const auto& [step, lines] : region->steps) marked.insert(lines.begin(), lines.end());
    }
    return marked;
}

void look_for_strays(const std::string& file, std::string_view text,
                     const std::set<std::size_t>& shown, std::vector<std::string>& faults) {
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = text.find('\n');
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        if (course::has_step_mark(line) && !shown.contains(number))
            faults.push_back(
                fmt::format("{}:{}: this step is on no slide; take its mark away, or "
                            "show a region that has it",
                            file, number));
    }
}

bool is_source(std::string_view name) {
    return name.ends_with(".cc") || name.ends_with(".hh") || name.ends_with(".cpp");
}

std::vector<std::string> sources_below(const std::string& folder, const ProjectFiles& files) {
    std::vector<std::string> found;
    for (const std::string& name : files.list(folder).value_or(std::vector<std::string>())) {
        const std::string path = folder + "/" + name;
        if (name.ends_with('/'))
            std::ranges::move(sources_below(path.substr(0, path.size() - 1), files),
                              std::back_inserter(found));
        else if (is_source(name))
            found.push_back(path);
    }
    return found;
}

}  // namespace

std::set<unsigned> steps_in(const std::string& notes) {
    static const std::regex kSteps(R"(\b[Ss]teps?\s+(\d(?:(?:,|\s+and)?\s+\d)*))");
    std::set<unsigned> numbers;
    for (std::sregex_iterator found(notes.begin(), notes.end(), kSteps), end; found != end; ++found)
        for (const char byte : found->str(1))
            if (byte >= '0' && byte <= '9') numbers.insert(static_cast<unsigned>(byte - '0'));
    return numbers;
}

std::vector<std::string> faults_of_steps(const Slide& slide, ProjectFiles& files) {
    std::map<unsigned, std::string> marked;  // and where, for the message
    std::string names;
    for (const Block& block : slide.blocks) {
        if (block.kind != Block::Kind::code) continue;
        const std::optional<course::Region> region = region_of(block.code, files);
        if (!region) return {};
        names += (names.empty() ? "" : " and ") + name_of(block.code);
        for (const auto& [step, lines] : region->steps) marked.emplace(step, name_of(block.code));
    }
    if (names.empty()) return {};
    std::vector<std::string> faults;
    const std::set<unsigned> told = steps_in(slide.notes);
    for (const unsigned step : told)
        if (!marked.contains(step))
            faults.push_back(
                fmt::format("the note speaks of step {0}, and no line of {1} is marked "
                            "with it: put //@ {0} behind it",
                            step, names));
    for (const auto& [step, where] : marked) {
        if (!told.contains(step))
            faults.push_back(
                fmt::format("{1} has step {0}, and the note does not say \"Step {0}\": "
                            "say what it shows, or take //@ {0} away",
                            step, where));
        if (step > 1 && !marked.contains(step - 1))
            faults.push_back(
                fmt::format("{} has step {} and no step {}: count from 1, without a gap", where,
                            step, step - 1));
    }
    static const std::regex kLine(R"(\b[Ll]ines?\s+\d)");
    if (std::regex_search(slide.notes, kLine))
        faults.push_back("the note names a line by its number, and lines move: mark it as a step");
    return faults;
}

std::vector<std::string> stray_marks(const std::vector<CodeReference>& shown, ProjectFiles& files) {
    std::vector<std::string> faults;
    for (const char* folder : {"daemon", "net", "examples", "lessons"}) {
        for (const std::string& file : sources_below(folder, files)) {
            const std::string text = files.read(file).value_or("");
            if (text.find("//@") == text.npos) continue;
            look_for_strays(file, text, marked_lines(file, shown, files), faults);
        }
    }
    return faults;
}

}  // namespace waymark::slides
