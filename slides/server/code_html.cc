#include "slides/server/code_html.hh"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "lessons/course/region.hh"
#include "net/http/html_text.hh"
#include "slides/server/highlight.hh"
#include "slides/server/wrap.hh"

namespace waymark::slides {

using net::http::escaped;

namespace {

// What is readable from a chair at the back and what is not silly, in pixels on a slide of 1280 x
// 720, and what fits onto a slide at the smallest size.
constexpr double kSmallest = 22, kLargest = 26;
constexpr std::size_t kMostColumns = 85, kMostRows = 20;

struct NumberedLine {
    std::size_t number;  // in the file
    bool goes_on;        // it belongs to the line above, which was too wide
    bool is_comment;     // and nothing else
    std::string html;
    std::size_t columns;
};

using Lines = std::vector<NumberedLine>;
struct Shown {
    Lines lines;
    course::StepLines steps;
};
using ShownOrFault = std::variant<Shown, std::string>;

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    return lines;
}

std::string_view without_indentation(std::string_view line) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    return line;
}

bool is_mark(std::string_view line) {
    line = without_indentation(line);
    return line.starts_with("//#region ") || line.starts_with("//#endregion ");
}

// Takes the indentation that all lines share.
void outdent(std::vector<std::string>& lines) {
    std::size_t shared = std::string::npos;
    for (const std::string& line : lines) shared = std::min(shared, line.find_first_not_of(' '));
    if (shared == std::string::npos) return;
    for (std::string& line : lines) line.erase(0, std::min(shared, line.size()));
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) text.append(line).push_back('\n');
    return text;
}

// Marks of regions inside are left out of a region, so numbers may jump.
Lines numbered(const course::Region& region, std::string_view file_text) {
    const std::vector<std::string> file = split(file_text);
    std::vector<std::string> body = split(region.body);
    outdent(body);
    Lines lines;
    std::vector<std::string> rows;
    std::size_t number = region.first_line;
    for (const std::string& line : body) {
        while (number <= file.size() && is_mark(file[number - 1])) ++number;
        bool goes_on = false;
        for (std::string& row : wrapped(line, kMostColumns)) {
            lines.push_back({number, std::exchange(goes_on, true),
                             without_indentation(row).starts_with("//"), "", row.size()});
            rows.push_back(std::move(row));
        }
        ++number;
    }
    const std::vector<std::string> html = coloured_lines(joined(rows));
    for (std::size_t i = 0; i < lines.size(); ++i) lines[i].html = html[i];
    return lines;
}

// A comment of which a line is broken and the next one is not, so that a word or two stand alone
// between them: the line that is broken, or nothing.
const NumberedLine* ragged_comment(const Lines& lines) {
    for (std::size_t i = 1; i + 1 < lines.size(); ++i)
        if (lines[i - 1].is_comment && lines[i].is_comment && lines[i].goes_on &&
            lines[i + 1].is_comment && !lines[i + 1].goes_on)
            return &lines[i];
    return nullptr;
}

// "" if it can be read from a chair at the back.
std::string fault_of_size(const CodeReference& code, const Lines& lines) {
    if (lines.size() > kMostRows)
        return fmt::format(
            "{}#{} has {} rows, and {} have room in letters that can be read: show a "
            "smaller region, or two",
            code.file, code.region, lines.size(), kMostRows);
    for (const NumberedLine& line : lines)
        if (line.columns > kMostColumns)
            return fmt::format("{}:{} has {} columns, and {} have room: break it", code.file,
                               line.number, line.columns, kMostColumns);
    if (const NumberedLine* line = ragged_comment(lines))
        return fmt::format(
            "{}:{} is a comment that goes on below, and {} columns have room: break "
            "it there",
            code.file, line->number, kMostColumns);
    return {};
}

ShownOrFault shown(const CodeReference& code, ProjectFiles& files) {
    const std::optional<std::string> text = files.read(code.file);
    if (!text) return fmt::format("there is no file {} that a slide may show", code.file);
    try {
        const course::Region region = course::find_region(*text, code.region);
        return Shown{numbered(region, *text), region.steps};
    } catch (const course::RegionError& error) {
        return fmt::format("{}: {}", code.file, error.what());
    }
}

// The number of the exercise of which `code` would show a part, in a copy from which that part was
// taken; "" if it was not. The regions inside an exercise go with its solution.
std::string exercise_in_place_of(const CodeReference& code, ProjectFiles& files) {
    constexpr std::string_view kMark = "//#region exercise-";
    const std::string text = files.is_handed_out() ? files.read(code.file).value_or("") : "";
    const std::size_t mark = text.find(kMark);
    return mark == text.npos ? "" : text.substr(mark + kMark.size(), 2);
}

// As large as it fits into the slide's width, and into its height above some lines of text.
int fitting_size(const Lines& lines) {
    constexpr double kWidth = 1196, kHeight = 420, kLetter = 0.603, kLine = 1.32;
    constexpr double kNumbers = 3.1;  // the column of numbers, in letters' heights
    std::size_t columns = 1;
    for (const NumberedLine& line : lines) columns = std::max(columns, line.columns);
    const double wide = kWidth / (kLetter * static_cast<double>(columns) + kNumbers);
    const double high =
        kHeight / (kLine * static_cast<double>(std::max<std::size_t>(lines.size(), 1)));
    return static_cast<int>(std::clamp(std::min(wide, high), kSmallest, kLargest));
}

// The steps of a line, and those that begin with it: they are written beside it in a text to read.
std::string attributes_of(const NumberedLine& line, const course::StepLines& steps) {
    std::string all, first;
    for (const auto& [step, lines] : steps) {
        if (std::ranges::find(lines, line.number) == lines.end()) continue;
        all += fmt::format("{}{}", all.empty() ? "" : " ", step);
        if (lines.front() == line.number && !line.goes_on)
            first += fmt::format("{}{}", first.empty() ? "" : ", ", step);
    }
    return (all.empty() ? "" : fmt::format(" data-steps=\"{}\"", all)) +
           (first.empty() ? "" : fmt::format(" data-begins=\"{}\"", first));
}

void append_lines(std::string& out, const Shown& shown) {
    for (const NumberedLine& line : shown.lines)
        out += fmt::format("<span class=\"line\" data-number=\"{}\"{}>{}\n</span>",
                           line.goes_on ? "" : std::to_string(line.number),
                           attributes_of(line, shown.steps), line.html);
}

// Empty marks, one a step; the page's script marks the lines when the presenter reaches them.
void append_steps(std::string& out, const course::StepLines& steps) {
    for (const auto& [step, lines] : steps)
        out += fmt::format("<span class=\"step\" data-step=\"{}\"></span>", step);
}

}  // namespace

std::string fault_of(const CodeReference& code, ProjectFiles& files) {
    const ShownOrFault found = shown(code, files);
    const std::string* fault = std::get_if<std::string>(&found);
    if (fault == nullptr) return fault_of_size(code, std::get<Shown>(found).lines);
    return exercise_in_place_of(code, files).empty() ? *fault : std::string();
}

std::string code_html(const CodeReference& code, ProjectFiles& files) {
    const ShownOrFault found = shown(code, files);
    if (const std::string number = exercise_in_place_of(code, files);
        !number.empty() && std::holds_alternative<std::string>(found))
        return fmt::format(
            "<p class=\"yours\">Here stands the part “{0}” of <a href=\"/source/{1}\">{1}</a>. It "
            "is the exercise of lesson {2}, and yours to write.</p>\n",
            escaped(code.region), escaped(code.file), escaped(number));
    if (const std::string* fault = std::get_if<std::string>(&found))
        return fmt::format("<p class=\"fault\">{}</p>\n", escaped(*fault));
    const auto& [lines, steps] = std::get<Shown>(found);
    const std::string file = escaped(code.file);
    const std::size_t first = lines.empty() ? 1 : lines.front().number;
    const std::size_t last = lines.empty() ? 1 : lines.back().number;
    std::string out = fmt::format(
        "<figure class=\"code size-{}\"><pre tabindex=\"0\" aria-label=\"{}, {}\"><code>",
        fitting_size(lines), file,
        first == last ? fmt::format("line {}", first) : fmt::format("lines {} to {}", first, last));
    append_lines(out, std::get<Shown>(found));
    out += fmt::format(
        "</code></pre><figcaption><a href=\"/source/{0}#L{1}\">{0}:{1}{2}</a>"
        "</figcaption>",
        file, first, first == last ? std::string() : fmt::format("–{}", last));
    append_steps(out, steps);
    return out + "</figure>\n";
}

std::string source_html(std::string_view path, std::string_view text) {
    const bool is_cpp = path.ends_with(".cc") || path.ends_with(".hh") || path.ends_with(".cpp");
    const std::string to_read = is_cpp ? course::without_step_marks(text) : std::string(text);
    const std::vector<std::string> plain = split(to_read);
    const std::vector<std::string> coloured = is_cpp ? coloured_lines(to_read) : plain;
    std::string out = "<pre class=\"source\" tabindex=\"0\"><code>";
    for (std::size_t i = 0; i < plain.size(); ++i)
        out += fmt::format("<span class=\"line\" id=\"L{0}\" data-number=\"{0}\">{1}\n</span>",
                           i + 1, is_cpp ? coloured[i] : escaped(plain[i]));
    return out + "</code></pre>\n";
}

}  // namespace waymark::slides
