#include "slides/server/run_html.hh"

#include <fmt/format.h>

#include <array>

#include "daemon/error.hh"
#include "net/http/html_text.hh"
#include "slides/server/buttons.hh"
#include "slides/server/process_facts.hh"

namespace waymark::slides {

using net::http::escaped;

namespace {

std::string command_line(const LessonEntry& lesson, const DemoEntry& demo) {
    std::string command = fmt::format("build/lessons/{}/{}", lesson.name, demo.name);
    for (const std::string& argument : demo.arguments) command += " " + argument;
    return command;
}

std::string bar_html(std::string_view kind, std::string_view title) {
    return fmt::format(
        "<div class=\"bar\"><button type=\"button\" class=\"{0}\" aria-label=\"{1}\">{2}</button>"
        "<button type=\"button\" class=\"stop\" disabled>Stop</button>"
        "<button type=\"button\" class=\"next\" hidden disabled aria-keyshortcuts=\"N PageDown\">"
        "Next</button><span class=\"state\" role=\"status\">{3}</span>"
        "<span class=\"clock\" aria-hidden=\"true\"></span></div>",
        kind, escaped(fmt::format("Run {}", title)), "Run", "not started");
}

std::string screen_html(std::string_view name) {
    return fmt::format(
        "<pre class=\"screen\" role=\"log\" tabindex=\"0\" aria-label=\"Output of "
        "{}\"></pre>",
        escaped(name));
}

std::string input_html(std::string_view name) {
    return fmt::format(
        "<form class=\"input\"><input type=\"text\" name=\"line\" maxlength=\"200\" "
        "autocomplete=\"off\" disabled aria-label=\"A line for {}\" "
        "placeholder=\"a line for the program, then Enter\">"
        "<button type=\"submit\" disabled>Send</button></form>",
        escaped(name));
}

std::string client_html(std::string_view client) {
    return fmt::format(
        "<div class=\"client\"><button type=\"button\" class=\"call\" disabled>Run the "
        "client</button>{}</div>",
        screen_html(client));
}

std::string playback_html(std::string_view name) {
    return fmt::format(
        "<div class=\"timeline\"><button type=\"button\" disabled>Play</button>"
        "<input type=\"range\" min=\"0\" max=\"0\" value=\"0\" disabled "
        "aria-label=\"Events of {}\"><span class=\"place\"></span></div>",
        escaped(name));
}

// A block of data in the page: a lecturer whose server has gone still has it. In a script element
// nothing ends it but "</", which JSON may write as "<\/".
std::string events_html(std::string_view events) {
    std::string text;
    for (const char each : events) {
        if (each == '/' && text.ends_with('<')) text.push_back('\\');
        text.push_back(each);
    }
    return "<script type=\"application/jsonl\" class=\"recording\">" + text + "</script>";
}

// A word that names no kind is told by --check; the slide is shown without it.
ShownFacts shown_facts(std::string_view words) {
    try {
        return parse_shown_facts(words);
    } catch (const daemon::UsageError&) {
        return {};
    }
}

std::string setting(const RunSettings& settings, std::string_view key) {
    const auto found = settings.find(key);
    return found == settings.end() ? std::string() : found->second;
}

}  // namespace

std::string without_colours(std::string_view terminal_text) {
    std::string plain;
    for (std::size_t i = 0; i < terminal_text.size(); ++i) {
        if (terminal_text[i] == '\x1b' && i + 1 < terminal_text.size() &&
            terminal_text[i + 1] == '[') {
            i = terminal_text.find_first_of("mKHJABCD", i);
            if (i == terminal_text.npos) break;
        } else if (terminal_text[i] != '\r') {
            plain.push_back(terminal_text[i]);
        }
    }
    return plain;
}

std::string transcript_html(const LessonEntry& lesson, const DemoEntry& demo,
                            std::string_view transcript) {
    return fmt::format(
        "<figure class=\"transcript\"><figcaption>Recorded: <code>{}</code>"
        "</figcaption><pre tabindex=\"0\">{}</pre></figure>\n",
        escaped(command_line(lesson, demo)), escaped(without_colours(transcript)));
}

std::string prediction_html(const LessonEntry& lesson, const DemoEntry& demo,
                            const RunSettings& settings) {
    std::string out =
        fmt::format("<figure class=\"prediction\"><figcaption>Demo: <code>{}</code></figcaption>",
                    escaped(command_line(lesson, demo)));
    const std::string question = setting(settings, "question");
    out += fmt::format("<p>{}</p>", escaped(question.empty() ? "What do you expect?" : question));
    for (const char* choice : {"A", "B", "C", "D"})
        if (const std::string words = setting(settings, choice); !words.empty())
            out += fmt::format("<p class=\"choice\">{}. {}</p>", choice, escaped(words));
    return out + "<div class=\"room\" aria-hidden=\"true\"></div></figure>\n";
}

namespace {

// What is drawn below output and processes, where the slide shows it: its name, and how it is
// called.
struct WidePane {
    std::string_view kind, title;
};
constexpr std::array kWidePanes = {WidePane{"sockets", "Sockets"}, WidePane{"frames", "Frames"},
                                   WidePane{"load", "Load"}};

std::string panes_html(const DemoEntry& demo, const RunSettings& settings) {
    const ShownFacts shown = shown_facts(setting(settings, "show"));
    std::string kinds, wide;
    for (const WidePane& pane : kWidePanes) {
        if (!shows(shown, pane.kind)) continue;
        kinds += fmt::format(" has-{}", pane.kind);
        wide += fmt::format("<div class=\"{}\" role=\"group\" aria-label=\"{} of {}\"></div>",
                            pane.kind, pane.title, escaped(demo.name));
    }
    std::string out = fmt::format("<div class=\"panes{}\"><div class=\"screens\">", kinds);
    out += screen_html(demo.name);
    if (!demo.client.empty()) out += client_html(demo.client);
    if (demo.reads_input && !settings.contains("buttons")) out += input_html(demo.name);
    out += "</div><div class=\"tree\" role=\"group\" aria-label=\"Processes of " +
           escaped(demo.name) + "\"></div>";
    return out + wide + "</div>";
}

}  // namespace

std::string run_html(const LessonEntry& lesson, const DemoEntry& demo, const RunSettings& settings,
                     const Recording& recording) {
    std::string out = fmt::format(
        "<div class=\"run\" data-lesson=\"{}\" data-demo=\"{}\" data-show=\"{}\" "
        "data-roles=\"{}\" data-ends=\"{}\"{}><p class=\"look\">{}</p>",
        escaped(lesson.name), escaped(demo.name), escaped(setting(settings, "show")),
        escaped(setting(settings, "roles")), escaped(setting(settings, "ends")),
        recording.is_learners_copy ? " data-to-be-written" : "", escaped(demo.look));
    out += bar_html("go", demo.name);
    out += buttons_html(settings, demo.name);
    out += panes_html(demo, settings);
    out += playback_html(demo.name);
    if (!recording.events.empty()) out += events_html(recording.events);
    if (!recording.transcript.empty()) out += transcript_html(lesson, demo, recording.transcript);
    return out + "</div>\n";
}

}  // namespace waymark::slides
