// The project's own texts and pictures, read for slides and for the source pages. Only folders that
// hold the course are readable, only files of kinds that belong on a page, nothing hidden, and no
// way out (net/http/document_root). A file that is edited is seen anew at once, so a teacher can
// change a deck and reload.

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/http/document_root.hh"

namespace waymark::slides {

class ProjectFiles {
  public:
    // `root` is the folder of the checkout. Throws std::system_error if it cannot be opened.
    explicit ProjectFiles(const std::string& root);

    // The text of a file such as "daemon/children.cc"; nothing if there is none that may be shown,
    // or if it is larger than DocumentRoot::kLargestSmall.
    std::optional<std::string> read(std::string_view path);

    // The names in a folder such as "daemon", sorted, those of folders with a slash behind; only
    // what may be shown, and no links. Nothing if there is no such folder.
    std::optional<std::vector<std::string>> list(std::string_view folder) const;

    // Whether this is a learner's copy, in which exercises hold their starters.
    bool is_handed_out() const { return is_handed_out_; }

    // Whether a path may be shown, by its folder and its kind. It need not exist.
    static bool may_show(std::string_view path);

  private:
    net::http::DocumentRoot root_;
    bool is_handed_out_;
};

}  // namespace waymark::slides
