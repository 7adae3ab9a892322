// Reads a file of positions as its bytes come, so that a file of any size takes the same memory.
// Each format is one file here, with a function that makes its reader; what a reader finds it hands
// to ImportedPoints, which judges all of them by the same rules.
//
// A point that cannot be right is counted and passed over, the rest is read. Only where the file
// itself cannot be read on does a reader throw: UsageError, with the line and what is wrong there.
// What came before that is with the points.

#pragma once

#include <memory>
#include <string_view>

namespace waymark::tracker {

class TrackReader {
  public:
    virtual ~TrackReader() = default;
    // The next bytes, cut wherever it may be.
    virtual void read(std::string_view bytes) = 0;
    // There are no more.
    virtual void end() = 0;
};

}  // namespace waymark::tracker
