#include "slides/server/check.hh"
#include "slides/server/buttons.hh"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "daemon/error.hh"
#include "slides/server/code_html.hh"
#include "slides/server/pages.hh"
#include "slides/server/process_facts.hh"
#include "slides/server/question.hh"
#include "slides/server/steps.hh"
#include "slides/server/timing.hh"

namespace waymark::slides {

namespace {

constexpr int kExitFaults = 1;
constexpr std::size_t kFewestSlides = 10, kMostSlides = 24;

bool runs_demo(const Deck& deck, const DemoEntry& demo) {
    return std::ranges::any_of(deck.slides, [&demo](const Slide& slide) {
        return std::ranges::any_of(slide.blocks,
                                   [&demo](const Block& block) { return block.demo == demo.name; });
    });
}

std::string fault_of_shown(const RunSettings& settings) {
    const auto shown = settings.find("show");
    if (shown == settings.end()) return {};
    try {
        parse_shown_facts(shown->second);
        return {};
    } catch (const daemon::UsageError& error) {
        return error.what();
    }
}

std::vector<CodeReference> code_of(const Deck& deck) {
    std::vector<CodeReference> code;
    for (const Slide& slide : deck.slides)
        for (const Block& block : slide.blocks)
            if (block.kind == Block::Kind::code) code.push_back(block.code);
    return code;
}

}  // namespace

std::vector<std::string> Pages::faults(const LessonEntry& lesson) const {
    const Deck deck = read_deck(lesson);
    const std::string name = fmt::format("slides/{}.md", lesson.name);
    std::vector<std::string> faults;
    const auto note = [&](int line, std::string_view text) {
        faults.push_back(fmt::format("{}:{}: {}", name, line, text));
    };
    if (deck.slides.size() < kFewestSlides || deck.slides.size() > kMostSlides)
        note(1, fmt::format("has {} slides; a lesson has {} to {}", deck.slides.size(),
                            kFewestSlides, kMostSlides));
    if (lesson.lecturing.count() == 0)
        note(1, "lesson.json does not say how long the lecture takes: 'minutes', 'lecture'");
    else if (const std::string fault = fault_of_lecture(deck, lesson.lecturing); !fault.empty())
        note(1, fault);
    for (const Slide& slide : deck.slides) {
        if (slide.notes.empty()) note(slide.line, "this slide has no notes for the speaker");
        for (const Block& block : slide.blocks) {
            if (block.kind == Block::Kind::code)
                if (const std::string fault = fault_of(block.code, files_); !fault.empty())
                    note(block.line, fault);
            if (const std::string fault = fault_of_shown(block.settings); !fault.empty())
                note(block.line, fault);
            if (const std::string fault = fault_of_buttons(block.settings, lesson.demo(block.demo));
                !fault.empty())
                note(block.line, fault);
            if (block.kind == Block::Kind::run && lesson.demo(block.demo) == nullptr)
                note(block.line, fmt::format("the lesson has no demo {}", block.demo));
            if (block.kind == Block::Kind::run)
                for (const std::string& fault : question_faults(block.settings))
                    note(block.line, fault);
            if (const std::string letters = unanswered_choices(block.settings, slide.notes);
                !letters.empty())
                note(block.line,
                     fmt::format("the note does not answer who has chosen {}: say what "
                                 "they believe, and what in the run shows that it is not so",
                                 fmt::join(letters, ", ")));
        }
        for (const std::string& fault : faults_of_steps(slide, files_)) note(slide.line, fault);
    }
    for (const DemoEntry& demo : lesson.demos) {
        if (!runs_demo(deck, demo)) note(1, fmt::format("no slide runs demo {}", demo.name));
        if (transcript(lesson, demo).empty())
            note(1, fmt::format("demo {} has no transcript: ./waymark slides --record {}",
                                demo.name, lesson.name.substr(0, 2)));
    }
    return faults;
}

int check_decks(const Options& options) {
    const Manifest manifest = load_manifest(options.manifest);
    ProjectFiles files(options.root);
    const Pages pages(manifest, files, {});
    std::size_t decks = 0, wrong = 0;
    std::vector<CodeReference> shown;
    for (const LessonEntry& lesson : manifest.lessons) {
        if (!pages.has_deck(lesson)) continue;
        ++decks;
        const std::vector<std::string> faults = pages.faults(lesson);
        for (const std::string& fault : faults) fmt::print("{}\n", fault);
        wrong += faults.empty() ? 0 : 1;
        std::ranges::move(code_of(pages.read_deck(lesson)), std::back_inserter(shown));
    }
    const std::vector<std::string> strays = stray_marks(shown, files);
    for (const std::string& stray : strays) fmt::print("{}\n", stray);
    wrong += strays.empty() ? 0 : 1;
    decks += strays.empty() ? 0 : 1;
    fmt::print("{} passed, {} failed, 0 skipped\n", decks - wrong, wrong);
    return wrong > 0 || decks == 0 ? kExitFaults : daemon::kExitOk;
}

}  // namespace waymark::slides
