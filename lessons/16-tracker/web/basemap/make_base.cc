// make_base: turns the world outline of the npm package world-atlas into world.base, once, when the
// project is built. The pages then need no TopoJSON library and no unwrapping in the browser, and
// they load a third of the bytes.
//
//   make_base countries-50m.json world.base
//
// A wrong input file is refused and no output is left behind.

#include <fmt/core.h>

#include <cerrno>
#include <fstream>
#include <sstream>

#include "daemon/error.hh"
#include "web/basemap/base_file.hh"

using namespace waymark;
using namespace waymark::tracker::basemap;

namespace {

std::string convert(const std::string& input_name) {
    std::ifstream input(input_name, std::ios::binary);
    if (!input) throw daemon::UsageError(input_name + ": cannot be read");
    return encode(make_base(read_topology(input, input_name)));
}

void write_file(const std::string& name, const std::string& bytes) {
    std::ofstream output(name, std::ios::binary);
    output << bytes << std::flush;
    if (!output) daemon::fail(EIO, "write", name);
}

}  // namespace

int main(int argument_count, char** arguments) {
    return daemon::run_main("make_base", [&] {
        if (argument_count != 3)
            throw daemon::UsageError(
                "two files are needed: make_base countries-50m.json world.base");
        write_file(arguments[2], convert(arguments[1]));
        return daemon::kExitOk;
    });
}
