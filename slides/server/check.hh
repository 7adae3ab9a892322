// Looks through every deck for what would be wrong on a slide: code that is gone, steps that are
// not marked or not told of, demos that the lesson does not have or that no slide runs, slides
// without notes, transcripts that are missing. The build's tests call it.

#pragma once

#include "slides/server/options.hh"

namespace waymark::slides {

// Prints one line a fault and a last line with the counts. Returns 0, or 1 if a deck is wrong or
// there is none. Throws UsageError for a deck that cannot be read.
int check_decks(const Options& options);

}  // namespace waymark::slides
