#include "version.hh"

namespace waymark::tracker {

std::string_view version() {
    return WAYMARK_VERSION;
}

}  // namespace waymark::tracker
