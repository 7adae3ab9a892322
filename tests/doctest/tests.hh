// What test programs include most, in one header that the compiler reads once for all of them
// (meson.build beside this file). Each test still includes by name what it uses. There is no guard: the
// compiler's command line includes it, and nothing else does.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>
