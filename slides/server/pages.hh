// The pages, as whole HTML documents: the home page, a deck, its handout, a lesson's text, a
// source. They are made when they are asked for, from files as they are then.

#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "slides/server/deck.hh"
#include "slides/server/manifest.hh"
#include "slides/server/project_files.hh"

namespace waymark::slides {

class Pages {
  public:
    // Both must outlive this object. `printed` is the folder with the PDF files that
    // `./waymark slides --pdf` writes.
    Pages(const Manifest& manifest, ProjectFiles& files, std::filesystem::path printed);

    std::string home() const;
    // `token` goes into the page, for the runs that it asks for.
    std::string deck(const LessonEntry& lesson, std::string_view token) const;
    std::string handout(const LessonEntry& lesson) const;
    // To be given out before the lecture: without what the speaker is told, without what the demos
    // print, with room to write.
    std::string students_handout(const LessonEntry& lesson) const;
    // Nothing if the project has no such text; a folder's source is the list of its files.
    std::optional<std::string> text(std::string_view folder) const;
    std::optional<std::string> source(std::string_view path) const;
    // The bytes of a picture.
    std::optional<std::string> picture(std::string_view path) const;

    // The deck as it is written. Throws UsageError if there is none or it cannot be understood.
    Deck read_deck(const LessonEntry& lesson) const;
    bool has_deck(const LessonEntry& lesson) const;
    // What is wrong with a deck, one line each: code that is gone, demos that are not the lesson's
    // or that no slide runs, slides without notes, a transcript that is missing.
    std::vector<std::string> faults(const LessonEntry& lesson) const;

    const std::filesystem::path& printed() const { return printed_; }

  private:
    std::optional<std::string> folder(std::string_view path) const;
    std::string block(const Block& block, const LessonEntry& lesson, bool can_run) const;
    std::string notes(const Slide& slide, const LessonEntry& lesson) const;
    std::string slide(const Slide& slide, const LessonEntry& lesson, std::chrono::seconds time,
                      std::string_view time_words) const;
    std::string sheets(const LessonEntry& lesson, std::string_view kind,
                       const std::function<std::string(const Slide&)>& sheet) const;
    std::string transcript(const LessonEntry& lesson, const DemoEntry& demo) const;
    std::string events(const LessonEntry& lesson, const DemoEntry& demo) const;

    const Manifest& manifest_;
    ProjectFiles& files_;
    std::filesystem::path printed_;
};

}  // namespace waymark::slides
