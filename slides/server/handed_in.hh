// All that a demo hands in for the panes of its slide: frames (frame_inbox.hh) and its server's
// load (load_inbox.hh). A further kind of inbox has its place here.

#pragma once

#include <poll.h>

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "slides/server/frame_inbox.hh"
#include "slides/server/load_inbox.hh"
#include "slides/server/process_facts.hh"

namespace waymark::slides {

class HandedIn {
  public:
    static constexpr std::size_t kKinds = 2;

    // With a socket in `folder` for each kind that the slide shows. Throws std::system_error.
    HandedIn(const std::filesystem::path& folder, const ShownFacts& shown,
             const FrameInbox::Tell& tell)
        : frames_(folder, shows(shown, "frames"), tell),
          loads_(folder, shows(shown, "load"), tell) {}

    // For the demo's environment, "NAME=PATH" each; without a path where the slide shows none.
    std::vector<std::string> variables() const {
        return {FrameInbox::kVariable + ("=" + frames_.inbox().path().string()),
                LoadInbox::kVariable + ("=" + loads_.inbox().path().string())};
    }
    // For poll(2), which passes over the -1 where there is no socket.
    std::array<pollfd, kKinds> to_poll() const {
        return {pollfd{frames_.inbox().descriptor(), POLLIN, 0},
                pollfd{loads_.inbox().descriptor(), POLLIN, 0}};
    }
    // Tells what has come, without waiting.
    void tell_new() {
        frames_.tell_new();
        loads_.tell_new();
    }

  private:
    FrameInbox frames_;
    LoadInbox loads_;
};

}  // namespace waymark::slides
