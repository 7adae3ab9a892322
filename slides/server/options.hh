// The command line of waymark-slides.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/address.hh"

namespace waymark::slides {

enum class Task { serve, check, record };

struct Options {
    Task task = Task::serve;
    std::string root = ".";  // the checkout
    std::string manifest;    // the list of demos that the build wrote
    std::string assets;      // the folder that the build assembled
    std::string printed;     // the folder with PDF files; it need not exist
    std::string into;        // record: where the transcripts go
    std::string lesson;      // serve, record: this one alone
    net::Address listen = net::Address::parse("127.0.0.1:8090");
};

// Nothing if only help was asked for, and given. Throws UsageError for what is wrong; an address
// that others can reach is wrong.
std::optional<Options> parse_options(int argument_count, char** arguments);

}  // namespace waymark::slides
