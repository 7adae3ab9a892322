// waymark-slides: shows the decks and runs the demos on them, checks the decks, records what demos
// print. Serves this machine alone.

#include "daemon/error.hh"
#include "slides/server/check.hh"
#include "slides/server/options.hh"
#include "slides/server/record.hh"
#include "slides/server/server.hh"

namespace {

int perform(const waymark::slides::Options& options) {
    using namespace waymark::slides;
    switch (options.task) {
        case Task::serve:
            return serve(options);
        case Task::check:
            return check_decks(options);
        case Task::record:
            return record_transcripts(options);
    }
    return waymark::daemon::kExitSystem;
}

}  // namespace

int main(int argument_count, char** arguments) {
    return waymark::daemon::run_main("waymark-slides", [&] {
        const auto options = waymark::slides::parse_options(argument_count, arguments);
        return options ? perform(*options) : waymark::daemon::kExitOk;
    });
}
