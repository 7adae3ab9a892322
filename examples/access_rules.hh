// Who may talk to a service, as the examples are told it: rules of an option, which stand on the
// command line, and rules of a file, which may be read again while the service runs.

#pragma once

#include <string>
#include <vector>

#include "net/access_list.hh"

namespace waymark::examples {

// `option` is "--access", say: then --access-file names the file, and messages say these names.
struct AccessRules {
    std::string option;
    std::vector<std::string> words;
    std::string file;  // empty: none
};

// The words, and behind them the file's, a rule a line. Whom no rule matches is allowed. Throws
// UsageError: "--access:1:7: ..." or "FILE:LINE:COLUMN: ..." for a rule that is wrong, and
// "--access-file FILE: ..." for a file that cannot be read or has more than 1 MiB.
net::AccessList read_access(const AccessRules& rules);

}  // namespace waymark::examples
