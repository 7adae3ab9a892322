// What a person may choose: where the frames come from, which of them, and where else they go.

#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace waymark::sniff {

struct Options {
    std::string interface = "";  // listen there; or
    std::string read = "";       // read this file
    std::string write = "";      // keep the frames in this file; empty: do not
    std::string filter = "";     // as in pcap-filter(7); empty: all
    std::size_t count = 0;       // end after so many frames; 0: no end
    std::size_t data = 64;       // print so many bytes of what the headers carry
};

// Nothing if --help was asked for and printed. Throws UsageError.
std::optional<Options> parse_options(int argument_count, char** arguments);

}  // namespace waymark::sniff
